// The options of `tierline rows`.
import { type Command, InvalidArgumentError } from 'commander';
import type { RowSource } from '../../lifecycle/rows/sample-row.ts';
import { names } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

interface RowsFlags {
  config?: string;
  models?: string[];
  from?: RowSource[];
  out?: string;
  folder?: string;
  unmasked?: boolean;
  weak?: boolean;
  json?: boolean;
}

interface ImportFlags extends RowsFlags {
  format?: string;
  task?: string;
  dataset?: string;
  promptColumn: string;
}

const SOURCES: readonly string[] = ['profile', 'evaluate', 'feedback', 'canary'] satisfies RowSource[];

export function defineRows(program: Command, io: CommandIo): void {
  const rows = program
    .command('rows')
    .description(
      'what models made of requests, as the rows that a router is trained on; from kept answers, nobody is asked',
    )
    .argument('[task...]', 'tasks (default: every task with answers)')
    .option(
      '-o, --out <file>',
      'one file for all tasks, packed where it ends in .gz; - for standard output (default: tierline/rows/<task>.jsonl)',
    )
    .option('--from <sources>', 'profile, evaluate, feedback, canary, with commas between (default: profile)', sources)
    .option('--weak', 'take weak signals as feedback, with a quarter of its weight')
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
      const { config, models = null, from = ['profile'], ...rest } = flags;
      const found = findConfig(config);
      process.exitCode = await rowsCommand({ ...rest, config: found.config, tasks, models, sources: from }, io);
    });
  defineImport(rows, io);
}

function defineImport(rows: Command, io: CommandIo): void {
  rows
    .command('import')
    .description("take other people's data of models' answers over as rows, and list what could not be")
    .argument('<file>', 'CSV or lines of JSON, packed with gzip or not')
    .option('--format <name>', 'wide, routerbench, routellm, pairwise or promptfoo')
    .option('--task <name>', 'the task whose rows they become (default: of none)')
    .option('--dataset <name>', 'what the data is called (default: the name of the file)')
    .option('--prompt-column <name>', 'the column with what was asked', 'prompt')
    .addHelpText(
      'after',
      '\n--out, --models, --unmasked and --json are those of `tierline rows`; --models gpt-4=large,mixtral names models as they are called here.\nExit codes: 0 everything was taken over, 1 there are no rows (or an error), 2 something was left out.',
    )
    .action(async (file: string, _flags: unknown, command: Command) => {
      const { rowsImportCommand } = await import('../rows-import.ts');
      // Options that both have are the outer command's.
      const { format, out, ...flags } = command.optsWithGlobals<ImportFlags>();
      process.exitCode = await rowsImportCommand({ ...flags, file, format, out }, io);
    });
}

function sources(text: string): RowSource[] {
  const named = names(text);
  if (named.length === 0 || named.some((name) => !SOURCES.includes(name)))
    throw new InvalidArgumentError(`Sources are ${SOURCES.slice(0, -1).join(', ')} and ${SOURCES.at(-1)}.`);
  return named as RowSource[];
}
