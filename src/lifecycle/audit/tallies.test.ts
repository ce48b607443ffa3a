import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hashText } from '../../stats/hash.ts';
import { FewTexts, Histogram, Sample } from './tallies.ts';

const counts = fc.array(fc.nat(2_000_000), { minLength: 1, maxLength: 200 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe('a histogram', () => {
  test('small values are exact, large ones off by one percent at most, the largest is exact', () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
        const sorted = values.toSorted((one, other) => one - other);
        const exact = sorted[Math.max(0, Math.ceil(values.length * share) - 1)] as number;
        const told = histogramOf(values).quantile(share) as number;
        assert.ok(
          Math.abs(told - exact) <= Math.max(0, exact * 0.0101 + (exact < 128 ? 0 : 1)),
          `${told} for ${exact}`,
        );
        assert.equal(histogramOf(values).max, sorted.at(-1));
      }),
    );
  });

  test('two added are one of all values', () => {
    fc.assert(
      fc.property(counts, counts, (one, other) => {
        const merged = histogramOf(one);
        merged.merge(histogramOf(other));
        assert.deepEqual(merged, histogramOf([...one, ...other]));
      }),
      { numRuns: 50 },
    );
  });

  test('of nothing there is no quantile', () => {
    assert.equal(new Histogram().quantile(0.5), null);
  });
});

describe('a sample', () => {
  const sampleOf = (items: readonly string[], size = 5): Sample<string> => {
    const sample = new Sample<string>(size);
    for (const item of items) sample.add(hashText(item), () => item);
    return sample;
  };

  test('the order of the items makes no difference, and two samples added are the sample of all', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 60 }), fc.nat(60), (items, at) => {
        const all = sampleOf(items).list();
        assert.deepEqual(sampleOf(items.toReversed()).list(), all);
        const merged = sampleOf(items.slice(0, at));
        merged.merge(sampleOf(items.slice(at)));
        assert.deepEqual(merged.list(), all);
      }),
    );
  });

  test('it holds no more than its size, and everything when there is less', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `item ${index}`);
    assert.equal(sampleOf(many).list().length, 5);
    assert.deepEqual(sampleOf(['a', 'b', 'a']).list().sort(), ['a', 'b']);
  });

  test('an item is made only when it is sure to count', () => {
    const sample = new Sample<string>(5);
    let made = 0;
    const add = (text: string): void =>
      sample.add(hashText(text), () => {
        made++;
        return text;
      });
    add('one');
    add('two');
    assert.equal(made, 0);
    assert.deepEqual(sample.list().sort(), ['one', 'two']);
    for (let index = 0; index < 1000; index++) add(`item ${index}`);
    assert.ok(made < 60, `${made}`);
    const before = made;
    sample.list();
    assert.equal(made, before);
  });
});

describe('a few texts', () => {
  test('they are counted, the most frequent first', () => {
    const texts = new FewTexts(3);
    for (const text of ['b', 'a', 'b', 'c']) texts.add(text);
    assert.deepEqual(texts.list(), [
      ['b', 2],
      ['a', 1],
      ['c', 1],
    ]);
  });

  test('more than a few are none, also when that shows only in the sum', () => {
    const one = new FewTexts(2);
    const other = new FewTexts(2);
    for (const text of ['a', 'b']) one.add(text);
    other.add('c');
    one.merge(other);
    assert.equal(one.list(), null);
    one.add('a');
    assert.equal(one.list(), null);
  });
});

test('a hash is a whole number below 2^53, and nearly never the same twice', () => {
  const hashes = new Set(Array.from({ length: 50_000 }, (_, index) => hashText(`line ${index}`)));
  assert.equal(hashes.size, 50_000);
  for (const hash of hashes) assert.ok(Number.isSafeInteger(hash) && hash >= 0);
});
