// Measures what a row costs: microseconds of record() on the caller's thread, and CPU microseconds per row on the main
// thread (making the row itself not counted), on the ledger's thread and on the engine's helper threads. Once at a steady
// pace and once as fast as it goes, the time until everything is in SQLite included.
// Usage: node bench/ledger.ts [--json] [--rows 60000] [--rate 10000]. A command, never a test. Pin it: taskset -c 0.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { CallRow } from '../src/call/row.ts';
import { toUsage } from '../src/call/usage.ts';
import { type Ledger, openLedger } from '../src/ledger/ledger.ts';

/** Rows of one turn of the event loop when they come as fast as it goes. */
const BURST = 10;
/** How often the rows that are due are recorded at a steady pace: some turns of a busy gateway. */
const BREATH_MS = 1;
const WARM_UP_ROWS = 20_000;

function sampleRow(number: number): CallRow {
  const usage = toUsage({ inputTokens: 1200 + (number % 300), outputTokens: 12 + (number % 7), cacheReadTokens: 400 });
  return {
    id: `req_${Date.now().toString(36)}${number.toString(36).padStart(16, '0')}`,
    atMs: Date.now(),
    tenant: `team-${number % 5}`,
    task: ['ticket-triage', 'code-review', 'summary', null][number % 4] ?? null,
    arm: null,
    session: null,
    dialect: 'openai-chat',
    stream: number % 2 === 0,
    requestedModel: 'auto',
    asks: number % 4 === 0 ? 'tools' : '',
    maxOutputTokens: number % 2 === 0 ? 256 : null,
    messages: 2 + (number % 5),
    prediction: null,
    model: number % 3 === 0 ? 'haiku' : 'sonnet',
    tier: number % 3 === 0 ? 'small' : 'mid',
    provider: 'anthropic',
    responseModel: 'claude-haiku-4-5-20251001',
    reasons: [
      { step: 'task', say: 'header x-tierline-task names ticket-triage' },
      { step: 'route', say: 'fixed: haiku, then sonnet' },
    ],
    planned: ['haiku', 'sonnet'],
    losses: [],
    status: 'ok',
    httpStatus: 200,
    errorCode: null,
    finishReason: 'stop',
    escalated: false,
    usage,
    costNanoUsd: 1_260_000 + number,
    costBasis: 'measured',
    baselineModel: 'sonnet',
    baselineNanoUsd: 3_780_000 + number,
    baselineBasis: 'estimated',
    latencyMs: 412.331 + number / 97,
    ttftMs: 88.117,
    decisionUs: 41.7,
    attempts: [
      {
        index: 0,
        model: 'haiku',
        provider: 'anthropic',
        upstreamModel: 'claude-haiku-4-5',
        status: 'ok',
        httpStatus: 200,
        errorCode: null,
        startMs: 0.41,
        latencyMs: 411.2,
        ttftMs: 87.9,
        usage,
        costNanoUsd: 1_260_000 + number,
        costBasis: 'measured',
        upstreamRequestId: 'req_011CVbnmqwertyuiopasdf',
        verdicts: null,
        stopped: null,
        expected: null,
      },
    ],
  };
}

type Sink = Pick<Ledger, 'record' | 'flush'>;

/** What making the rows costs by itself. */
const NOWHERE: Sink = { record: () => Promise.resolve(), flush: () => Promise.resolve() };

let made = 0;

function recordOne(sink: Sink, samples: number[]): void {
  const row = sampleRow(made++);
  const began = performance.now();
  void sink.record(row);
  samples.push((performance.now() - began) * 1000);
}

async function steadily(sink: Sink, rows: number, rate: number): Promise<number[]> {
  const samples: number[] = [];
  const began = performance.now();
  while (samples.length < rows) {
    const due = Math.min(rows, Math.floor(((performance.now() - began) * rate) / 1000));
    while (samples.length < due) recordOne(sink, samples);
    await sleep(BREATH_MS);
  }
  await sink.flush();
  return samples;
}

async function flatOut(sink: Sink, rows: number): Promise<number[]> {
  const samples: number[] = [];
  while (samples.length < rows) {
    for (let i = 0; i < BURST; i++) recordOne(sink, samples);
    await nextTurn();
  }
  await sink.flush();
  return samples;
}

/** CPU time so far in microseconds: of this thread, of the ledger's, of the whole process. */
function cpuTimes() {
  const own = process.threadCpuUsage();
  const whole = process.cpuUsage();
  return { main: own.user + own.system, ledger: ledgerThread(), whole: whole.user + whole.system };
}

/** Linux tells it per thread, in nanoseconds; elsewhere the figures of helpers and ledger cannot be told apart. */
function ledgerThread(): number {
  const tasks = '/proc/self/task';
  try {
    const task = readdirSync(tasks).find((id) => readFileSync(`${tasks}/${id}/comm`, 'utf8').trim() === 'ledger');
    return Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  } catch {
    return Number.NaN;
  }
}

async function costOf(work: () => Promise<number[]>, rows: number) {
  const before = cpuTimes();
  const began = performance.now();
  const samples = (await work()).sort((a, b) => a - b);
  const seconds = (performance.now() - began) / 1000;
  const after = cpuTimes();
  const main = (after.main - before.main) / rows;
  const ledger = (after.ledger - before.ledger) / rows;
  const quantile = (share: number): number => samples[Math.floor((samples.length - 1) * share)] ?? Number.NaN;
  return {
    main,
    ledger,
    helpers: (after.whole - before.whole) / rows - main - ledger,
    rate: rows / seconds,
    p50: quantile(0.5),
    p99: quantile(0.99),
  };
}

async function measure(rows: number, rate: number): Promise<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), 'tierline-bench-'));
  const ledger = openLedger({ path: join(directory, 'ledger.sqlite') });
  try {
    const ways = { steady: (sink: Sink) => steadily(sink, rows, rate), flat: (sink: Sink) => flatOut(sink, rows) };
    for (const sink of [NOWHERE, ledger]) await flatOut(sink, WARM_UP_ROWS);
    const figures: Record<string, number> = {};
    for (const [name, way] of Object.entries(ways)) {
      const nothing = await costOf(() => way(NOWHERE), rows);
      const all = await costOf(() => way(ledger), rows);
      const main = all.main - nothing.main;
      const helpers = all.helpers - nothing.helpers;
      figures[`ledger_${name}_us_per_row`] = main + all.ledger + helpers;
      figures[`ledger_${name}_main_us`] = main;
      figures[`ledger_${name}_worker_us`] = all.ledger;
      figures[`ledger_${name}_helpers_us`] = helpers;
      figures[`ledger_${name}_rows_per_s`] = all.rate;
      figures[`ledger_${name}_record_p50_us`] = all.p50;
      figures[`ledger_${name}_record_p99_us`] = all.p99;
    }
    return figures;
  } finally {
    await ledger.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    rows: { type: 'string', default: '60000' },
    rate: { type: 'string', default: '10000' },
  },
});
const measured = await measure(Number(values.rows), Number(values.rate));
const figures = Object.fromEntries(
  Object.entries(measured).map(([name, value]) => [name, Math.round(value * 100) / 100]),
);
if (values.json === true) console.log(JSON.stringify(figures));
else for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(28)} ${value}`);
