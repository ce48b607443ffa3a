// The options of `tierline ready`.
import { type Command, Option } from 'commander';
import { age, count } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

const DAY_MS = 86_400_000;

interface ReadyFlags {
  config?: string;
  folder?: string;
  maxAge: number;
  minSamples: number;
  strict?: boolean;
  json?: boolean;
}

export function defineReady(program: Command, io: CommandIo): void {
  program
    .command('ready')
    .description('whether a configuration is ready for a launch, point by point, and what mends what is missing')
    .option('-c, --config <file>', 'configuration (default: tierline.yaml here, else keys found in the environment)')
    .addOption(
      new Option('--max-age <duration>', 'how old what was measured may be').argParser(age).default(90 * DAY_MS, '90d'),
    )
    .option('--min-samples <number>', 'samples that an evaluation set needs', count, 100)
    .option('--strict', 'end with an error for open points that can be mended, too')
    .option('--folder <path>', 'where samples and profiles are (default: tierline beside the configuration)')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExit codes: 0 ready, 1 not ready.')
    .action(async ({ config: file, maxAge: maxAgeMs, ...rest }: ReadyFlags) => {
      const [{ readyCommand }, { findConfig }] = await Promise.all([
        import('../ready.ts'),
        import('../find-config.ts'),
      ]);
      process.exitCode = readyCommand({ ...findConfig(file), ...rest, maxAgeMs, nowMs: Date.now() }, io.print);
    });
}
