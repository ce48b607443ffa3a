import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pin } from '../call/pin.ts';
import type { Asked } from './asked.ts';
import { cascadeCost, expect } from './expected-cost.ts';
import { lowerBound } from './pass-rate.ts';
import { caller, model, policy, priced, record, route, state, task, view } from './sample.test.ts';

const PRICED = model('a', 'small', { priceOf: priced(10, 100) });
const asked = (fields: Partial<Asked> = {}): Asked => ({
  policy: policy([PRICED]),
  view: view({ text: 'x'.repeat(400), maxOutputTokens: 50 }),
  caller: caller(),
  state: state({ nowMs: 1000 }),
  task: task('t', ['a']),
  arm: null,
  route: route(['a']),
  session: null,
  pin: null,
  limits: [],
  ceiling: null,
  isThorough: false,
  ...fields,
});
const place = { model: PRICED, deployments: null };
const pin = (fields: Partial<Pin> = {}): Pin => ({
  model: 'a',
  route: 'a',
  cachedTokens: 60,
  cachedUntilMs: 1001,
  candidateOf: null,
  isStandIn: false,
  turns: 1,
  isEscalated: false,
  ...fields,
});

test('input is counted in the words of the model, output is what the client allows', () => {
  const expected = expect(place, asked());
  assert.deepEqual(expected, {
    inputTokens: 100,
    cachedTokens: 0,
    outputTokens: 50,
    costNanoUsd: 6000,
    passRate: null,
  });
  const finer = { ...PRICED, countTokens: (text: string) => text.length };
  assert.equal(expect({ ...place, model: finer }, asked()).inputTokens, 400);
  assert.equal(expect(place, asked({ view: view({ imageCount: 2, maxOutputTokens: 1 }) })).inputTokens, 3200);
});

test('the record of the answers goes before what the operator calls typical, and that before the bound', () => {
  const typical = task('t', ['a'], { typicalOutputTokens: 20 });
  const known = state({
    recordOf: (of, name) => (of === 't' && name === 'a' ? record({ outputTokens: 7.2, judged: 10, passed: 10 }) : null),
  });
  assert.equal(expect(place, asked({ task: typical })).outputTokens, 20);
  const recorded = expect(place, asked({ task: typical, state: known }));
  assert.deepEqual([recorded.outputTokens, recorded.passRate], [8, lowerBound(10, 10)]);
  const short = view({ text: 'x'.repeat(400), maxOutputTokens: 5 });
  assert.equal(expect(place, asked({ task: typical, state: known, view: short })).outputTokens, 5);
});

test('a length that nobody knows makes the cost unknown, and so does a missing price', () => {
  const open = view({ text: 'x'.repeat(400) });
  const expected = expect(place, asked({ view: open }));
  assert.deepEqual([expected.outputTokens, expected.costNanoUsd, expected.inputTokens], [null, null, 100]);
  assert.equal(expect({ ...place, model: model('b', 'mid') }, asked()).costNanoUsd, null);
});

test('what the session has in the cache of its own model is read from there while it is warm', () => {
  const warm = expect(place, asked({ pin: pin() }));
  assert.deepEqual([warm.cachedTokens, warm.costNanoUsd], [60, 40 * 10 + 60 + 50 * 100]);
  assert.equal(expect(place, asked({ pin: pin({ cachedUntilMs: 1000 }) })).cachedTokens, 0);
  assert.equal(expect(place, asked({ pin: pin({ model: 'b' }) })).cachedTokens, 0);
  assert.equal(expect(place, asked({ pin: pin({ cachedTokens: 9999 }) })).cachedTokens, 100);
});

test('a cascade costs its first model and what is left of the others', () => {
  assert.equal(
    cascadeCost([
      { costNanoUsd: 100, passRate: 0.8 },
      { costNanoUsd: 1000, passRate: 0.5 },
      { costNanoUsd: 4000, passRate: null },
    ]),
    700,
  );
  assert.equal(
    cascadeCost([
      { costNanoUsd: 100, passRate: null },
      { costNanoUsd: 1000, passRate: 0.9 },
    ]),
    1100,
  );
  assert.equal(
    cascadeCost([
      { costNanoUsd: 100, passRate: 1 },
      { costNanoUsd: null, passRate: null },
    ]),
    100,
    'it is never reached',
  );
  assert.equal(
    cascadeCost([
      { costNanoUsd: 100, passRate: 0.99 },
      { costNanoUsd: null, passRate: null },
    ]),
    null,
  );
  assert.equal(cascadeCost([]), 0);
});

test('law: a cascade costs between its first step and the sum of all', () => {
  const step = fc.record({ costNanoUsd: fc.nat(1e9), passRate: fc.option(fc.double({ min: 0, max: 1, noNaN: true })) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
      const cost = cascadeCost(steps) ?? assert.fail();
      assert.ok(cost >= (steps[0]?.costNanoUsd ?? 0));
      assert.ok(cost <= steps.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0) + 1);
    }),
  );
});

test('the lower bound is that of Wilson: published values', () => {
  // Agresti and Coull (1998), and tables of the score interval at 95 %.
  const cases: [number, number, number][] = [
    [0, 10, 0],
    [10, 10, 0.7225],
    [9, 10, 0.5958],
    [50, 100, 0.4038],
    [81, 263, 0.2553],
  ];
  for (const [passed, judged, low] of cases)
    assert.ok(
      Math.abs((lowerBound(passed, judged) ?? -1) - low) < 0.0006,
      `${passed}/${judged}: ${lowerBound(passed, judged)}`,
    );
  assert.equal(lowerBound(0, 0), null);
});

test('law: the bound is a share below the rate, and grows with evidence', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (judged, share) => {
      const low = lowerBound(judged * share, judged) ?? assert.fail();
      assert.ok(low >= 0 && low <= share + 1e-12);
      assert.ok((lowerBound(judged * share * 2, judged * 2) ?? 0) >= low - 1e-12);
    }),
  );
});
