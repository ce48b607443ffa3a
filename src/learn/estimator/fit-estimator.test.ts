import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { areaUnderRoc, brierScore } from '../metrics/calibration.ts';
import type { Row } from '../rows/row.ts';
import { MODELS, workedRows } from './estimator.fixture.ts';
import { createEstimator, readEstimator, requestOf, writeEstimator } from './estimator.ts';
import { type FitEstimatorOptions, fitEstimator } from './fit-estimator.ts';
import { outcomesOf } from './outcomes.ts';

const OPTIONS: FitEstimatorOptions = {
  isGated: true,
  embedded: null,
  folds: 4,
  seed: 1,
};
const PRICES = new Map([['small', { inputPerM: 1, outputPerM: 1 }]]);
const rows = workedRows(240, 7);
const fit = (some: readonly Row[], options = OPTIONS): ReturnType<typeof fitEstimator> =>
  fitEstimator(some, outcomesOf(some, MODELS, PRICES), options);
const fitted = fit(rows);
const { pool, state } = fitted;
const column = (values: Float64Array, model: number): Float64Array =>
  values.filter((_, at) => at % MODELS.length === model);

type Rated = { chance: number; other: number; judged: number };
function rate(of: typeof state, row: Row): Rated {
  const estimator = createEstimator(of);
  const request = requestOf(row);
  const [chance, other] = [...estimator.expect(request).chances] as [number, number];
  const text = row.outcomes.get('small')?.response ?? '';
  return { chance, other, judged: estimator.judge(0, request, { text, final: null, meanLogprob: null }) };
}

describe('an estimator', () => {
  test('learns of requests, without having seen them, which are hard', () => {
    assert.ok(areaUnderRoc(column(pool.prior, 0), column(pool.quality, 0)) > 0.65);
  });

  test('learns more of answers', () => {
    assert.ok(areaUnderRoc(column(pool.judged, 0), column(pool.quality, 0)) > 0.85);
    const brier = (values: Float64Array): number => brierScore(column(values, 0), column(pool.quality, 0));
    assert.ok(brier(pool.judged) < brier(pool.prior));
  });

  test('has no judge of a model whose answers were not kept, and expects what it expected before', () => {
    assert.equal(state.judges[1], null);
    assert.deepEqual(column(pool.judged, 1), column(pool.prior, 1));
    const row = rows[0] as Row;
    const estimator = createEstimator(state);
    const chance = estimator.expect(requestOf(row)).chances[1];
    assert.equal(estimator.judge(1, requestOf(row), { text: 'x', final: null, meanLogprob: null }), chance);
  });

  test('judges new answers by their sums', () => {
    const fresh = workedRows(200, 99);
    const judged = Float64Array.from(fresh, (row) => rate(state, row).judged);
    assert.ok(
      areaUnderRoc(
        judged,
        Float64Array.from(fresh, (row) => row.outcomes.get('small')?.quality as number),
      ) > 0.8,
    );
  });

  test('rates by chances', () => {
    for (const values of [pool.prior, pool.judged]) assert.ok(values.every((chance) => chance >= 0 && chance <= 1));
  });

  test('has no judges when answers are not looked at, or are too few', () => {
    const blind = fit(rows, { ...OPTIONS, isGated: false });
    assert.deepEqual(blind.state.judges, [null, null]);
    const few = fit(rows.slice(0, 39));
    assert.deepEqual(few.state.judges, [null, null]);
  });

  test('is the same from the same rows and seed', () => {
    assert.deepEqual(writeEstimator(fit(rows).state), writeEstimator(state));
  });

  test('knows requests of words it has met, and not those of others', () => {
    const estimator = createEstimator(state);
    assert.equal(estimator.expect(requestOf(rows[3] as Row)).isKnown, true);
    const strange = {
      ...requestOf(rows[3] as Row),
      text: 'Übersetze bitte folgendes Gedicht wortgetreu ins Finnische',
    };
    assert.equal(estimator.expect(strange).isKnown, false);
  });

  test('rates the same once it was written and read', () => {
    const read = readEstimator(JSON.parse(JSON.stringify(writeEstimator(state))));
    for (const row of rows.slice(0, 30)) {
      const [before, after] = [rate(state, row), rate(read, row)];
      for (const name of ['chance', 'other', 'judged'] as const) assert.ok(Math.abs(before[name] - after[name]) < 0.01);
    }
    assert.deepEqual(writeEstimator(read), writeEstimator(state));
  });
});

describe('an estimator that is read', () => {
  const json = JSON.parse(JSON.stringify(writeEstimator(state)));
  const judge = json.judges[0];
  const cases: readonly [string, unknown, RegExp][] = [
    ['is none', null, /^Error: it has no estimator$/],
    ['names no models', { ...json, models: [] }, /names no models/],
    ['was made with other facts of requests', { ...json, facts: -1 }, /made with other features .* train it again/],
    ['was made with other facts of answers', { ...json, answerFacts: 1 }, /made with other features .* train it again/],
    ['has grams of no size', { ...json, grams: { bits: 99, pairs: true, runs: null } }, /features that are not known/],
    ['has runs of no length', { ...json, grams: { ...json.grams, runs: [0, 1] } }, /features that are not known/],
    ['has too few gates', { ...json, judges: [null] }, /has gates of other models/],
    ['does not say what it knows', { ...json, leastKnown: null }, /does not say what it knows/],
    ['has an encoder without a name', { ...json, encoder: {} }, /has an encoder without a name/],
    ['has rarities that are none', { ...json, rarity: 'f32:' }, /rarity has 0 numbers/],
    ['has no prior', { ...json, prior: {} }, /has no prior/],
    ['has a prior of other models', { ...json, prior: { ...json.prior, models: 3 } }, /has a prior of other models/],
    [
      'has a learner that nobody knows',
      { ...json, prior: { ...json.prior, parts: [{ name: 'oracle' }] } },
      /has a learner that is not known/,
    ],
    [
      'has a learner without weights',
      { ...json, prior: { ...json.prior, parts: [{ ...json.prior.parts[0], order: '1' }] } },
      /has no weights for the learner/,
    ],
    ['has a gate that is none', { ...json, judges: [{}, null] }, /has a gate that is none/],
    [
      'has a gate of a learner that nobody knows',
      { ...json, judges: [{ ...judge, parts: [{ name: 'constructor' }] }, null] },
      /gate with a learner that is not known/,
    ],
    [
      'has a gate without a stack',
      { ...json, judges: [{ ...judge, stack: 'f32:' }, null] },
      /the stack of a gate has 0 numbers/,
    ],
  ];
  for (const [name, wrong, sentence] of cases)
    test(`is refused when it ${name}`, () => assert.throws(() => readEstimator(wrong), sentence));
});

describe('outcomes', () => {
  test('have qualities and costs, and no number where nothing is known', () => {
    const [row] = rows as [Row];
    const known = outcomesOf([row], ['small', 'large', 'other'], PRICES);
    assert.equal(known.quality[0], row.outcomes.get('small')?.quality);
    assert.ok((known.cost[0] as number) > 0);
    assert.ok(Number.isNaN(known.cost[1]));
    assert.ok(Number.isNaN(known.quality[2]));
  });
});
