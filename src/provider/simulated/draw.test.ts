import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDraw, hexOf } from './draw.ts';

test('the same key gives the same sequence, another key another one', () => {
  const take = (...key: (string | number)[]): number[] => {
    const draw = createDraw(...key);
    return Array.from({ length: 20 }, draw.unit);
  };
  assert.deepEqual(take('a', 1), take('a', 1));
  assert.notDeepEqual(take('a', 1), take('a', 2));
  assert.notDeepEqual(take('a', 1), take('a1'));
  assert.notDeepEqual(take('a', 1), take('a', '1'));
  assert.equal(new Set(take('a', 1)).size, 20, 'blocks must not repeat');
});

test('units are spread evenly over ten buckets, across keys and within one key', () => {
  const within = createDraw('one key');
  for (const next of [within.unit, (index: number) => createDraw('many keys', index).unit()]) {
    const buckets = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 10_000; index += 1) {
      const bucket = Math.floor(next(index) * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    const chiSquare = buckets.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    assert.ok(chiSquare < 27.9, `chi-square ${chiSquare} at 9 degrees of freedom`);
  }
});

test('whole numbers reach both ends and nothing beyond', () => {
  const draw = createDraw('ints');
  const seen = new Set(Array.from({ length: 500 }, () => draw.int(-2, 3)));
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    [-2, -1, 0, 1, 2, 3],
  );
});

test('normal draws have mean 0 and deviation 1', () => {
  const draw = createDraw('normal');
  const values = Array.from({ length: 10_000 }, draw.normal);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.04, `mean ${mean}`);
  assert.ok(Math.abs(variance - 1) < 0.06, `variance ${variance}`);
});

test('shuffling keeps every member and leaves the argument alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.string(), (items, key) => {
      const before = [...items];
      const shuffled = createDraw(key).shuffle(items);
      assert.deepEqual(items, before);
      const inOrder = (list: number[]): number[] => [...list].sort((a, b) => a - b);
      assert.deepEqual(inOrder(shuffled), inOrder(items));
    }),
  );
});

test('a digest has the length asked for and depends on the text', () => {
  assert.match(hexOf('text', 24), /^[0-9a-f]{24}$/);
  assert.notEqual(hexOf('text', 24), hexOf('texT', 24));
});
