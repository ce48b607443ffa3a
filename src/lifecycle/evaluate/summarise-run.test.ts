import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluatedSample, routedCall } from './scripted.fixture.ts';
import { type EvaluatedSample, reasonOf, summariseRun } from './summarise-run.ts';

const attempt = (model: string, status: 'ok' | 'error') => ({
  model,
  status,
  httpStatus: status === 'ok' ? 200 : 503,
  latencyMs: 10,
  costNanoUsd: 0,
  verdicts: null,
});

test('a run is counted by weight, and what has no verdict counts as nothing', () => {
  const summary = summariseRun(
    [
      evaluatedSample('a', true, { weight: 3, call: { costNanoUsd: 100 } }),
      evaluatedSample('b', false, { weight: 1, call: { costNanoUsd: 300 } }),
      evaluatedSample('c', null, { call: { costNanoUsd: 900 } }),
      evaluatedSample('d', null, { call: null }),
    ],
    0.95,
  );
  assert.equal(summary.samples, 4);
  assert.equal(summary.judged, 2);
  assert.equal(summary.missing, 2);
  assert.equal(summary.passRate.share, 0.75);
  assert.equal(summary.passRate.trials, 1.6, 'weights make fewer trials of two samples');
});

test('what was not good enough was paid as well: cost per pass is all that was spent by what passed', () => {
  const { cost } = summariseRun(
    [
      evaluatedSample('a', true, { weight: 2, call: { costNanoUsd: 100 } }),
      evaluatedSample('b', false, { call: { costNanoUsd: 400, costBasis: 'estimated' } }),
      evaluatedSample('c', true, { call: { costNanoUsd: null, costBasis: 'unknown' } }),
    ],
    0.95,
  );
  assert.deepEqual(cost, { known: 2, totalNanoUsd: 500, perCallNanoUsd: 200, perPassNanoUsd: 300, basis: 'estimated' });
});

test('unknown costs are unknown, never nothing', () => {
  const { cost } = summariseRun([evaluatedSample('a', true, { call: { costNanoUsd: null } })], 0.95);
  assert.deepEqual(cost, { known: 0, totalNanoUsd: 0, perCallNanoUsd: null, perPassNanoUsd: null, basis: 'unknown' });
  assert.equal(summariseRun([evaluatedSample('a', false)], 0.95).cost.perPassNanoUsd, null);
});

test('escalations, refusals and calls that a provider disturbed are counted apart', () => {
  const summary = summariseRun(
    [
      evaluatedSample('a', true, {
        call: { escalated: true, model: 'mid', attempts: [attempt('small', 'ok'), attempt('mid', 'ok')] },
      }),
      evaluatedSample('b', true, { call: { attempts: [attempt('small', 'error'), attempt('small', 'ok')] } }),
      evaluatedSample('c', false, {
        verdicts: [],
        call: { answer: null, model: null, error: { code: 'context_length_exceeded', httpStatus: 400, message: '' } },
      }),
    ],
    0.95,
  );
  assert.equal(summary.escalationRate, 0.5, 'of the two that were answered');
  assert.equal(summary.refused, 1);
  assert.equal(summary.disturbed, 1);
  assert.deepEqual(summary.failures, [{ gate: 'context_length_exceeded', count: 1 }]);
  assert.deepEqual(
    summary.models.map(({ model, calls }) => [model, calls]),
    [
      ['mid', 1],
      ['small', 1],
      [null, 1],
    ],
  );
});

test('latencies are those of answered calls', () => {
  const refused = { answer: null, latencyMs: 9000, error: { code: 'unsupported', httpStatus: 400, message: '' } };
  const { latencyMs } = summariseRun(
    [evaluatedSample('a', true), evaluatedSample('b', false, { call: refused })],
    0.95,
  );
  assert.equal(latencyMs?.max, 100);
});

test('samples that nobody had looked at have a rate of their own, where there are both kinds', () => {
  const seen = evaluatedSample('a', true, { isSeen: true });
  const unseen = evaluatedSample('b', false);
  const both = summariseRun([seen, unseen], 0.95);
  assert.equal(both.seen, 1);
  assert.equal(both.unseenPassRate?.share, 0);
  assert.equal(summariseRun([seen], 0.95).unseenPassRate, null);
  assert.equal(summariseRun([unseen], 0.95).unseenPassRate, null);
});

test('a failure is named by the error, else by the first gate that refused', () => {
  const verdicts = [
    { gate: 'length', pass: true, score: 1, reason: '', costNanoUsd: 0 },
    { gate: 'pattern', pass: false, score: 0, reason: '', costNanoUsd: 0 },
  ];
  assert.equal(reasonOf({ call: routedCall(), verdicts }), 'pattern');
  assert.equal(
    reasonOf({ call: routedCall({ error: { code: 'unsupported', httpStatus: 400, message: '' } }), verdicts }),
    'unsupported',
  );
});

test('law: shares of models add up to the run, in calls and in cost', () => {
  const sample = fc
    .record({ pass: fc.constantFrom(true, false, null), cost: fc.nat(1e6), model: fc.constantFrom('a', 'b', 'c') })
    .map(
      ({ pass, cost, model }): EvaluatedSample => evaluatedSample('x', pass, { call: { model, costNanoUsd: cost } }),
    );
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 40 }), (samples) => {
      const { models, cost, judged, missing } = summariseRun(samples, 0.95);
      assert.equal(
        models.reduce((sum, { calls }) => sum + calls, 0),
        samples.length,
      );
      const spent = models.reduce((sum, { calls, perCallNanoUsd }) => sum + calls * (perCallNanoUsd ?? 0), 0);
      assert.ok(Math.abs(spent - cost.totalNanoUsd) < 1e-3);
      assert.equal(judged + missing, samples.length);
    }),
  );
});
