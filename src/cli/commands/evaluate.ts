// The options of `tierline evaluate`.
import { type Command, InvalidArgumentError } from 'commander';
import { amount, collect, count, drop, part, rise } from '../arguments.ts';
import type { CommandIo } from '../command-io.ts';

interface EvaluateFlags {
  config?: string;
  policy?: string;
  split?: number;
  limit?: number;
  maxUsd?: number;
  concurrency: number;
  against?: string;
  maxQualityDrop?: number;
  maxCostRise?: number;
  minSamples: number;
  strict?: boolean;
  summary?: string;
  junit?: string;
  folder?: string;
  fresh?: boolean;
  offline?: boolean;
  yes?: boolean;
  json?: boolean;
  router?: string;
  data?: string[];
  pair?: [string, string];
  label?: string;
  without?: string[];
  prices?: string;
  html?: string;
}

interface ImportFlags extends EvaluateFlags {
  task: string;
  prompt?: string;
  judge?: string;
  replace?: boolean;
  dryRun?: boolean;
}

export function defineEvaluate(program: Command, io: CommandIo): void {
  const evaluate = program
    .command('evaluate')
    .description('send the held-out samples of tasks through the router, and hold the outcome against the last run')
    .argument('[task...]', 'tasks (default: every task that has samples)')
    .option('-c, --config <file>', 'configuration (default: tierline.yaml here, else keys found in the environment)')
    .option('--policy <file>', 'evaluate this configuration instead; samples and runs stay where they are')
    .option('--split <share>', 'hold out this share of the samples (default: the file evaluation/<task>.jsonl)', part)
    .option('-n, --limit <number>', 'at most so many samples a task', count)
    .option('--max-usd <amount>', 'spend at most so much', amount)
    .option('--concurrency <number>', 'calls in flight at once, for each task', count, 16)
    .option('--against <run>', 'the run to compare with (default: the last one of another configuration)')
    .option('--max-quality-drop <share>', 'fail when the pass rate drops by more for certain, such as 1%', drop)
    .option('--max-cost-rise <share>', 'fail when a call gets dearer by more for certain, such as 10%', rise)
    .option('--strict', 'fail on the figures themselves, whether or not chance explains them')
    .option('--min-samples <number>', 'samples that it takes to say anything about a bound', count, 30)
    .option('--summary <file>', 'also write the result as Markdown')
    .option('--junit <file>', 'also write it as JUnit XML, one case for each sample')
    .option('--fresh', 'begin anew where the last run was left unfinished')
    .option('--offline', 'ask nobody: show the run that is there')
    .option('--folder <path>', 'where samples and runs are (default: tierline beside the configuration)')
    .option('-y, --yes', 'do not ask before spending')
    .option(
      '--router <artifact>',
      'instead: what an artifact of `tierline train` is worth on rows that it was not trained on',
    )
    .option('--data <rows>', 'with --router: rows.jsonl or rows.jsonl.gz; may be repeated', collect)
    .option(
      '--pair <weak,strong>',
      'with --router: measure it between these two models (default: where there are two)',
      pairOf,
    )
    .option('--label <member>', 'with --router: what says that an answer was right (default: as it was trained)')
    .option(
      '--without <mark>',
      'with --router: leave out rows that carry this mark, such as label_suspect; may be repeated',
      collect,
    )
    .option('--prices <file>', 'with --router: dollars per million tokens by model (default: as it was trained)')
    .option('--html <file>', 'with --router: write curves and tables as one page')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 fine, 1 a bound is passed over (or an error), 2 too little is known to say so.',
    )
    .action(async (tasks: string[], flags: EvaluateFlags) => {
      if (flags.router !== undefined) return assessRouterBy(flags.router, flags, io);
      const [{ evaluateCommand }, { findConfig }] = await Promise.all([
        import('../evaluate.ts'),
        import('../find-config.ts'),
      ]);
      const { config: file, policy, ...rest } = flags;
      const { config: inForce } = findConfig(file);
      const config = policy === undefined ? inForce : findConfig(policy).config;
      process.exitCode = await evaluateCommand({ ...rest, inForce, config, tasks }, io);
    });
  defineImport(evaluate, io);
}

/** What has to do with an artifact and not with a running router. */
async function assessRouterBy(router: string, flags: EvaluateFlags, io: CommandIo): Promise<void> {
  const [{ assessCommand }, { findUsableConfig }] = await Promise.all([
    import('../learn/assess.ts'),
    import('../find-config.ts'),
  ]);
  const { data = [], pair = null, label = null, without = [], prices = null, html = null, json = false } = flags;
  if (data.length === 0) throw new Error('Say with --data on which rows the router is to be evaluated.');
  const config = findUsableConfig(flags.config, io.warn);
  const leave = { maxUsd: flags.maxUsd, yes: flags.yes };
  await assessCommand({ router, data, pair, label, without, prices, html, json, config, ...leave }, io);
}

function pairOf(text: string): [string, string] {
  const [weak = '', strong = '', ...rest] = text.split(',').map((name) => name.trim());
  if (weak === '' || strong === '' || rest.length > 0)
    throw new InvalidArgumentError('Two models are expected, the weak one first: small,large.');
  return [weak, strong];
}

function defineImport(evaluate: Command, io: CommandIo): void {
  evaluate
    .command('import')
    .description('take the tests of a promptfoo configuration over as held-out samples, and list what could not be')
    .argument('<file>', 'promptfooconfig.yaml')
    .requiredOption('--task <name>', 'the task whose samples they are')
    .option('--prompt <which>', 'label or number of the prompt, where there are several')
    .option('--judge <model>', 'the configured model that judges by rubrics (default: rubrics are left out)')
    .option('--replace', 'instead of the samples that are there')
    .option('--dry-run', 'write nothing')
    .addHelpText('after', '\nExit codes: 0 everything was taken over, 2 something was left out.')
    .action(async (file: string, _flags: unknown, command: Command) => {
      const [{ evaluateImportCommand }, { findConfig }] = await Promise.all([
        import('../evaluate-import.ts'),
        import('../find-config.ts'),
      ]);
      // Options that both have are the outer command's.
      const { config: named, ...flags } = command.optsWithGlobals<ImportFlags>();
      process.exitCode = evaluateImportCommand({ ...flags, file, config: findConfig(named).config }, io);
    });
}
