// The options of `tierline train`.
import type { Command } from 'commander';
import { amount, collect, names, whole } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

interface TrainFlags {
  data: string[];
  models?: string[];
  gate?: boolean;
  out: string;
  reference?: string;
  label: string;
  without?: string[];
  prices?: string;
  seed: number;
  config?: string;
  encoder?: string;
  maxUsd?: number;
  yes?: boolean;
  json?: boolean;
}

export function defineTrain(program: Command, io: CommandIo): void {
  program
    .command('train')
    .description(
      'learn from outcomes which model is good enough for a request; writes an artifact for `route: { predict }`',
    )
    .requiredOption(
      '--data <rows>',
      'rows.jsonl or rows.jsonl.gz, as `tierline rows` writes them; may be repeated',
      collect,
    )
    .option(
      '-m, --models <names>',
      'models to route to, with commas between (default: those that most rows know)',
      names,
    )
    .option('--gate', 'also learn when an answer is good enough, so that a better model is asked only when it is not')
    .requiredOption('-o, --out <file>', 'the artifact')
    .option('--reference <model>', 'the most trusted model (default: the one with the best outcomes)')
    .option('--label <member>', 'member of an outcome that says whether the answer was right', 'correct')
    .option('--without <mark>', 'leave out rows that carry this mark, such as label_suspect; may be repeated', collect)
    .option(
      '--prices <file>',
      'dollars per million tokens by model (default: prices.json beside the rows, else the catalog)',
    )
    .option('--encoder <name>', 'also learn from vectors of the requests, by this encoder of the configuration')
    .option('--max-usd <amount>', 'with an encoder that is paid: stop when so much is spent', amount)
    .option('-y, --yes', 'with an encoder that is paid: do not ask before spending')
    .option('--seed <number>', 'seed of splits and samples', whole, 1)
    .option(
      '-c, --config <file>',
      'configuration, for the names that providers have for the models (default: tierline.yaml here)',
    )
    .option('--json', 'as JSON')
    .action(
      async ({
        models,
        reference,
        prices,
        encoder,
        gate = false,
        without = [],
        json = false,
        config: file,
        ...flags
      }: TrainFlags) => {
        const [{ trainCommand }, { findUsableConfig }] = await Promise.all([
          import('../learn/train.ts'),
          import('../find-config.ts'),
        ]);
        const config = findUsableConfig(file, io.warn);
        const options = {
          ...flags,
          encoder: encoder ?? null,
          models: models ?? null,
          reference: reference ?? null,
          prices: prices ?? null,
        };
        await trainCommand({ ...options, gate, without, json, config }, io);
      },
    );
}
