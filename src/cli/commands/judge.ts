// The options of `tierline judge`.
import type { Command } from 'commander';
import { amount, count, whole } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

interface JudgeFlags {
  config?: string;
  judges?: string;
  maxUsd?: number;
  limit?: number;
  pairs: number;
  concurrency: number;
  folder?: string;
  yes?: boolean;
  offline?: boolean;
  strict?: boolean;
  json?: boolean;
}

export function defineJudge(program: Command, io: CommandIo): void {
  program
    .command('judge')
    .description('grade the judges of gates against labelled answers: agreement, biases, and whether to trust them')
    .argument('[task...]', 'tasks (default: every task that has samples and a judge among its gates)')
    .option('-c, --config <file>', 'configuration (default: tierline.yaml here, else keys found in the environment)')
    .option('-j, --judges <names>', 'models to grade in place of those of the gates, with commas between')
    .option('--max-usd <amount>', 'spend at most so much', amount)
    .option('-n, --limit <number>', 'at most so many labelled answers a task', count)
    .option('--pairs <number>', 'at most so many pairs of answers a task, for biases; 0 for none', whole, 100)
    .option('--concurrency <number>', 'questions in flight at once, for each judge', count, 32)
    .option('--folder <path>', 'where samples and answers are (default: tierline beside the configuration)')
    .option('-y, --yes', 'do not ask before spending')
    .option('--offline', 'ask nobody: grade by the verdicts that are there')
    .option('--strict', 'end with an error when a judge is not trusted')
    .option('--json', 'as JSON')
    .action(async (tasks: string[], flags: JudgeFlags) => {
      const [{ judgeCommand }, { findConfig }] = await Promise.all([
        import('../judge.ts'),
        import('../find-config.ts'),
      ]);
      const { config, judges, ...rest } = flags;
      const names = judges === undefined ? null : judges.split(',').map((name) => name.trim());
      process.exitCode = await judgeCommand({ ...findConfig(config), ...rest, tasks, judges: names }, io);
    });
}
