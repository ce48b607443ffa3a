import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareRuns, type OtherRun, pairUp } from './compare-runs.ts';
import { evaluatedSample } from './scripted.fixture.ts';
import type { EvaluatedSample } from './summarise-run.ts';

const AGAINST: OtherRun = {
  id: 'r1',
  startedAt: '2026-01-01T00:00:00.000Z',
  file: 'tierline.yaml',
  route: 'mid',
  isSameConfig: false,
  judgedAgain: 0,
};
const compare = (before: EvaluatedSample[], after: EvaluatedSample[]) =>
  compareRuns(pairUp(before, after), AGAINST, 0.95);
const many = (count: number, pass: (at: number) => boolean, cost: (at: number) => number | null = () => 1000) =>
  Array.from({ length: count }, (_, at) => evaluatedSample(`s${at}`, pass(at), { call: { costNanoUsd: cost(at) } }));

test('only samples that both runs have judged are compared', () => {
  const before = [evaluatedSample('a', true), evaluatedSample('b', true), evaluatedSample('c', null)];
  const after = [evaluatedSample('b', true), evaluatedSample('c', true), evaluatedSample('d', false)];
  assert.equal(compare(before, after).pairs, 1);
  assert.equal(compare(before, [evaluatedSample('z', true)]).quality, null);
});

test('what passed and fails now is a regression, the other way round an improvement, each with its models', () => {
  const before = [
    evaluatedSample('a', true, { call: { model: 'mid' } }),
    evaluatedSample('b', false),
    evaluatedSample('c', true),
  ];
  const after = [
    evaluatedSample('a', false),
    evaluatedSample('b', true, { call: { model: 'mid' } }),
    evaluatedSample('c', true),
  ];
  const { regressions, improvements } = compare(before, after);
  assert.deepEqual(regressions, [{ sample: 'a', before: 'mid', after: 'small', reason: 'reference' }]);
  assert.deepEqual(improvements, [{ sample: 'b', before: 'small', after: 'mid', reason: 'reference' }]);
});

test('a drop that is there is found with an interval that leaves out nothing at all', () => {
  const { quality } = compare(
    many(200, () => true),
    many(200, (at) => at % 10 !== 0),
  );
  assert.equal(quality?.mean, -0.1);
  assert.ok(quality !== null && quality.high < -0.05 && quality.low > -0.16, JSON.stringify(quality));
});

test('pairing tells more than two rates do: the same few samples that fail twice are no doubt', () => {
  const half = many(100, (at) => at % 2 === 0);
  const { quality } = compare(half, half);
  assert.deepEqual(quality, { mean: 0, low: 0, high: 0 });
});

test('weights count: a heavy regression outweighs light improvements', () => {
  const before = [evaluatedSample('a', true, { weight: 8 }), evaluatedSample('b', false), evaluatedSample('c', false)];
  const after = [evaluatedSample('a', false, { weight: 8 }), evaluatedSample('b', true), evaluatedSample('c', true)];
  assert.equal(compare(before, after).quality?.mean, -0.6);
});

test('cost rises are shares of what a call cost, over the samples whose costs both know', () => {
  const { costRise, cost } = compare(
    many(
      50,
      () => true,
      (at) => (at === 0 ? null : 1000),
    ),
    many(
      50,
      () => true,
      () => 1200,
    ),
  );
  assert.equal(cost?.pairs, 49);
  assert.deepEqual([cost?.beforeNanoUsd, cost?.afterNanoUsd], [1000, 1200]);
  assert.ok(costRise !== null && Math.abs(costRise.mean - 0.2) < 1e-9 && Math.abs(costRise.low - 0.2) < 1e-9);
});

test('a cost out of nothing is an infinite rise, nothing out of nothing none', () => {
  const free = many(
    40,
    () => true,
    () => 0,
  );
  const paid = many(
    40,
    () => true,
    () => 5,
  );
  assert.equal(compare(free, paid).costRise?.low, Number.POSITIVE_INFINITY);
  assert.deepEqual(compare(free, free).costRise, { mean: 0, low: 0, high: 0 });
});

test('unknown costs make no comparison', () => {
  const unknown = many(
    5,
    () => true,
    () => null,
  );
  const { cost, costRise } = compare(unknown, unknown);
  assert.deepEqual([cost, costRise], [null, null]);
});

test('law: exchanging the runs exchanges regressions and improvements and turns the difference round', () => {
  const flags = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(flags, (pairs) => {
      const one = pairs.map(([pass], at) => evaluatedSample(`s${at}`, pass));
      const other = pairs.map(([, pass], at) => evaluatedSample(`s${at}`, pass));
      const there = compare(one, other);
      const back = compare(other, one);
      assert.deepEqual(
        there.regressions.map(({ sample }) => sample),
        back.improvements.map(({ sample }) => sample),
      );
      assert.ok(Math.abs((there.quality?.mean ?? 0) + (back.quality?.mean ?? 0)) < 1e-12);
      const net = there.improvements.length - there.regressions.length;
      assert.ok(Math.abs((there.quality?.mean ?? 0) * pairs.length - net) < 1e-9);
    }),
  );
});
