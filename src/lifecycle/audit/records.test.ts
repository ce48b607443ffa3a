import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createCsvCutter } from './csv-cutter.ts';
import type { Cutter, LogRecord, Take } from './cutter.ts';
import { createElementCutter } from './element-cutter.ts';
import { fileFor } from './logs.fixture.ts';
import { isDatabase, readRecords } from './records.ts';

type Test = Parameters<typeof fileFor>[0];

async function recordsOf(t: Test, content: string | Buffer): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  await readRecords(fileFor(t, 'log', content), (record) => records.push(record));
  return records;
}

/** What a cutter makes of a text that comes in pieces of these sizes. */
function cutIn(create: (take: Take) => Cutter, text: string, sizes: readonly number[]): LogRecord[] {
  const records: LogRecord[] = [];
  const cutter = create((record) => records.push(record));
  const bytes = Buffer.from(text);
  let from = 0;
  for (let index = 0; from < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    cutter.push(bytes.subarray(from, from + size));
    from += size;
  }
  cutter.end();
  return records;
}

const values = (records: readonly LogRecord[]): unknown[] => records.map(({ value }) => value);

describe('lines of JSON', () => {
  test('every line is a record with its number; empty lines are passed over', async (t) => {
    assert.deepEqual(await recordsOf(t, '{"a":1}\n\n{"a":2}\r\n{"a":3}'), [
      { line: 1, value: { a: 1 } },
      { line: 3, value: { a: 2 } },
      { line: 4, value: { a: 3 } },
    ]);
  });

  test('a line that cannot be read is a record without a value', async (t) => {
    const records = await recordsOf(t, '{"a":1}\n{"a":\n[1]\n{"a":4}\n');
    assert.deepEqual(
      records.map(({ line, value }) => [line, value === null]),
      [
        [1, false],
        [2, true],
        [3, true],
        [4, false],
      ],
    );
  });

  test('a damaged first line does not damage the others', async (t) => {
    assert.deepEqual(values(await recordsOf(t, '{"a":\n{"a":2}\n{"a":3}\n')), [null, { a: 2 }, { a: 3 }]);
  });

  test('a byte order mark is no part of the first line', async (t) => {
    assert.deepEqual(values(await recordsOf(t, '\uFEFF{"a":1}\n{"a":2}\n')), [{ a: 1 }, { a: 2 }]);
  });

  test('lines longer than any piece that is read come out whole', async (t) => {
    const long = 'x'.repeat(700_000);
    const records = await recordsOf(t, `{"a":"${long}"}\n{"b":1}\n`);
    assert.equal(records[0]?.value?.['a'], long);
    assert.deepEqual(records[1], { line: 2, value: { b: 1 } });
  });

  test('gzip is told by its bytes, whatever the file is called', async (t) => {
    assert.deepEqual(values(await recordsOf(t, gzipSync('{"a":1}\n{"a":2}\n'))), [{ a: 1 }, { a: 2 }]);
  });
});

describe('lists and objects over several lines', () => {
  test('the elements of an array are the records, with the lines they begin in', async (t) => {
    assert.deepEqual(await recordsOf(t, '[\n  {"a": 1,\n "b": [1, {"c": "]}"}]},\n  {"a": 2}\n]\n'), [
      { line: 2, value: { a: 1, b: [1, { c: ']}' }] } },
      { line: 4, value: { a: 2 } },
    ]);
  });

  test("the list inside of an API's answer is found", async (t) => {
    assert.deepEqual(values(await recordsOf(t, '{"data": [{"a":1},{"a":2}], "meta": {"page": 1}}')), [
      { a: 1 },
      { a: 2 },
    ]);
    assert.deepEqual(values(await recordsOf(t, '{\n  "data": [\n    {"a":1}\n  ]\n}\n')), [{ a: 1 }]);
  });

  test('objects that stand one after the other over many lines are records, with commas between or not', async (t) => {
    assert.deepEqual(values(await recordsOf(t, '{\n  "a": 1\n},\n{\n  "a": 2\n}\n')), [{ a: 1 }, { a: 2 }]);
  });

  test('a list that was cut off tells so', async (t) => {
    const records = await recordsOf(t, '[{"a":1},\n{"a":2');
    assert.deepEqual(values(records), [{ a: 1 }, null]);
    assert.equal(records[1]?.line, 2);
  });

  test('an element that is no valid JSON is unreadable by itself', async (t) => {
    assert.deepEqual(values(await recordsOf(t, '[{"a":1},{"a":tru},{"a":3}]')), [{ a: 1 }, null, { a: 3 }]);
  });

  test('the pieces in which bytes come make no difference', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 });
    fc.assert(
      fc.property(
        fc.array(object, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (objects, sizes) => {
          const text = JSON.stringify(objects, null, 1);
          const plain = JSON.parse(JSON.stringify(objects)) as unknown[];
          assert.deepEqual(values(cutIn((take) => createElementCutter(take, 'list'), text, sizes)), plain);
        },
      ),
    );
  });
});

describe('CSV', () => {
  test('the first row names the members; quotes may hold commas, quotes and line breaks', async (t) => {
    assert.deepEqual(await recordsOf(t, 'a,b\n1,"x, ""y""\nz"\n3,\n'), [
      { line: 2, value: { a: '1', b: 'x, "y"\nz' } },
      { line: 4, value: { a: '3', b: '' } },
    ]);
  });

  test('semicolons, tabs, carriage returns and a byte order mark are understood', async (t) => {
    assert.deepEqual(values(await recordsOf(t, '\uFEFFa;b\r\n1;2\r\n')), [{ a: '1', b: '2' }]);
    assert.deepEqual(values(await recordsOf(t, 'a\tb\n1\t2,5\n')), [{ a: '1', b: '2,5' }]);
  });

  test('a row with too many or too few fields is unreadable, and told by its line', async (t) => {
    assert.deepEqual(await recordsOf(t, 'a,b\n1,2\n1,2,3\n1\n'), [
      { line: 2, value: { a: '1', b: '2' } },
      { line: 3, value: null },
      { line: 4, value: null },
    ]);
  });

  test('what is written as RFC 4180 has it comes back, in whatever pieces', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', 'ü', ' ', '\r') });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (rows, sizes) => {
          const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
          const text = ['one,two', ...rows.map(([one, two]) => `${quoted(one)},${quoted(two)}`)].join('\n');
          const records = cutIn(createCsvCutter, `${text}\n`, sizes);
          assert.deepEqual(
            records.map(({ value }) => [value?.['one'], value?.['two']]),
            rows,
          );
        },
      ),
    );
  });
});

test('a database is told by its first bytes', async (t) => {
  assert.equal(await isDatabase(fileFor(t, 'ledger.db', 'SQLite format 3\0 and more')), true);
  assert.equal(await isDatabase(fileFor(t, 'log.jsonl', '{"a":1}\n')), false);
  assert.equal(await isDatabase(fileFor(t, 'empty', '')), false);
});

test('an empty file has no records, and one that is gone is an error', async (t) => {
  assert.deepEqual(await recordsOf(t, ''), []);
  await assert.rejects(
    readRecords('/nowhere/log.jsonl', () => {}),
    /ENOENT/,
  );
});

test('broken gzip is an error, not an empty log', async (t) => {
  await assert.rejects(recordsOf(t, Buffer.concat([gzipSync('{"a":1}\n').subarray(0, 15), Buffer.from('junk')])));
});
