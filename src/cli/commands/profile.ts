// The options of `tierline profile`.
import type { Command } from 'commander';
import { amount, count } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

interface ProfileFlags {
  config?: string;
  models?: string;
  maxUsd?: number;
  limit?: number;
  concurrency: number;
  folder?: string;
  yes?: boolean;
  offline?: boolean;
  json?: boolean;
  html?: string;
  svg?: string;
}

export function defineProfile(program: Command, io: CommandIo): void {
  program
    .command('profile')
    .description('measure models on the samples of tasks: pass rate, cost, latency, and what each is good for')
    .argument('[task...]', 'tasks (default: every task that has samples)')
    .option('-c, --config <file>', 'configuration (default: tierline.yaml here, else keys found in the environment)')
    .option('-m, --models <names>', 'models to measure, with commas between (default: all that may serve the task)')
    .option('--max-usd <amount>', 'spend at most so much', amount)
    .option('-n, --limit <number>', 'at most so many samples a task', count)
    .option('--concurrency <number>', 'questions in flight at once, for each model', count, 32)
    .option('--folder <path>', 'where samples, answers and profiles are (default: tierline beside the configuration)')
    .option('-y, --yes', 'do not ask before spending')
    .option('--offline', 'ask nobody: profiles of the answers that are there, else those that were made before')
    .option('--html <file>', 'write a report of everything as one page, to read, to print, to send')
    .option('--svg <folder>', 'write its charts, one file each')
    .option('--json', 'as JSON')
    .action(async (tasks: string[], flags: ProfileFlags) => {
      const [{ profileCommand }, { findConfig }] = await Promise.all([
        import('../profile.ts'),
        import('../find-config.ts'),
      ]);
      const { config, models, ...rest } = flags;
      const names = models === undefined ? null : models.split(',').map((name) => name.trim());
      process.exitCode = await profileCommand({ ...findConfig(config), ...rest, tasks, models: names }, io);
    });
}
