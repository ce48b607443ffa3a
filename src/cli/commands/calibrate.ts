// The options of `tierline calibrate`.
import { type Command, InvalidArgumentError } from 'commander';
import { count, part } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

interface CalibrateFlags {
  config?: string;
  targetQuality?: number;
  cascade?: string;
  oracle?: string;
  minLabels?: number;
  folder?: string;
  write?: boolean;
  json?: boolean;
}

export function defineCalibrate(program: Command, io: CommandIo): void {
  program
    .command('calibrate')
    .description('choose the thresholds of gates on one half of the kept answers, and report on the other')
    .argument('[task...]', 'tasks (default: every task that has samples and a cascade)')
    .option('-c, --config <file>', 'configuration (default: tierline.yaml here)')
    .option(
      '-q, --target-quality <share>',
      "quality of the whole cascade (default: the task's profile.default_from)",
      part,
    )
    .option('--cascade <models>', "models in order, with commas between, in place of the route's")
    .option('--oracle <judge:model>', 'a judge that stands for the labels; it has to be graded and trusted', judgeName)
    .option('--min-labels <number>', 'labelled samples that each half takes (default: judges.min_labels)', count)
    .option('--folder <path>', 'where samples and answers are (default: tierline beside the configuration)')
    .option('--write', 'put the new numbers into the configuration')
    .option('--json', 'as JSON')
    .action(async (tasks: string[], flags: CalibrateFlags) => {
      const [{ calibrateCommand }, { findConfig }] = await Promise.all([
        import('../calibrate.ts'),
        import('../find-config.ts'),
      ]);
      const { config, cascade, ...rest } = flags;
      const models = cascade === undefined ? null : cascade.split(',').map((name) => name.trim());
      process.exitCode = await calibrateCommand({ ...findConfig(config), ...rest, tasks, cascade: models }, io);
    });
}

function judgeName(text: string): string {
  const [, name] = /^judge:(.+)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('judge:<model> is expected, as in judge:opus.');
  return name;
}
