// The options of `tierline recalibrate`.
import type { Command } from 'commander';
import { age, drop, part } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

interface RecalibrateFlags {
  config?: string;
  ledger?: string;
  since: string;
  halfLife?: number;
  maxLoss?: number;
  targetQuality?: number;
  write?: boolean;
  json?: boolean;
}

const HALF_LIFE_MS = 14 * 86_400_000;
const MOST_LOSS = 0.03;

export function defineRecalibrate(program: Command, io: CommandIo): void {
  program
    .command('recalibrate')
    .description('refit what the configuration says of tasks from the ledger, canaries and feedback; calls no model')
    .argument('[task...]', 'tasks (default: all)')
    .option('-c, --config <file>', 'configuration (default: tierline.yaml here)')
    .option('-l, --ledger <file>', 'ledger (default: the one of the configuration)')
    .option('--since <when>', '90d, 24h or a date', '90d')
    .option('--half-life <duration>', 'after which evidence counts half (default: 14d)', age)
    .option('--max-loss <share>', 'what answers of a tenant or language may be worse by (default: 3%)', drop)
    .option(
      '-q, --target-quality <share>',
      "what accepted answers are to be right in (default: the task's profile.default_from)",
      part,
    )
    .option('--write', 'put the changes into the configuration')
    .option('--json', 'as JSON')
    .action(async (tasks: string[], flags: RecalibrateFlags) => {
      const [{ recalibrateCommand }, { findConfig }] = await Promise.all([
        import('../recalibrate.ts'),
        import('../find-config.ts'),
      ]);
      const { config, halfLife: halfLifeMs = HALF_LIFE_MS, maxLoss = MOST_LOSS, ...rest } = flags;
      const found = findConfig(config);
      const options = { ...rest, config: found.config, tasks, halfLifeMs, maxLoss, nowMs: Date.now() };
      process.exitCode = await recalibrateCommand(options, io);
    });
}
