// The options of `tierline sample`.
import type { Command } from 'commander';
import { amount, count, whole } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

interface SampleFlags {
  config?: string;
  count?: number;
  from?: string[];
  since?: string;
  seed: number;
  replace?: boolean;
  mask: boolean;
  reference?: string;
  variants?: string;
  seeds?: string;
  adversarial?: boolean;
  concurrency: number;
  maxUsd?: number;
  yes?: boolean;
  folder?: string;
  json?: boolean;
}

export function defineSample(program: Command, io: CommandIo): void {
  program
    .command('sample')
    .description(
      'draw samples of a task from its captured calls or from logs, masked, so that they stand for its traffic',
    )
    .argument('<task>', 'the task')
    .option('-n, --count <number>', 'how many (default: 200, of variants 50)', count)
    .option('--from <files...>', 'logs with content, as JSON lines (default: the calls that `capture` kept)')
    .option('--since <when>', 'only captured calls since 7d, 24h or a date')
    .option('--seed <number>', 'another draw from the same calls', whole, 1)
    .option('--replace', 'in place of the samples there are, instead of adding to them')
    .option('--no-mask', 'keep secrets and personal data as they are')
    .option('--reference <from>', '`logged`: the answers of the log; a model: its answers, which it is asked for')
    .option('--variants <model>', 'instead of drawing: have a model make variants of samples')
    .option('--seeds <file>', 'samples to make variants of (default: those of the task)')
    .option('--adversarial', 'variants that try to lead astray: injections, contradictions, nothing to work on')
    .option('--concurrency <number>', 'questions in flight at once', count, 8)
    .option('--max-usd <amount>', 'spend at most so much', amount)
    .option('-y, --yes', 'do not ask before spending')
    .option('--folder <path>', 'where samples and answers are (default: tierline beside the configuration)')
    .option('-c, --config <file>', 'configuration (default: tierline.yaml here, else keys found in the environment)')
    .option('--json', 'what was drawn, as JSON')
    .action(async (task: string, flags: SampleFlags) => {
      const [{ sampleCommand }, { findConfig }] = await Promise.all([
        import('../sample.ts'),
        import('../find-config.ts'),
      ]);
      const { config, ...rest } = flags;
      process.exitCode = await sampleCommand({ ...findConfig(config), ...rest, task }, io);
    });
}
