import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createRandom } from '../../stats/random.ts';
import { addWeighted, createWideSum, type WeightedColumns } from './weighted-sum.ts';

const COLUMNS = 40;

interface Made {
  request: WeightedColumns;
  table: Int8Array;
  start: Float64Array;
}

/** Of 60 columns those below 40 are in the table; every fourth value is 0. */
function made(outputs: number, count: number, seed: number): Made {
  const random = createRandom(seed);
  const room = count + 3;
  return {
    request: {
      indices: Int32Array.from({ length: room }, () => Math.floor(60 * random())),
      values: Float32Array.from({ length: room }, () => (random() < 0.25 ? 0 : random() - 0.3)),
      count,
    },
    table: Int8Array.from({ length: COLUMNS * outputs }, () => Math.floor(255 * random()) - 127),
    start: Float64Array.from({ length: outputs }, () => random()),
  };
}

/** One output after the other, one column after the other. */
function slowly({ request, table, start }: Made, scale = 1): Float64Array {
  const outputs = start.length;
  return start.map((value, k) => {
    let sum = 0;
    for (let at = 0; at < request.count; at++) {
      const column = request.indices[at] as number;
      if (column < COLUMNS) sum += (request.values[at] as number) * (table[column * outputs + k] as number);
    }
    return value + scale * sum;
  });
}

const sizes = [fc.integer({ min: 0, max: 11 }), fc.nat(50), fc.integer()] as const;

test('law: sums are to the last bit those that are taken one by one', () => {
  fc.assert(
    fc.property(...sizes, (outputs, count, seed) => {
      const one = made(outputs, count, seed);
      const inside = { ...one.request, indices: one.request.indices.map((column) => column % COLUMNS) };
      const out = one.start.slice();
      addWeighted(inside, { bytes: one.table, scale: 0.3 }, { outputs, out });
      assert.deepEqual(out, slowly({ ...one, request: inside }, 0.3));
    }),
  );
});

test('law: so are those of many outputs, which leave out columns beyond the table', () => {
  fc.assert(
    fc.property(...sizes, (outputs, count, seed) => {
      const one = made(outputs, count, seed);
      const addWide = createWideSum(COLUMNS, outputs);
      const out = one.start.slice();
      addWide({ ...one.request, count: Math.min(count, 7) }, one.table, new Float64Array(outputs));
      // Each column comes once in a request.
      const seen = new Set<number>();
      const kept = [...one.request.indices.slice(0, count).keys()].filter((at) => {
        const column = one.request.indices[at] as number;
        return !seen.has(column) && seen.add(column).size > 0;
      });
      const request = {
        indices: Int32Array.from(kept, (at) => one.request.indices[at] as number),
        values: Float32Array.from(kept, (at) => one.request.values[at] as number),
        count: kept.length,
      };
      addWide(request, one.table, out);
      assert.deepEqual(out, slowly({ ...one, request }));
    }),
  );
});
