import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BatchAnswer, BatchPrice } from './batch-price.ts';
import { type KnownBatch, toBatchRow } from './batch-row.ts';
import type { CallRow } from './call/row.ts';
import { toUsage } from './call/usage.ts';
import type { BatchLine } from './dialect/batch-line.ts';

const BATCH: KnownBatch = { id: 'b1', tenant: 'acme', provider: 'openai', task: 'nightly', createdMs: 1_000_000_000 };
const PRICE: BatchPrice = {
  model: 'mini',
  tier: 'small',
  cost: { nanoUsd: 50, basis: 'measured' },
  baselineModel: 'big',
  baseline: { nanoUsd: 500, basis: 'estimated' },
};
const LINE: BatchLine = {
  customId: 'r1',
  dialect: 'openai-chat',
  isOk: true,
  httpStatus: 200,
  model: 'gpt-mini-2026',
  usage: toUsage({ inputTokens: 10, outputTokens: 2 }),
  finishReason: 'stop',
  atMs: 1_000_500_000,
};

function rowOf(line: Partial<BatchLine> = {}, price: Partial<BatchPrice> = {}): { row: CallRow; asked: BatchAnswer[] } {
  const asked: BatchAnswer[] = [];
  const row = toBatchRow({ ...LINE, ...line }, BATCH, {
    price: (answer) => {
      asked.push(answer);
      return { ...PRICE, ...price };
    },
    nowMs: 1_001_000_000,
  });
  return { row, asked };
}

describe('the row of a line', () => {
  test('has the id of batch and line, what was answered, and what it cost', () => {
    const { row, asked } = rowOf();
    assert.deepEqual(row, {
      id: 'b1/r1',
      atMs: 1_000_500_000,
      tenant: 'acme',
      task: 'nightly',
      session: null,
      dialect: 'openai-chat',
      stream: false,
      requestedModel: 'gpt-mini-2026',
      model: 'mini',
      tier: 'small',
      asks: null,
      maxOutputTokens: null,
      messages: null,
      arm: null,
      prediction: null,
      provider: 'openai',
      responseModel: 'gpt-mini-2026',
      reasons: [{ step: 'request', say: 'answered in the batch b1' }],
      planned: ['mini'],
      losses: [],
      status: 'ok',
      httpStatus: 200,
      errorCode: null,
      finishReason: 'stop',
      escalated: false,
      usage: LINE.usage,
      costNanoUsd: 50,
      costBasis: 'measured',
      baselineModel: 'big',
      baselineNanoUsd: 500,
      baselineBasis: 'estimated',
      latencyMs: null,
      ttftMs: null,
      decisionUs: 0,
      attempts: [],
    });
    const { usage } = LINE;
    assert.deepEqual(asked, [{ provider: 'openai', model: 'gpt-mini-2026', usage, kind: 'chat', atMs: 1_000_500_000 }]);
  });

  test('that failed costs nothing, on the baseline neither', () => {
    const { row } = rowOf({ isOk: false, httpStatus: 429, model: null, usage: null });
    assert.deepEqual([row.status, row.httpStatus, row.errorCode, row.model], ['error', 429, 'upstream_error', null]);
    assert.deepEqual([row.costNanoUsd, row.costBasis, row.baselineNanoUsd], [0, 'measured', 0]);
    const unknown = { nanoUsd: null, basis: 'unknown' as const };
    const without = rowOf({ isOk: false, model: null }, { baselineModel: null, baseline: unknown }).row;
    assert.deepEqual([without.baselineModel, without.baselineNanoUsd], [null, null]);
  });

  test('whose price is not known says so', () => {
    const { row } = rowOf({ usage: null }, { cost: { nanoUsd: null, basis: 'unknown' } });
    assert.deepEqual([row.costNanoUsd, row.costBasis], [null, 'unknown']);
  });

  test('of vectors is asked for as such', () => {
    assert.equal(rowOf({ dialect: 'openai-embeddings' }).asked[0]?.kind, 'embedding');
  });

  test('is of the time of the batch when the answer says none, or an impossible one', () => {
    for (const atMs of [null, 0, 5e15, Number.NaN, 1_000_500_000.5])
      assert.equal(rowOf({ atMs }).row.atMs, BATCH.createdMs);
  });

  test('has an id of bounded length, that is the same every time', () => {
    const [a, b] = [rowOf({ customId: 'x'.repeat(5000) }).row.id, rowOf({ customId: 'x'.repeat(5000) }).row.id];
    assert.equal(a, b);
    assert.ok(a.length < 100);
    assert.notEqual(a, rowOf({ customId: 'x'.repeat(5001) }).row.id);
  });
});
