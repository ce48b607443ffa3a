import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { amount, collecting, dollars, drop, moment, quantity, rise, share } from './arguments.ts';

describe('an amount of tokens', () => {
  test('is read as people write it', () => {
    const rows: [string, number][] = [
      ['0', 0],
      ['500', 500],
      ['500k', 500_000],
      ['80M', 80_000_000],
      ['80e6', 80_000_000],
      ['1.5m', 1_500_000],
      ['2B', 2e9],
      ['2g', 2e9],
      ['1t', 1e12],
      ['1_000_000', 1_000_000],
      ['1,000,000', 1_000_000],
      [' 12 k ', 12_000],
    ];
    for (const [text, expected] of rows) assert.equal(quantity(text).toNumber(), expected, text);
  });

  test('is refused where it is none', () => {
    for (const text of ['', '-5', '0.5', '1,5M', '1,00', 'k', 'many', '5x', '5kk', '1e400', 'NaN', '0x10', '1.2345k'])
      assert.throws(() => quantity(text), /A whole number is expected|more than 1e15/, text);
    assert.throws(() => quantity('1e16'), /more than 1e15/);
    assert.equal(quantity('1e15').toNumber(), 1e15);
  });
});

test('an amount is a number of dollars', () => {
  assert.equal(amount('$2.50'), 2.5);
  for (const text of ['', '-1', 'free']) assert.throws(() => amount(text), /An amount in dollars is expected/, text);
});

test('dollars are exact, with or without their sign, and never negative', () => {
  assert.equal(dollars('0.001').bottom, 1000n);
  assert.equal(dollars('$12').toNumber(), 12);
  assert.equal(dollars('0').toNumber(), 0);
  for (const text of ['-1', 'free', '', '1,5', '1e12'])
    assert.throws(() => dollars(text), /amount of dollars|billion/, text);
});

test('a share is exact, as a fraction or in percent', () => {
  const rows: [string, number][] = [
    ['0.7', 0.7],
    ['.7', 0.7],
    ['70%', 0.7],
    ['33.3 %', 0.333],
    ['0', 0],
    ['1', 1],
    ['100%', 1],
  ];
  for (const [text, expected] of rows) assert.equal(share(text).toNumber(), expected, text);
  for (const text of ['70', '101%', '-0.1', '1.01', '', '%', 'half', '0.7.1'])
    assert.throws(() => share(text), /A share is expected/, text);
});

test('a repeated option keeps every value in order', () => {
  const read = collecting(share);
  assert.deepEqual(
    read('0.2', read('0.1')).map((value) => value.toNumber()),
    [0.1, 0.2],
  );
});

test('a moment is a date or a time', () => {
  assert.equal(moment('2026-11-24T12:00Z'), Date.UTC(2026, 10, 24, 12));
  assert.equal(moment('2026-11-24'), Date.UTC(2026, 10, 24));
  for (const text of ['noon', '', '2026', '2026-13-45', '12:00'])
    assert.throws(() => moment(text), /A date or time is expected/, text);
});

test('a bound is a share, in percent or as a fraction, and never a number that could be either', () => {
  for (const read of [drop, rise]) {
    assert.deepEqual(['0', '0.01', '.01', '1%', ' 1 % ', '100%'].map(read), [0, 0.01, 0.01, 0.01, 0.01, 1]);
    for (const text of ['', '-1%', 'some', '1%%', '%']) assert.throws(() => read(text), /A share is expected/, text);
  }
  assert.throws(() => drop('1'), /Without a percent sign it is a share of 1: write 1% for one point\./);
  assert.throws(() => drop('2.5'), /write 2\.5% for 2\.5 points\./);
  assert.throws(() => rise('10'), /write 10% for 10 percent\./);
  assert.throws(() => drop('101%'), /drops by 100% at most/);
  assert.equal(rise('150%'), 1.5);
});
