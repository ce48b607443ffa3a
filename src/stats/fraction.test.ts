import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Fraction, greatest, least, sum } from './fraction.ts';

const of = (value: number): Fraction => Fraction.of(value);
const show = ({ top, bottom }: Fraction): string => `${top}/${bottom}`;

/** Fractions with small and with large members. */
const fractions = fc
  .tuple(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.bigInt(1n, 10n ** 20n))
  .map(([top, bottom]) => Fraction.of(top).over(Fraction.of(bottom)));

describe('a fraction', () => {
  test('takes decimals as they are written, in lowest terms', () => {
    const rows: [string, string][] = [
      ['0.7', '7/10'],
      ['.5', '1/2'],
      ['80e6', '80000000/1'],
      ['1.5e-3', '3/2000'],
      ['-0.25', '-1/4'],
      ['+3', '3/1'],
      ['2.', '2/1'],
      ['0', '0/1'],
      ['-0', '0/1'],
    ];
    for (const [text, expected] of rows) assert.equal(show(Fraction.parse(text) as Fraction), expected, text);
  });

  test('is none of what is no number', () => {
    for (const text of ['', '.', 'e5', 'abc', '1,5', '1e', '0x10', 'NaN', 'Infinity', ' 1', '1e99999'])
      assert.equal(Fraction.parse(text), null, text);
    assert.throws(() => Fraction.of(Number.NaN), RangeError);
    assert.throws(() => Fraction.of(Number.POSITIVE_INFINITY), RangeError);
  });

  test('has no noise where binary fractions have some', () => {
    assert.notEqual(0.1 + 0.2, 0.3);
    assert.equal(show(of(0.1).plus(of(0.2))), '3/10');
    assert.equal(show(Fraction.ONE.minus(of(0.7))), '3/10');
    assert.equal(of(0.1).plus(of(0.2)).toNumber(), 0.3);
  });

  test('rounds halves away from zero', () => {
    const rows: [number, bigint][] = [
      [0.5, 1n],
      [-0.5, -1n],
      [1.49, 1n],
      [-1.5, -2n],
      [2.5, 3n],
      [0, 0n],
    ];
    for (const [value, expected] of rows) assert.equal(of(value).round(), expected, String(value));
  });

  test('rounds up to whole numbers', () => {
    const rows: [number, bigint][] = [
      [32_894.7, 32_895n],
      [2, 2n],
      [0.001, 1n],
      [-0.5, 0n],
      [-2, -2n],
      [0, 0n],
    ];
    for (const [value, expected] of rows) assert.equal(of(value).ceil(), expected, String(value));
  });

  test('becomes the number with so many places', () => {
    const third = Fraction.ONE.over(of(3));
    assert.equal(third.toNumber(4), 0.3333);
    assert.equal(third.toNumber(17), 1 / 3);
    assert.equal(of(0.00005).toNumber(4), 0.0001);
    assert.equal(of(-0.00005).toNumber(4), -0.0001);
    assert.equal(of(2.5e20).toNumber(9), 2.5e20);
  });

  test('cannot be divided by nothing', () => {
    assert.throws(() => Fraction.ONE.over(Fraction.ZERO), /divided by zero/);
  });

  test('is smallest, greatest and added up among others', () => {
    const values = [of(0.3), of(-2), of(7)] as const;
    assert.equal(show(least(...values)), '-2/1');
    assert.equal(show(greatest(...values)), '7/1');
    assert.equal(show(sum(values)), '53/10');
    assert.equal(show(sum([])), '0/1');
  });

  test('keeps the laws of arithmetic exactly', () => {
    fc.assert(
      fc.property(fractions, fractions, fractions, (one, other, third) => {
        assert.equal(show(one.plus(other)), show(other.plus(one)));
        assert.equal(show(one.times(other.plus(third))), show(one.times(other).plus(one.times(third))));
        assert.equal(show(one.minus(other).plus(other)), show(one));
        if (!other.isZero) assert.equal(show(one.times(other).over(other)), show(one));
        assert.equal(Math.sign(one.compare(other)), -Math.sign(other.compare(one)) || 0);
        assert.equal(one.isAbove(other), one.minus(other).compare(Fraction.ZERO) > 0);
      }),
    );
  });

  test('reads back every number it was made of', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), (value) => {
        assert.ok(Math.abs(of(value).toNumber(30) - value) <= Math.abs(value) * 1e-15 + 1e-30);
        assert.equal(of(Math.round(value)).toNumber(), Math.round(value) + 0);
      }),
    );
  });
});
