import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { packBytes, packFloats, unpack } from './pack.ts';

test('law: floats come back as 32-bit floats', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 })), (values) => {
      assert.deepEqual(unpack(packFloats(values), 'it', values.length), Float32Array.from(values));
    }),
  );
});

test('law: bytes come back within a 254th of the largest', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 })), (values) => {
      const most = Math.max(0, ...values.map(Math.abs));
      const back = unpack(packBytes(values), 'it', values.length);
      for (const [at, value] of values.entries())
        assert.ok(
          Math.abs((back[at] as number) - value) <= (most / 254) * 1.001 + 1e-30,
          `${value} came back as ${back[at]}`,
        );
    }),
  );
});

test('what is no table of so many numbers is refused by name', () => {
  for (const wrong of [null, 7, '', 'f64:AAAA', 'i8:AAAA', 'i8:0:AAAA', 'i8:x:AAAA', 'f32:AAA'])
    assert.throws(
      () => unpack(wrong, 'the table of weights', 1),
      /^Error: the table of weights is not packed numbers$/,
    );
  assert.throws(() => unpack(packFloats([1, 2]), 'it', 3), /it has 2 numbers and should have 3/);
  assert.throws(() => unpack(packFloats([Number.NaN]), 'it', 1), /it has values that are no numbers/);
});
