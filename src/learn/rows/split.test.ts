import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { rowOf } from './row.fixture.ts';
import { familiesOf, foldsOf, splitRows } from './split.ts';

const STORY =
  'A farmer has a number of hens and each of them lays an egg on every day of the week but one. How many eggs will the farmer take to the market at the end of the month';

describe('families', () => {
  test('are requests that are made from one template', () => {
    const rows = [
      rowOf(`${STORY} with 12 hens?`, {}),
      rowOf('Who wrote the book?', {}),
      rowOf(`${STORY} with 7 hens?`, {}),
      rowOf('Who wrote the song?', {}),
      rowOf(`${STORY} with  9 hens?`, {}),
    ];
    const families = familiesOf(rows);
    assert.deepEqual([...families], [0, 1, 0, 2, 0]);
  });

  test('are apart by task', () => {
    const families = familiesOf([rowOf('Go on.', {}, { task: 'one' }), rowOf('Go on.', {}, { task: 'two' })]);
    assert.deepEqual([...families], [0, 1]);
  });
});

describe('a split', () => {
  const single = Int32Array.from({ length: 1000 }, (_, at) => at);

  test('gives each part about its share', () => {
    const sizes = [0, 0, 0];
    for (const part of splitRows(single, [6, 2, 2], 1)) sizes[part] = (sizes[part] ?? 0) + 1;
    assert.deepEqual(sizes, [600, 200, 200]);
  });

  test('is the same with the same seed, another with another', () => {
    assert.deepEqual(foldsOf(single, 5, 3), foldsOf(single, 5, 3));
    assert.notDeepEqual(foldsOf(single, 5, 3), foldsOf(single, 5, 4));
  });

  test('law: a family is never divided, and no part is far from its share when families are small', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 200, maxLength: 400 }),
        fc.integer({ min: 2, max: 6 }),
        fc.integer(),
        (families, count, seed) => {
          const folds = foldsOf(Int32Array.from(families), count, seed);
          const foldOf = new Map<number, number>();
          for (const [at, family] of families.entries()) {
            assert.equal(foldOf.get(family) ?? folds[at], folds[at]);
            foldOf.set(family, folds[at] as number);
          }
          const largest = Math.max(
            ...[...foldOf.keys()].map((family) => families.filter((one) => one === family).length),
          );
          for (let fold = 0; fold < count; fold++) {
            const size = folds.filter((one) => one === fold).length;
            assert.ok(
              Math.abs(size - families.length / count) <= largest + 1,
              `${size} of ${families.length} in ${count}`,
            );
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
