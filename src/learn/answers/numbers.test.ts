import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isClose, numbersIn } from './numbers.ts';

describe('the numbers of a text', () => {
  const cases: readonly [string, readonly number[]][] = [
    ['', []],
    ['none at all', []],
    ['3 apples and 12 pears', [3, 12]],
    ['$1,250.50 a year', [1250.5]],
    ['a share of .5, or $.25', [0.5, 0.25]],
    ['it is 5.', [5]],
    ['5, 6 and 7,', [5, 6, 7]],
    ['version 1.2.3 of x86', [1.2]],
    ['-4 is read without its sign', [4]],
    ['7-3=4', [7, 3, 4]],
    ['50% of 80kg', [50, 80]],
    ['a_1 b2', []],
  ];
  for (const [text, numbers] of cases)
    test(`of ${JSON.stringify(text)} are ${JSON.stringify(numbers)}`, () => assert.deepEqual(numbersIn(text), numbers));

  test('are those that a pattern would find, whatever the text', () => {
    const pattern = /(?<![\w.])\$?(\d[\d,]*(?:\.\d+)?|\.\d+)/g;
    const piece = fc.constantFrom('1', '20', '3', ',', '.', '$', ' ', 'a', '_', '-', '=', '%', 'é', '\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const found = Array.from(text.matchAll(pattern), ([, number = '']) => Number(number.replaceAll(',', '')));
        assert.deepEqual(numbersIn(text), found);
      }),
      { numRuns: 2000 },
    );
  });

  test('are at most two hundred', () => assert.equal(numbersIn('1 '.repeat(1000)).length, 200));

  test('leave out what is too large to be one', () => assert.deepEqual(numbersIn(`${'9'.repeat(400)} 7`), [7]));
});

describe('numbers as people write them', () => {
  test('are the same when they are whole only when they are equal', () => {
    assert.equal(isClose(1000, 1001), false);
    assert.equal(isClose(1000, 1000), true);
  });

  test('are the same to a hundredth part or so when they are not whole', () => {
    assert.equal(isClose(0.333, 1 / 3), true);
    assert.equal(isClose(0.32, 1 / 3), false);
  });

  test('are the same both ways round', () => {
    const number = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
    fc.assert(fc.property(number, number, (one, other) => isClose(one, other) === isClose(other, one)));
  });
});
