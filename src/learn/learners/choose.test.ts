import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseLearner, costAtQuality, type Market } from './choose.ts';
import { madeUp } from './examples.fixture.ts';
import type { Examples, Learner } from './learner.ts';

/** Two models: `cheap` at 1 is right in the first `easy` of 100 rows, `strong` at 10 is always right. */
function pool(easy: number): { examples: Examples; market: Market } {
  const examples = madeUp({ rows: 100, seed: 61 });
  return {
    examples: {
      ...examples,
      models: ['cheap', 'strong'],
      qualities: [Float64Array.from({ length: 100 }, (_, row) => Number(row < easy)), new Float64Array(100).fill(1)],
    },
    market: { costs: [new Float64Array(100).fill(1), new Float64Array(100).fill(10)], reference: 1 },
  };
}

function near(actual: number | null, expected: number, within = 1e-9): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
}

describe('the cost of equal quality', () => {
  const { examples, market } = pool(60);
  const strong = new Float64Array(100).fill(0.99);

  test('is the least there is for who knows everything, half a point of quality given away', () => {
    // 60 at 1 and 40 at 10, less half a point: half a row that need not go to the strong one.
    near(
      costAtQuality([Float64Array.from(examples.qualities[0] as Float64Array), strong], examples, market),
      4.6 - 0.005 * 9,
    );
  });

  test('is that of the mixture for who knows nothing: nearly the reference', () => {
    // 0.005 of the gap of 0.4 may be missing.
    near(costAtQuality([new Float64Array(100).fill(0.6), strong], examples, market), 10 - (0.005 / 0.4) * 9);
  });

  test('is never more than the reference costs, however wrong somebody is', () => {
    const wrong = (examples.qualities[0] as Float64Array).map((quality) => 1 - quality);
    const cost = costAtQuality([wrong, strong], examples, market);
    assert.ok(cost !== null && cost <= 10 && cost > 9.8);
  });

  test('is not known where hardly any row knows every answer', () => {
    const holes = (examples.qualities[0] as Float64Array).map((quality, row) => (row % 2 === 0 ? Number.NaN : quality));
    const few = { ...examples, qualities: [holes.fill(Number.NaN, 0, 4), examples.qualities[1] as Float64Array] };
    assert.equal(costAtQuality([strong, strong], few, market), null);
  });
});

describe('choosing a learner', () => {
  const { examples, market } = pool(60);
  // Fact 0 tells the row, so that a learner can be as wise as it likes.
  const told = {
    ...examples,
    dense: { ...examples.dense, values: examples.dense.values.map((value, at) => (at % 2 === 0 ? at / 2 : value)) },
  };
  const knowing = (name: Learner<null>['name'], says: (row: number) => number): Learner<null> => ({
    name,
    fit: () => null,
    rater: () => (request, out) => {
      out[0] = says(request.dense[0] as number);
      out[1] = 0.99;
    },
    write: () => ({}),
    read: () => null,
  });
  const wise = knowing('trees', (row) => (row < 60 ? 0.9 : 0.1));
  const blind = knowing('linear', () => 0.6);
  const noisy = knowing('neighbours', (row) => (row < 60 ? 0.9 : 0.1) + ((row * 37) % 11) / 11);

  test('takes the one with which equal quality is cheapest, and tells all the others', () => {
    const candidates = chooseLearner([blind, wise], told, { market, folds: 4, seed: 1 });
    assert.deepEqual(candidates.at(-1)?.parts, ['linear']);
    assert.deepEqual(candidates.map(({ parts }) => parts.join('+')).toSorted(), ['linear', 'linear+trees', 'trees']);
    near(candidates[0]?.cost ?? null, 4.555, 0.02);
    near(candidates.at(-1)?.cost ?? null, 10 - (0.005 / 0.4) * 9, 0.01);
  });

  test('averages up to three', () => {
    const candidates = chooseLearner([blind, wise, noisy], told, { market, folds: 4, seed: 1 });
    assert.equal(candidates.length, 7);
    assert.ok(candidates.some(({ parts }) => parts.length === 3));
    for (const { chances, curves } of candidates) {
      assert.equal(curves.length, 2);
      for (const values of chances) assert.ok(values.every((chance) => chance > 0 && chance < 1));
    }
  });

  test('takes the better chances where costs are the same', () => {
    const same: Market = { costs: [new Float64Array(100).fill(10), new Float64Array(100).fill(10)], reference: 1 };
    const [best] = chooseLearner([blind, wise], told, { market: same, folds: 4, seed: 1 });
    assert.ok(best?.parts.includes('trees'));
    assert.ok((best?.brier ?? 1) < 0.05);
  });
});
