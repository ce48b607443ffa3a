// `tierline estimate`: options and texts. The work is in lifecycle/estimate/, what is printed in estimate-*.ts.
import type { Command } from 'commander';
import { collect, collecting, dollars, moment, quantity, share } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';
import type { CallOptions } from '../estimate-call.ts';
import type { MixOptions } from '../estimate-mix.ts';
import type { MonthOptions } from '../estimate-month.ts';
import type { TasksOptions } from '../estimate-tasks.ts';

const FORMS = 'call, mix, month or tasks';

export function defineEstimate(program: Command, io: CommandIo): void {
  const estimate = program
    .command('estimate')
    .description('what routing would cost and save, before it is done')
    .addHelpText(
      'after',
      '\nWithout a form it is `estimate tasks`. `tierline estimate tasks --help` has the options of the bill of the tasks.',
    );
  defineCall(estimate, io);
  defineMix(estimate, io);
  defineMonth(estimate, io);
  defineTasks(estimate, io);
}

function defineCall(estimate: Command, io: CommandIo): void {
  withUsage(estimate.command('call').description('the price of one call, on one model or several'), 'a call')
    .requiredOption('-m, --model <name>', 'of the catalog or of tierline.yaml; may be repeated', collect)
    .action(async (options: CallOptions) => {
      const { callCommand } = await import('../estimate-call.ts');
      settle(callCommand(options, Date.now(), io));
    });
}

function defineMix(estimate: Command, io: CommandIo): void {
  withUsage(
    estimate.command('mix').description('a predictor that sends a share of the calls to a cheap model'),
    'a call',
  )
    .requiredOption('--cheap <name>', 'the cheap model')
    .requiredOption('--strong <name>', 'the model that gets the rest')
    .requiredOption('--share <share>', 'calls that go to the cheap model, 0.7 or 70%', share)
    .requiredOption('--overhead <usd>', 'what the predictor costs per call, 0 for nothing', dollars)
    .option('--calls <number>', 'calls a month', quantity)
    .option('--fixed <usd>', 'what the predictor costs a month, however many calls there are', dollars)
    .option('--no-sensitivity', 'without the table of what the result hangs on')
    .action(async (options: MixOptions) => {
      const { mixCommand } = await import('../estimate-mix.ts');
      settle(mixCommand(options, Date.now(), io));
    });
}

function defineMonth(estimate: Command, io: CommandIo): void {
  withUsage(estimate.command('month').description("a month's tokens behind a cascade or a predictor"), 'the month')
    .requiredOption('--baseline <name>', 'the strong model that answers everything today')
    .requiredOption('--cheap <name>', 'the model that is tried before it; more of them in their order', collect)
    .option('--pass-rate <share>', 'of its answers that pass, 0.7 or 70%; one for each --cheap', collecting(share))
    .option('--calls <number>', 'calls of the month', quantity)
    .option('--judge <usd>', 'what checking an answer of a cheap model costs', dollars)
    .option('--share <share>', 'calls that a predictor sends to the first cheap model (default: its pass rate)', share)
    .option('--overhead <usd>', 'what the predictor costs per call', dollars)
    .option('--fixed <usd>', 'what the predictor costs a month, however many calls there are', dollars)
    .option('--no-sensitivity', 'without the table of what the result hangs on')
    .action(async (options: MonthOptions) => {
      const { monthCommand } = await import('../estimate-month.ts');
      settle(monthCommand(options, Date.now(), io));
    });
}

function defineTasks(estimate: Command, io: CommandIo): void {
  estimate
    .command('tasks', { isDefault: true })
    // What follows `estimate` and is no form lands here.
    .allowExcessArguments()
    .description('the monthly bill of the tasks of a configuration, from their volumes and profiles')
    .option('--task <name>', 'only this one, with every model')
    .option('--baseline <name>', 'the model to compare with (default: the baseline of the configuration)')
    .option('--cached-share <share>', 'of the input that is read from the prompt cache, 0.8 or 80%', share)
    .option('--overhead <usd>', 'what a predictor costs per call', dollars)
    .option('--judge <usd>', 'what a judge costs per answer (default: what the profile paid)', dollars)
    .option('--folder <path>', 'where profiles are (default: tierline beside the configuration)')
    .option('--batch', 'at the prices of batches')
    .option('--at <time>', 'prices of that moment (default: the mean of today)', moment)
    .option('--no-sensitivity', 'without the table of what the result hangs on')
    .option('-c, --config <file>', 'configuration (default: tierline.yaml here)')
    .option('--json', 'as JSON')
    .action(async (options: TasksOptions, { args: [form] }: Command) => {
      if (form !== undefined)
        throw new Error(`There is no form "${form}" of estimate. Choose ${FORMS}; a task is named with --task.`);
      const { tasksCommand } = await import('../estimate-tasks.ts');
      settle(tasksCommand(options, Date.now(), io));
    });
}

/** What is not known makes the command fail, so that no script takes it for a sum. */
function settle(isKnown: boolean): void {
  if (!isKnown) process.exitCode = 1;
}

function withUsage(command: Command, of: string): Command {
  return command
    .requiredOption('-i, --input <tokens>', `input tokens of ${of}: 500, 500k, 80M or 80e6`, quantity)
    .requiredOption('-o, --output <tokens>', `output tokens of ${of}`, quantity)
    .option('--cached <tokens>', 'part of the input that is read from the prompt cache', quantity)
    .option('--cached-share <share>', 'the same as a share, 0.8 or 80%', share)
    .option('--cache-write <tokens>', 'part of the input that is written to the cache', quantity)
    .option('--batch', 'at the prices of batches')
    .option('--at <time>', 'prices of that moment (default: now)', moment)
    .option(
      '-c, --config <file>',
      'configuration, for names and prices of its own (default: tierline.yaml, if it is here)',
    )
    .option('--json', 'as JSON');
}
