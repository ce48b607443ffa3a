import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { marksIn, reckon, sumsIn } from './sums.ts';

describe('reckoning', () => {
  const cases: readonly [string, number | null][] = [
    ['2+3*4', 14],
    ['(2+3)*4', 20],
    ['2^3', 8],
    ['10 - 4 - 3', 3],
    ['20% * 50', 10],
    ['3 x 4 ÷ 2', 6],
    ['1,200 / 4', 300],
    ['$5 * 2', 10],
    ['-(2+1)', -3],
    ['2(3+4)', 14],
    ['1/0', null],
    ['2 +', null],
    ['(2+3', null],
    ['two', null],
    ['', null],
  ];
  for (const [written, value] of cases)
    test(`${written || 'nothing'} comes to ${value}`, () => assert.equal(reckon(written), value));

  test('comes to what the language itself makes of whole numbers and + - *', () => {
    const whole = fc.integer({ min: 0, max: 99 });
    fc.assert(
      fc.property(whole, whole, whole, (one, two, three) => {
        assert.equal(reckon(`${one}+${two}*${three}`), one + two * three);
        assert.equal(reckon(`(${one}-${two})*${three}`), (one - two) * three);
      }),
    );
  });

  test('gives up on brackets and signs without end', () => {
    assert.equal(reckon('('.repeat(1000)), null);
    assert.equal(reckon(`${'-'.repeat(1000)}1`), null);
  });
});

describe('the sums of a text', () => {
  test('have operands, what they come to, and the result that is written', () => {
    assert.deepEqual(sumsIn('So 3 * 12 = 35 eggs.'), [{ operands: [3, 12], value: 36, result: 35, written: '3 * 12' }]);
  });

  test('count once when a calculator is told the same', () => {
    assert.equal(sumsIn('He pays 3 * 12 = <<3*12=36>>36.').length, 1);
  });

  test('go on behind an equals sign', () => {
    const sums = sumsIn('40 / 2 + 5 = 20 + 5 = 25');
    assert.deepEqual(
      sums.map(({ operands, result }) => [operands, result]),
      [
        [[40, 2, 5], 25],
        [[20, 5], 25],
      ],
    );
  });

  test('may come to less than nothing', () => assert.equal(sumsIn('3 - 5 = -2')[0]?.result, -2));

  test('begin behind the sentence before', () =>
    assert.deepEqual(sumsIn('There are 4. 2 + 3 = 5')[0]?.operands, [2, 3]));

  test('are not what only has an equals sign', () => assert.deepEqual(sumsIn('x = 5, y == 7, a => b'), []));

  test('are at most forty', () =>
    assert.equal(sumsIn(Array.from({ length: 99 }, (_, at) => `${at} + 1 = ${at + 1}\n`).join('')).length, 40));
});

describe('sums for a calculator', () => {
  test('are counted, and hold', () => {
    assert.deepEqual(marksIn('<<2*3=6>>6 and <<6+1=7>>7'), { count: 2, wrong: 0, belied: 0, chained: 0 });
  });

  test('are wrong without a result, or with another than they come to', () => {
    assert.equal(marksIn('<<2*3>>').wrong, 1);
    assert.equal(marksIn('<<2*3=x>>').wrong, 1);
    assert.equal(marksIn('<<2*3=7>>7').wrong, 1);
  });

  test('are belied by another number behind them', () => {
    assert.equal(marksIn('<<2*3=6>>8').belied, 1);
    assert.equal(marksIn('<<2*3=6>> apples').belied, 0);
  });

  test('are chained with more than one equals sign', () => assert.equal(marksIn('<<2*3=6=6>>6').chained, 1));

  test('are none in a text without marks', () => assert.equal(marksIn('2*3=6').count, 0));
});
