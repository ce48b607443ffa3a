import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { CallRow } from '../call/row.ts';
import { readDefinition, readLine } from './line.ts';
import { createRollups, type Rollups } from './rollup.ts';
import { linesOf, sampleRow, someRows } from './sample-row.test.ts';
import { LATENCY_BOUNDS_MS, prepareDatabase } from './schema.ts';
import { openDatabase } from './sqlite.ts';

function addTo(rollups: Rollups, row: CallRow): void {
  const [form = '', line = ''] = linesOf(row).split('\n');
  rollups.add(readDefinition(form).form.words, readLine(line).figures);
}

/** The rollups of rows that arrive in batches of `size`. */
function rollUp(rows: CallRow[], size: number): Record<string, unknown>[] {
  const db = openDatabase(':memory:');
  prepareDatabase(db);
  const rollups = createRollups(db);
  for (const [index, row] of rows.entries()) {
    addTo(rollups, row);
    if (index % size === size - 1) rollups.write();
  }
  rollups.write();
  const result = db.prepare('SELECT * FROM rollups').all();
  db.close();
  return result;
}

/** The same sums, straight from the rows and written with no regard for speed. */
function sumsOf(rows: CallRow[]): Record<string, number> {
  const total = (read: (row: CallRow) => number): number => rows.reduce((sum, row) => sum + read(row), 0);
  const count = (is: (row: CallRow) => boolean): number => rows.filter(is).length;
  const compared = rows.filter((row) => row.costNanoUsd !== null && row.baselineNanoUsd !== null);
  const sums: Record<string, number> = {
    calls: rows.length,
    errors: count((row) => row.status === 'error'),
    partials: count((row) => row.status === 'partial'),
    clients_gone: count((row) => row.status === 'client_gone'),
    escalated: count((row) => row.escalated),
    attempts: total((row) => row.attempts.length),
    input_tokens: total((row) => row.usage?.inputTokens ?? 0),
    cache_read_tokens: total((row) => row.usage?.cacheReadTokens ?? 0),
    cache_write_5m_tokens: total((row) => row.usage?.cacheWrite5mTokens ?? 0),
    cache_write_1h_tokens: total((row) => row.usage?.cacheWrite1hTokens ?? 0),
    output_tokens: total((row) => row.usage?.outputTokens ?? 0),
    reasoning_tokens: total((row) => row.usage?.reasoningTokens ?? 0),
    audio_input_tokens: total((row) => row.usage?.audioInputTokens ?? 0),
    audio_output_tokens: total((row) => row.usage?.audioOutputTokens ?? 0),
    usage_unknown: count((row) => row.usage === null),
    cost_nano_usd: total((row) => row.costNanoUsd ?? 0),
    cost_unknown: count((row) => row.costNanoUsd === null),
    cost_estimated: count((row) => row.costBasis === 'estimated'),
    baseline_nano_usd: total((row) => row.baselineNanoUsd ?? 0),
    baseline_unknown: count((row) => row.baselineNanoUsd === null),
    compared: compared.length,
    compared_cost_nano_usd: compared.reduce((sum, row) => sum + (row.costNanoUsd ?? 0), 0),
    compared_baseline_nano_usd: compared.reduce((sum, row) => sum + (row.baselineNanoUsd ?? 0), 0),
    latency_us: total((row) => Math.round((row.latencyMs ?? 0) * 1000)),
    canaries: 0,
    canary_nano_usd: 0,
    canary_unknown: 0,
  };
  const predictions = rows.flatMap(({ prediction }) => (prediction === null ? [] : [prediction]));
  for (const what of ['predicted', 'explored', 'pinned', 'static'])
    sums[`foreseen_${what}`] = predictions.filter(({ how }) => how === what).length;
  for (const what of ['no_evidence', 'broken', 'late', 'resting'])
    sums[`unforeseen_${what}`] = predictions.filter(({ why }) => why === what).length;
  let floor = -1;
  for (const [bucket, bound] of LATENCY_BOUNDS_MS.entries()) {
    const above = floor;
    sums[`latency_bucket_${bucket}`] = count(
      ({ latencyMs }) => latencyMs !== null && latencyMs > above && latencyMs <= bound,
    );
    floor = bound;
  }
  return sums;
}

function keyOf(row: CallRow): string {
  const hour = Math.floor(row.atMs / 3_600_000);
  return JSON.stringify([hour, row.tenant, row.task ?? '', row.model ?? '', row.tier ?? '', row.provider ?? '']);
}

test('rollups are the sums of the rows, however the rows are cut into batches', () => {
  fc.assert(
    fc.property(someRows, fc.integer({ min: 1, max: 50 }), (rows, size) => {
      const groups = new Map<string, CallRow[]>();
      for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
      const rollups = rollUp(rows, size);
      assert.equal(rollups.length, groups.size);
      for (const { hour, tenant, task, model, tier, provider, ...sums } of rollups) {
        const group = groups.get(JSON.stringify([hour, tenant, task, model, tier, provider]));
        assert.deepEqual(sums, sumsOf(group ?? []));
      }
    }),
    { numRuns: 60 },
  );
});

test('a task named null and no task are two different things', () => {
  const rollups = rollUp([sampleRow({ task: 'null' }), sampleRow({ task: null })], 10);
  assert.deepEqual(new Set(rollups.map((rollup) => rollup['task'])), new Set(['', 'null']));
});

test('what was added before a clear is not written', () => {
  const db = openDatabase(':memory:');
  prepareDatabase(db);
  const rollups = createRollups(db);
  addTo(rollups, sampleRow());
  rollups.clear();
  rollups.write();
  assert.equal(db.prepare('SELECT COUNT(*) AS n FROM rollups').get()?.['n'], 0);
  db.close();
});
