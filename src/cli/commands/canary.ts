// The options of `tierline canary` and `tierline grade`.
import { type Command, Option } from 'commander';
import type { CommandIo } from '../command-io.ts';
import { nameOfUser } from '../known-task.ts';
import { type LedgerOption, ledgerPath, withLedger } from '../ledger-option.ts';

export function defineCanary(program: Command, io: CommandIo): void {
  withLedger(
    program
      .command('canary')
      .description('what cheap answers cost in quality, by canaries, and what that cost to find out'),
  )
    .argument('[task]', 'only this task')
    .option('--since <when>', '7d, 24h or a date')
    .option('--json', 'as JSON')
    .action(async (task: string | undefined, flags: LedgerOption & { since?: string; json?: boolean }) => {
      const { canaryCommand } = await import('../canary/canary.ts');
      const { since, json } = flags;
      canaryCommand({ ledger: await ledgerPath(flags), task, since, json }, io.print, Date.now());
    });

  withLedger(
    program.command('grade').description('say which of two answers is better, where canaries wait for a person'),
  )
    .argument('[task]', 'only this task')
    .option('--id <canary>', 'grade this canary, or the one of this call, and ask nobody')
    .addOption(new Option('--better <which>', 'with --id').choices(['cheap', 'reference', 'tie']))
    .option('--by <name>', 'who says it', nameOfUser())
    .option('--json', 'list what waits, as JSON')
    .action(async (task: string | undefined, flags: GradeFlags) => {
      const isAsked = flags.json !== true && flags.id === undefined && process.stdin.isTTY && process.stdout.isTTY;
      const [{ gradeCommand }, ask] = await Promise.all([
        import('../canary/grade.ts'),
        isAsked ? import('../canary/ask-grade.ts').then(({ askGrade }) => askGrade) : null,
      ]);
      const { id, better, by, json } = flags;
      const ledger = await ledgerPath(flags);
      const options = { ledger, task, id, better, by, json, ask, nowMs: Date.now, random: Math.random };
      process.exitCode = await gradeCommand(options, io);
    });
}

interface GradeFlags extends LedgerOption {
  id?: string;
  better?: 'cheap' | 'reference' | 'tie';
  by: string;
  json?: boolean;
}
