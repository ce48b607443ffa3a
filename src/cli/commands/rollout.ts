// The options of `tierline rollout`.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandIo } from '../command-io.ts';
import { type LedgerOption, withLedger } from '../ledger-option.ts';

export function defineRollout(program: Command, io: CommandIo): void {
  const rollout = program
    .command('rollout')
    .description("try a route in the place of a task's own, on a growing share of its callers");
  defineStart(rollout, io);
  defineStatus(rollout, io);
  definePromote(rollout, io);
  defineAbort(rollout, io);
}

interface Flags extends LedgerOption {
  json?: boolean;
}

interface StartFlags extends Flags {
  candidate?: string;
  steps?: number[];
  by?: string;
  approval?: string;
  write?: boolean;
}

function defineStart(rollout: Command, io: CommandIo): void {
  withLedger(rollout.command('start'))
    .description('put a candidate into the configuration, or begin one again that had ended')
    .argument('<task>', 'whose route it is to stand in for')
    .option('--candidate <route>', "a model, or a route such as '{ cascade: [small, mid] }'")
    .option('--steps <percents>', 'percent of the callers, step by step (default: 5,25,50,100)', steps)
    .addOption(
      new Option('--by <whom>', 'who has one route throughout (default: session)').choices(['session', 'tenant']),
    )
    .addOption(
      new Option('--approval <how>', 'whether steps wait for a person (default: auto)').choices(['auto', 'ask']),
    )
    .option('--write', 'change the configuration')
    .option('--json', 'as JSON')
    .action(async (task: string, flags: StartFlags) => {
      const [{ startCommand }, found] = await Promise.all([import('../rollout/start.ts'), findBoth(flags)]);
      const { candidate, steps: percents, by, approval, write, json } = flags;
      startCommand({ ...found, task, candidate, steps: percents, by, approval, write, json, nowMs: Date.now() }, io);
    });
}

function defineStatus(rollout: Command, io: CommandIo): void {
  withLedger(rollout.command('status'))
    .description('where rollouts stand, what is known of both arms, and what is still needed')
    .argument('[task]', 'only this task')
    .option('--history', 'with everything that happened')
    .option('--json', 'as JSON')
    .action(async (task: string | undefined, flags: Flags & { history?: boolean }) => {
      const [{ statusCommand }, found] = await Promise.all([import('../rollout/status.ts'), findBoth(flags)]);
      const { history, json } = flags;
      statusCommand({ ...found, task, history, json, nowMs: Date.now() }, io);
    });
}

function definePromote(rollout: Command, io: CommandIo): void {
  withLedger(rollout.command('promote'))
    .description('go on to the next step, or make a candidate that has reached everybody the route')
    .argument('<task>', 'whose rollout')
    .option('--to <percent>', 'only if this is the next step', percent)
    .option('-y, --yes', 'even though the evidence has not asked for it')
    .option('--write', 'change the configuration, where the candidate becomes the route')
    .option('--json', 'as JSON')
    .action(async (task: string, flags: Flags & { to?: number; yes?: boolean; write?: boolean }) => {
      const isAsked = flags.json !== true && io.isTTY && process.stdin.isTTY;
      const [{ promoteCommand }, found] = await Promise.all([import('../rollout/promote.ts'), findBoth(flags)]);
      const { to, yes, write, json } = flags;
      const ask = isAsked ? confirmed : null;
      await promoteCommand({ ...found, task, to, yes, write, json, ask, nowMs: Date.now }, io);
    });
}

function defineAbort(rollout: Command, io: CommandIo): void {
  withLedger(rollout.command('abort'))
    .description('end a rollout: all callers go back to the route of the task at once')
    .argument('<task>', 'whose rollout')
    .option('--why <text>', 'for the history')
    .option('--json', 'as JSON')
    .action(async (task: string, flags: Flags & { why?: string }) => {
      const [{ abortCommand }, found] = await Promise.all([import('../rollout/abort.ts'), findBoth(flags)]);
      const { why, json } = flags;
      abortCommand({ ...found, task, why, json, nowMs: Date.now() }, io);
    });
}

async function findBoth({ config: named, ledger }: LedgerOption) {
  const { findConfig } = await import('../find-config.ts');
  const { config } = findConfig(named);
  return { config, ledger: ledger ?? config.ledger.path };
}

async function confirmed(question: string): Promise<boolean> {
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr });
  return !isCancel(answer) && answer;
}

function percent(text: string): number {
  const value = Number(text.trim().replace(/\s*%$/, ''));
  if (text.trim() === '' || !(value > 0 && value <= 100))
    throw new InvalidArgumentError('A percentage above 0 and up to 100 is expected, such as 25.');
  return value;
}

function steps(text: string): number[] {
  return text.split(',').map(percent);
}
