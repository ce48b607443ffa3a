// Measures what a row costs: microseconds of record() on the caller's thread, CPU microseconds per row in the worker.
// Usage: node bench/ledger.ts [--json] [--rows 40000]. A command, never a test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { CallRow } from '../src/call/row.ts';
import { toUsage } from '../src/call/usage.ts';
import { openLedger } from '../src/ledger/ledger.ts';

/** Rows come in bursts of this many, with a breath in between, so that the worker runs while rows keep coming. */
const BURST = 20;
const BREATH_MS = 2;
const WARM_UP_ROWS = 4000;

function sampleRow(number: number): CallRow {
  const usage = toUsage({ inputTokens: 1200 + (number % 300), outputTokens: 12 + (number % 7), cacheReadTokens: 400 });
  return {
    id: `req_${Date.now().toString(36)}${number.toString(36).padStart(16, '0')}`,
    atMs: Date.now(),
    tenant: `team-${number % 5}`,
    task: ['ticket-triage', 'code-review', 'summary', null][number % 4] ?? null,
    session: null,
    dialect: 'openai-chat',
    stream: number % 2 === 0,
    requestedModel: 'auto',
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
      },
    ],
  };
}

async function measure(rows: number) {
  const directory = mkdtempSync(join(tmpdir(), 'tierline-bench-'));
  const ledger = openLedger({ path: join(directory, 'ledger.sqlite') });
  try {
    const samples: number[] = [];
    const record = async (from: number, to: number): Promise<void> => {
      for (let start = from; start < to; start += BURST) {
        for (let number = start; number < start + BURST; number++) {
          const row = sampleRow(number);
          const began = performance.now();
          void ledger.record(row);
          samples.push((performance.now() - began) * 1000);
        }
        await sleep(BREATH_MS);
      }
      await ledger.flush();
    };
    await record(0, WARM_UP_ROWS);
    samples.length = 0;
    const processBefore = process.cpuUsage();
    const threadBefore = process.threadCpuUsage();
    await record(WARM_UP_ROWS, WARM_UP_ROWS + rows);
    const own = process.threadCpuUsage(threadBefore);
    const whole = process.cpuUsage(processBefore);
    samples.sort((a, b) => a - b);
    const quantile = (share: number): number => samples[Math.floor((samples.length - 1) * share)] ?? Number.NaN;
    return {
      ledger_record_p50_us: round(quantile(0.5)),
      ledger_record_p99_us: round(quantile(0.99)),
      ledger_worker_us_per_row: round((whole.user + whole.system - own.user - own.system) / rows),
    };
  } finally {
    await ledger.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

const { values } = parseArgs({ options: { json: { type: 'boolean' }, rows: { type: 'string', default: '40000' } } });
const figures = await measure(Number(values.rows));
if (values.json === true) console.log(JSON.stringify(figures));
else for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(28)} ${value}`);
