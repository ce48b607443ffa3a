import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report, ReportRow } from '../../ledger/report.ts';
import { toDemoReport } from './ledger-report.ts';

const EMPTY: ReportRow = {
  key: null,
  calls: 0,
  errors: 0,
  partials: 0,
  clientsGone: 0,
  escalated: 0,
  attempts: 0,
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheHitRate: null,
  cacheSavingsNanoUsd: null,
  cacheUnpricedTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  usageUnknown: 0,
  costNanoUsd: null,
  costUnknown: 0,
  costEstimated: 0,
  costPerCallNanoUsd: null,
  baselineNanoUsd: null,
  baselineUnknown: 0,
  compared: 0,
  savingsNanoUsd: null,
  savingsShare: null,
  latencyMeanMs: null,
  predicted: 0,
  explored: 0,
  pinned: 0,
  static: 0,
  canaries: 0,
  canaryNanoUsd: 0,
  canaryUnknown: 0,
  unforeseen: { no_evidence: 0, broken: 0, late: 0, resting: 0 },
  latencyP95Ms: null,
};

function report(by: Report['by'], rows: Partial<ReportRow>[]): Report {
  return { by, rows: rows.map((row) => ({ ...EMPTY, ...row })), total: EMPTY };
}

test('rows keep their money and get their tier; calls without a task or an answer are named', () => {
  const money = { calls: 2, costNanoUsd: 5, baselineNanoUsd: 9 };
  const byTask = report('task', [
    { key: 'summary', ...money, escalated: 1 },
    { key: null, ...money },
  ]);
  const byModel = report('model', [
    { key: 'small', ...money },
    { key: null, ...money },
  ]);
  assert.deepEqual(
    toDemoReport({ byTask, byModel }, (model) => `tier of ${model}`),
    {
      tasks: [
        { task: 'summary', ...money, escalated: 1 },
        { task: 'no task', ...money, escalated: 0 },
      ],
      models: [
        { model: 'small', tier: 'tier of small', ...money },
        { model: 'no answer', tier: null, ...money },
      ],
    },
  );
});

test('a sum that leaves out a call of unknown cost is unknown', () => {
  const row = { key: 'summary', calls: 2, costNanoUsd: 5, baselineNanoUsd: 9 };
  const byTask = report('task', [
    { ...row, costUnknown: 1 },
    { ...row, baselineUnknown: 1 },
  ]);
  const { tasks } = toDemoReport({ byTask, byModel: report('model', []) }, () => null);
  assert.deepEqual(
    tasks.map(({ costNanoUsd, baselineNanoUsd }) => [costNanoUsd, baselineNanoUsd]),
    [
      [null, 9],
      [5, null],
    ],
  );
});
