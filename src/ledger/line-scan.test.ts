import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isDefinition, readLine } from './line.ts';
import { LineScan } from './line-scan.ts';
import { linesOf, sampleAttempt, sampleRow, someRows } from './sample-row.test.ts';

const scanOf = (text: string) => new LineScan(Buffer.from(text));
const [, LINE = ''] = linesOf(sampleRow()).split('\n');

test('what the scan reads is what the careful reader reads, and it stops at the end of the line', () => {
  let scanned = 0;
  fc.assert(
    fc.property(someRows, (rows) => {
      const text = linesOf(...rows);
      const scan = scanOf(text);
      for (const line of text.split('\n').slice(0, -1)) {
        const row = isDefinition(line) ? null : scan.row();
        if (row === null) assert.equal(scan.line(), line);
        else {
          assert.deepEqual(readLine(line), { ...row, figures: readLine(line).figures });
          assert.deepEqual(readLine(line).figures.slice(0, row.figures.length), row.figures);
          scanned++;
        }
      }
      assert.equal(scan.at, Buffer.byteLength(text));
    }),
    { numRuns: 50 },
  );
  assert.ok(scanned > 0);
});

test('a line as the gateway writes it is read in one pass', () => {
  assert.equal(scanOf(`${LINE}\n`).row()?.id, 'req_1');
});

test('a line with an expectation is, too, and one of an older release that had none', () => {
  const expected = { inputTokens: 10, cachedTokens: 0, outputTokens: null, costNanoUsd: 5, passRate: 0.25 };
  const [, line = ''] = linesOf(sampleRow({ attempts: [sampleAttempt({ expected })] })).split('\n');
  assert.match(line, /,null,\[10,0,null,5,250000\]\]\],256,3\]$/);
  const older = LINE.replace(/,256,3\]$/, ']');
  assert.notEqual(older, LINE);
  for (const one of [line, older, older.replace(/,null\]\]\]$/, ']]]'), older.replace(/,null,null\]\]\]$/, ']]]')]) {
    assert.equal(scanOf(`${one}\n`).row()?.id, 'req_1', one);
    assert.equal(readLine(one).id, 'req_1');
  }
});

test('of a line with any byte changed or missing, the scan accepts only what the careful reader accepts', () => {
  const accepts = (line: string): boolean => {
    try {
      readLine(line);
      return true;
    } catch {
      return false;
    }
  };
  const refuses = (line: string): void => {
    const row = scanOf(`${line}\n`).row();
    if (row === null) return;
    assert.ok(accepts(line), line);
    JSON.parse(row.text);
  };
  for (let at = 0; at < LINE.length; at++) {
    refuses(LINE.slice(0, at) + LINE.slice(at + 1));
    for (const byte of ['0', '"', ',', '[', ']', '\\', '-', '.', 'n', '\0', '\t'])
      refuses(LINE.slice(0, at) + byte + LINE.slice(at + 1));
  }
});

test('what is unusual is left to the careful reader, and the place stays', () => {
  const unusual = [
    LINE.replace('412250', '412250.5'),
    LINE.replace('412250', '-1'),
    LINE.replace('412250', '0412250'),
    LINE.replace('412250', '1234567890123456'),
    LINE.replace('req_1', 'req\\n1'),
    LINE.replace('"s-1"', '"s\\u0001"'),
    LINE.replace('up_1', 'up\\"1'),
    `${LINE.slice(0, -1)},7]`,
    '=1\t{"attempts":[]}',
    '',
  ];
  for (const line of unusual) {
    const scan = scanOf(`${line}\n`);
    assert.deepEqual([scan.row(), scan.at], [null, 0], line);
    assert.equal(scan.line(), line);
  }
});
