#!/usr/bin/env -S node --max-semi-space-size=8
// The `tierline` command: options and wiring; each command's work is in a file of its own, loaded when it is called.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { complaintAboutNode } from '../call/node-version.ts';
import { collect, count, factor, port, whole } from './arguments.ts';
import type { CommandIo } from './command-io.ts';
import { defineAudit } from './commands/audit.ts';
import { defineCalibrate } from './commands/calibrate.ts';
import { defineCanary } from './commands/canary.ts';
import { defineEstimate } from './commands/estimate.ts';
import { defineEvaluate } from './commands/evaluate.ts';
import { defineJudge } from './commands/judge.ts';
import { defineProfile } from './commands/profile.ts';
import { defineReady } from './commands/ready.ts';
import { defineRecalibrate } from './commands/recalibrate.ts';
import { defineRollout } from './commands/rollout.ts';
import { defineRows } from './commands/rows.ts';
import { defineSample } from './commands/sample.ts';
import { defineSimulate } from './commands/simulate.ts';
import { defineTrain } from './commands/train.ts';
import { defineWatch } from './commands/watch.ts';
import { type LedgerOption, ledgerPath, withLedger } from './ledger-option.ts';

const print = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
const warn = (text: string): void => void process.stderr.write(`tierline: ${text}\n`);
process.stdout.on('error', endUnheard);
// Whoever reads the progress may leave: the work goes on.
process.stderr.on('error', passOverUnheard);
const io: CommandIo = { print, warn, isTTY: process.stderr.isTTY === true };

const program = new Command('tierline')
  .description('The cost-first model router for LLM applications.')
  .version(version())
  .showHelpAfterError('(--help shows what there is)')
  .configureHelp({ sortSubcommands: false });

program
  .command('serve')
  .description('start the gateway')
  .option('-c, --config <file>', 'configuration (default: tierline.yaml here, else keys found in the environment)')
  .option('--host <address>', 'address to listen on')
  .option('-p, --port <number>', 'port to listen on, 0 for a free one', port)
  .option('--observe', 'send every call to the model it asks for and only count, whatever the configuration says')
  .option('--no-watch', 'do not follow edits of the configuration')
  .action(async (options: { config?: string; host?: string; port?: number; observe?: boolean; watch: boolean }) => {
    const { serve } = await import('./serve.ts');
    await serve({ ...options, print, warn });
  });

program
  .command('demo')
  .description('send a mixed workload through a gateway on the simulated provider and show what routing saves')
  .option('-n, --requests <number>', 'requests to send', count, 300)
  .option('--concurrency <number>', 'requests in flight at once', count, 16)
  .option('--seed <number>', 'seed of the workload and the provider', whole, 1)
  .option('--speed <factor>', 'speed of the simulated provider, 1 for lifelike', factor, 10)
  .action(async (options: { requests: number; concurrency: number; seed: number; speed: number }) => {
    const { runDemo } = await import('./run-demo.ts');
    await runDemo({ ...options, print, warn, isTTY: process.stdout.isTTY });
  });

program
  .command('models')
  .description('list the models of the catalog with their prices')
  .argument('[filter]', 'part of a model or vendor name')
  .option('--json', 'as JSON')
  .action(async (filter: string | undefined, options: { json?: boolean }) => {
    const [{ modelsCommand }, { createCatalog }] = await Promise.all([
      import('./models.ts'),
      import('../catalog/catalog.ts'),
    ]);
    print(
      modelsCommand({
        ...options,
        catalog: createCatalog(),
        atMs: Date.now(),
        ...(filter === undefined ? {} : { filter }),
      }),
    );
  });

withLedger(program.command('report').description('what calls cost and what routing saved'))
  .option('--by <what>', 'task, model, provider, tenant or day', 'task')
  .option('--since <when>', '7d, 24h or a date')
  .option('--until <when>', '7d, 24h or a date')
  .option('--tenant <name>', 'only this tenant')
  .option('--task <name>', 'only this task')
  .option('--json', 'as JSON')
  .option('--csv', 'as CSV')
  .action(async (options: LedgerOption & { by: string }) => {
    const [{ reportCommand }, { findCacheRates }] = await Promise.all([
      import('./report.ts'),
      import('./cache-rates.ts'),
    ]);
    const ledger = await ledgerPath(options);
    reportCommand({ ...options, ledger, cacheRates: findCacheRates(options) }, print);
  });

withLedger(program.command('tail').description('the newest calls, one line each'))
  .option('-n, --lines <number>', 'how many', count, 20)
  .option('-f, --follow', 'go on with calls as they come')
  .option('--ids', 'with the ids that `tierline explain` takes')
  .option('--json', 'as JSON lines')
  .action(async (options: LedgerOption & { lines: number; follow?: boolean; ids?: boolean; json?: boolean }) => {
    const { tailCommand } = await import('./tail.ts');
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    await tailCommand({ ...options, ledger: await ledgerPath(options), signal: stop.signal }, print);
  });

program
  .command('check')
  .description('what is wrong or probably not meant in a configuration')
  .argument('[config]', 'configuration (default: tierline.yaml here, else keys found in the environment)')
  .option('-c, --config <file>', 'the same')
  .option('--json', 'as JSON')
  .option('--strict', 'end with an error for warnings too')
  .action(async (file: string | undefined, options: { config?: string; json?: boolean; strict?: boolean }) => {
    const { config = file, ...rest } = options;
    if (file !== undefined && config !== file) throw new Error(`Name one configuration, not ${file} and ${config}.`);
    const [{ checkCommand }, { findConfig }] = await Promise.all([import('./check.ts'), import('./find-config.ts')]);
    process.exitCode = checkCommand({ ...findConfig(config), ...rest, nowMs: Date.now() }, print);
  });

withLedger(program.command('explain').description('why one call went where it went, or where a request would go'))
  .argument('[request-id]', 'a call of the ledger, as x-tierline-request-id told it')
  .option('-f, --file <request.json>', 'instead, the body of a request that is not sent')
  .option('--dialect <name>', 'of the file: openai, responses, anthropic or gemini (default: told by its shape)')
  .option('--model <name>', 'of the file, where it is a Gemini body, which names none (default: auto)')
  .option('-H, --header <name:value>', 'a header of the request; may be repeated', collect)
  .option('--tenant <name>', 'whose request it is')
  .option('--json', 'as JSON')
  .action(async (id: string | undefined, options: ExplainOption) => {
    const { file, ...rest } = options;
    if ((id === undefined) === (file === undefined))
      throw new Error('Name either the id of a call (`tierline tail --ids` shows them) or a request with --file.');
    if (id !== undefined) {
      const { explainCommand } = await import('./explain.ts');
      explainCommand({ ...options, id, ledger: await ledgerPath(options) }, print);
    } else if (file !== undefined) {
      const [{ explainRequestCommand }, { findConfig }] = await Promise.all([
        import('./explain-request.ts'),
        import('./find-config.ts'),
      ]);
      explainRequestCommand({ ...rest, file, config: findConfig(options.config).config, nowMs: Date.now() }, print);
    }
  });

defineAudit(program, io);
defineSample(program, io);
defineProfile(program, io);
defineJudge(program, io);
defineCalibrate(program, io);
defineEstimate(program, io);
defineSimulate(program, io);
defineTrain(program, io);
defineEvaluate(program, io);
defineRows(program, io);
defineReady(program, io);
defineCanary(program, io);
defineWatch(program, io);
defineRollout(program, io);
defineRecalibrate(program, io);

try {
  const complaint = complaintAboutNode(process.version);
  if (complaint !== null) throw new Error(complaint);
  await program.parseAsync();
} catch (error) {
  warn(sentence(error));
  process.exitCode = 1;
}

interface ExplainOption extends LedgerOption {
  file?: string;
  dialect?: string;
  model?: string;
  header?: string[];
  tenant?: string;
  json?: boolean;
}

/** Whoever read along has gone, as `head` does: a command has nothing more to say, and a gateway works on in silence. */
function endUnheard(error: NodeJS.ErrnoException): void {
  passOverUnheard(error);
  if (program.args[0] !== 'serve') process.exit(process.exitCode ?? 0);
}

function passOverUnheard(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** What went wrong in one sentence; the stack only for what nobody expected. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `${error.message}. Another process listens there; choose a port with --port.`;
  const isExpected = error.name !== 'Error' || code === undefined;
  return isExpected || process.env.DEBUG === undefined ? error.message : (error.stack ?? error.message);
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
