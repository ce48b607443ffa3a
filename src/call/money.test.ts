import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatUsd, toUsd, UNKNOWN_COST } from './money.ts';

const AMOUNT = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

/** The amount again, read digit by digit, so that no floating point is involved. */
function parseUsd(text: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? assert.fail(text);
  const amount = BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -amount : amount;
}

test('amounts are written as plain decimals', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [1, '0.000000001'],
    [1250, '0.00000125'],
    [321_000, '0.000321'],
    [500_000_000, '0.5'],
    [1_000_000_000, '1'],
    [1_000_000_001, '1.000000001'],
    [12_340_000_000, '12.34'],
    [-1250, '-0.00000125'],
    [9_007_199_254_740_991, '9007199.254740991'],
  ];
  for (const [amount, text] of cases) assert.equal(formatUsd(amount), text);
});

test('law: what is written is the amount to the last nano-dollar', () => {
  fc.assert(fc.property(AMOUNT, (amount) => assert.equal(parseUsd(formatUsd(amount)), BigInt(amount))));
});

test('law: no exponent, no trailing zero, no bare point', () => {
  fc.assert(fc.property(AMOUNT, (amount) => assert.match(formatUsd(amount), /^(0|[1-9]\d*)(\.\d{0,8}[1-9])?$/)));
});

test('law: a negative amount is its positive one with a sign', () => {
  fc.assert(fc.property(fc.integer({ min: 1 }), (amount) => assert.equal(formatUsd(-amount), `-${formatUsd(amount)}`)));
});

test('law: the text is valid JSON and reads as the number that toUsd gives', () => {
  fc.assert(fc.property(AMOUNT, (amount) => assert.equal(JSON.parse(formatUsd(amount)), toUsd(amount))));
});

test('law: the dollar number leads back to the same amount', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e15 }), (amount) => assert.equal(Math.round(toUsd(amount) * 1e9), amount)),
    {
      // Above a million dollars a double has no room for every nano-dollar.
      examples: [[0], [1], [999_999_999_999_999]],
    },
  );
});

test('an unknown cost is never a number and cannot be changed', () => {
  assert.deepEqual(UNKNOWN_COST, { nanoUsd: null, basis: 'unknown' });
  assert.throws(() => Object.assign(UNKNOWN_COST, { nanoUsd: 0 }), TypeError);
});
