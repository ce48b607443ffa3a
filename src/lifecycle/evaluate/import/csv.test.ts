import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCsv } from './csv.ts';

test('rows are named by the first line', () => {
  assert.deepEqual(readCsv('a,b\n1,2\n3,4\n'), [
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ]);
  assert.deepEqual(
    readCsv('\u{feff}a, b \r\n1,2\r\n'),
    [{ a: '1', b: '2' }],
    'a mark, spaces and carriage returns aside',
  );
  assert.deepEqual(readCsv(''), []);
});

test('quoted cells hold commas, line breaks and quotes', () => {
  assert.deepEqual(readCsv('a,b\n"1,2","he said ""no""\nand left"\n'), [{ a: '1,2', b: 'he said "no"\nand left' }]);
  assert.deepEqual(readCsv('a,b\n"",x\n'), [{ a: '', b: 'x' }]);
});

test('short rows and empty lines are no trouble', () => {
  assert.deepEqual(readCsv('a,b,c\n1\n\n1,2,\n'), [
    { a: '1', b: '', c: '' },
    { a: '1', b: '2', c: '' },
  ]);
  assert.deepEqual(readCsv('a,b\n1,'), [{ a: '1', b: '' }]);
});

test('a quote that is never closed is told', () => {
  assert.throws(() => readCsv('a\n"1'), /a quote is opened and never closed/);
});

test('law: what is written by the rule is read as it was', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é') });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), (rows) => {
      const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const text = ['x,y', ...rows.map((row) => row.map(quote).join(','))].join('\r\n');
      assert.deepEqual(
        readCsv(text),
        rows.map(([x, y]) => ({ x, y })),
      );
    }),
  );
});
