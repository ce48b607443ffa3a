// The options of `tierline watch`.
import type { Command } from 'commander';
import type { CommandIo } from '../command-io.ts';
import { findTask, nameOfUser } from '../known-task.ts';
import { type LedgerOption, ledgerPath, withLedger } from '../ledger-option.ts';

export function defineWatch(program: Command, io: CommandIo): void {
  const watch = withLedger(
    program.command('watch').description('what has changed for the worse, and what is done about it'),
  )
    .option('--since <when>', '7d, 24h or a date', '7d')
    .option('--json', 'as JSON')
    .action(async (flags: LedgerOption & { since: string; json?: boolean }) => {
      const { watchCommand } = await import('../watch/watch.ts');
      const { since, json } = flags;
      watchCommand({ ledger: await ledgerPath(flags), since, json, nowMs: Date.now() }, io.print);
    });
  for (const [name, description] of [
    ['accept', 'say that a task is as it should be now: what is usual is learned anew'],
    ['undo', 'end what is done about a task: a model that it goes without is asked again'],
  ] as const)
    watch
      .command(name)
      .description(description)
      .argument('<task>')
      .option('--by <name>', 'who says it', nameOfUser())
      .action(async (task: string, flags: { by: string }, command: Command) => {
        const { sayCommand } = await import('../watch/watch.ts');
        const options = command.optsWithGlobals<LedgerOption>();
        const ledger = await ledgerPath(options);
        await sayCommand(
          name,
          { ledger, task: await findTask(task, options), by: flags.by, nowMs: Date.now() },
          io.print,
        );
      });
}
