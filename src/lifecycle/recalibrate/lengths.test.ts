import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../stats/random.ts';
import { type Length, quantileInterval, refitLengths } from './lengths.ts';
import { effectiveOf } from './weights.ts';

const evenly = (count: number, weight = 1): Length[] =>
  Array.from({ length: count }, (_, at) => ({ value: 1 + Math.floor((100 * at) / count), weight }));
const refit = (lengths: readonly Length[], typical: number | null, largest: number | null) => {
  const [usual, most] = refitLengths(lengths, { task: 'label', typical, largest });
  assert.ok(usual !== undefined && most !== undefined);
  return { usual, most };
};

describe('the length of answers', () => {
  test('is their median, and what one in a hundred passes', () => {
    const { usual, most } = refit(evenly(1000), 20, 20);
    assert.deepEqual(
      [usual.verdict, usual.value, usual.path],
      ['change', 50, ['tasks', 'label', 'output', 'typical_tokens']],
    );
    assert.deepEqual([most.verdict, most.value], ['change', 99]);
    assert.ok((usual.interval?.low ?? 0) > 45 && (usual.interval?.high ?? 99) < 55, JSON.stringify(usual.interval));
  });

  test('is left where it is nearly right, and where the interval holds what is said', () => {
    assert.equal(refit(evenly(1000), 54, 95).usual.verdict, 'keep');
    const few = refit(evenly(60), 60, null).usual;
    assert.deepEqual([few.verdict, few.say], ['keep', 'the interval holds what is said']);
    assert.equal(refit(evenly(2000), 60, null).usual.verdict, 'change');
  });

  test('is said for the first time where nobody has said it', () => {
    const { usual, most } = refit(evenly(1000), null, null);
    assert.deepEqual([usual.verdict, usual.say, most.verdict], ['change', 'was not said', 'change']);
  });

  test('needs answers: fifty for the median, three hundred for the longest, all of them fresh', () => {
    const { usual, most } = refit(evenly(120), 20, 20);
    assert.equal(usual.verdict, 'change');
    assert.deepEqual(
      [most.verdict, most.value, most.say],
      ['few', null, '120 measured answers of its first model, and 300 are the least'],
    );
    assert.equal(refit(evenly(120, 0.25), 20, 20).usual.verdict, 'few');
    assert.equal(refit([], 20, 20).usual.verdict, 'few');
  });

  test('is that of lately: old answers hardly count', () => {
    const old = evenly(500).map(({ value }) => ({ value: value + 1000, weight: 0.01 }));
    assert.equal(refit([...old, ...evenly(500)], 20, null).usual.value, 51);
  });

  test('lies within its interval as often as it says', () => {
    let held = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = createRandom(seed);
      const lengths = Array.from({ length: 120 }, () => ({ value: random() * 100, weight: 0.5 ** (random() * 2) }));
      const { low = 100, high = 0 } = quantileInterval(lengths, 0.5, effectiveOf(lengths)) ?? {};
      if (low <= 50 && high >= 50) held++;
    }
    assert.ok(held >= 276, `${held} of 300`);
  });
});
