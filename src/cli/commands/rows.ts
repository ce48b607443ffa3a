// The options of `tierline rows`.
import { type Command, InvalidArgumentError } from 'commander';
import type { RowSource } from '../../lifecycle/rows/sample-row.ts';
import { names } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

interface RowsFlags {
  config?: string;
  models?: string[];
  from: RowSource[];
  out?: string;
  folder?: string;
  unmasked?: boolean;
  json?: boolean;
}

const SOURCES: readonly string[] = ['profile', 'evaluate'] satisfies RowSource[];

export function defineRows(program: Command, io: CommandIo): void {
  program
    .command('rows')
    .description(
      'what models made of requests, as the rows that a router is trained on; from kept answers, nobody is asked',
    )
    .argument('[task...]', 'tasks (default: every task with answers)')
    .option(
      '-o, --out <file>',
      'one file for all tasks, packed where it ends in .gz; - for standard output (default: tierline/rows/<task>.jsonl)',
    )
    .option('--from <sources>', '`profile`, `evaluate` or both, with a comma between', sources, ['profile'])
    .option('-m, --models <names>', 'models, with commas between (default: all that may serve the task)', names)
    .option('--unmasked', 'keep secrets and personal data as they are')
    .option('--folder <path>', 'where samples and answers are (default: tierline beside the configuration)')
    .option('-c, --config <file>', 'configuration (default: tierline.yaml here, else keys found in the environment)')
    .option('--json', 'what was written and what was left out, as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 every answer is in a row, 1 there are none (or an error), 2 something was left out.',
    )
    .action(async (tasks: string[], flags: RowsFlags) => {
      const [{ rowsCommand }, { findConfig }] = await Promise.all([import('../rows.ts'), import('../find-config.ts')]);
      const { config, models = null, from, ...rest } = flags;
      const found = findConfig(config);
      process.exitCode = await rowsCommand({ ...rest, config: found.config, tasks, models, sources: from }, io);
    });
}

function sources(text: string): RowSource[] {
  const named = names(text);
  if (named.length === 0 || named.some((name) => !SOURCES.includes(name)))
    throw new InvalidArgumentError(`Sources are ${SOURCES.join(' and ')}.`);
  return named as RowSource[];
}
