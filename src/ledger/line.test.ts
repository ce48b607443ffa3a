import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isDefinition, readDefinition, readLine } from './line.ts';
import { FIRST_LINE, FIRST_LINE_ROW, linesOf, sampleAttempt, sampleRow, someRows } from './sample-row.test.ts';

function read(...lines: string[]) {
  const [form = '', row = ''] = lines.join('').split('\n');
  return { definition: readDefinition(form), row: readLine(row) };
}

test('what the line writer has written is read, whatever the texts of the rows contain', () => {
  fc.assert(
    fc.property(someRows, (rows) => {
      const lines = linesOf(...rows).split('\n');
      assert.equal(lines.pop(), '', 'every line ends with a newline');
      const forms = new Map<unknown, string>();
      const ids: string[] = [];
      for (const line of lines) {
        if (isDefinition(line)) {
          const { number, form } = readDefinition(line);
          assert.ok(!forms.has(number), 'a number is given once');
          forms.set(number, form.text);
        } else {
          const row = readLine(line);
          assert.ok(forms.has(row.form), 'the form comes first');
          assert.deepEqual(JSON.parse(row.text).slice(0, row.figures.length), row.figures);
          ids.push(row.id);
        }
      }
      assert.deepEqual(
        ids,
        rows.map(({ id }) => id),
      );
    }),
    { numRuns: 50 },
  );
});

test('a line holds the figures of its row, a form the words', () => {
  const { definition, row } = read(
    linesOf(sampleRow({ session: null, attempts: [sampleAttempt({ ttftMs: null, upstreamRequestId: 'up_9' })] })),
  );
  assert.equal(row.id, 'req_1');
  assert.equal(
    row.text,
    '[1772366400000,412250,88500,41500,1000000,3000000,[100,20,0,0,10,4,0,0],null,' +
      '[[500,411500,null,1000000,[100,20,0,0,10,4,0,0],"up_9",null,null]],256,3]',
  );
  const { tenant, planned, attempts } = definition.form.words;
  assert.deepEqual([tenant, planned, attempts.length], ['acme', ['haiku', 'sonnet'], 1]);
});

test('missing usage is null, never zero', () => {
  assert.equal(read(linesOf(sampleRow({ usage: null }))).row.figures[6], null);
});

test('a number that is not finite becomes null instead of breaking the line', () => {
  const { figures } = read(linesOf(sampleRow({ latencyMs: Number.NaN, ttftMs: Infinity, costNanoUsd: -Infinity }))).row;
  assert.deepEqual([figures[1], figures[2], figures[4]], [null, null, null]);
});

test('a line of the first release becomes a row of this one', () => {
  const old = readLine(FIRST_LINE);
  const { definition, row } = read(linesOf(FIRST_LINE_ROW));
  assert.deepEqual(old, { ...row, form: definition.form });
});

test('a line with more figures than this release knows is read, one with fewer is not', () => {
  const text = read(linesOf(sampleRow())).row.text.slice(0, -1);
  assert.equal(readLine(`0\t"a"\t${text},"of a later release"]`).id, 'a');
  assert.throws(() => readLine('0\t"a"\t[1,2,3]'), /without its figures/);
});

test('a line that lost its end, its parts or its kind is refused', () => {
  const [, line = ''] = linesOf(sampleRow()).split('\n');
  const [form = '', id = '', figures = ''] = line.split('\t');
  const broken = [
    '',
    'nonsense',
    line.slice(0, -1),
    line.slice(0, 20),
    `x\t${id}\t${figures}`,
    `-1\t${id}\t${figures}`,
    `${form}\t7\t${figures}`,
    `${form}\t"open\t${figures}`,
    `${form}\t${figures}`,
    `${form}\t${id}\t{}`,
    [form, id, figures.replace('412250', '"slow"')].join('\t'),
    [form, id, figures.replace('[100,20', '["100",20')].join('\t'),
    [form, id, figures.replace('"s-1"', '8')].join('\t'),
    [form, id, figures.replace(/,\[\[.*/, ',7]')].join('\t'),
    [form, id, figures.replace(/,\[\[.*/, ',[[1,2]]]')].join('\t'),
    [form, id, figures.replace('"up_1"', '{}')].join('\t'),
    '\0'.repeat(100),
  ];
  for (const text of broken) assert.throws(() => readLine(text), Error, JSON.stringify(text));
  assert.doesNotThrow(() => readLine(line));
});

test('a broken line of the first release is refused', () => {
  const [head = '', ...rest] = FIRST_LINE.split('\t');
  const broken = [
    FIRST_LINE.slice(0, -1),
    [head, ...rest.slice(1)].join('\t'),
    [head.replace('"größe",', ''), ...rest].join('\t'),
    [head.replace('"req_old"', '7'), ...rest].join('\t'),
    [head.replace('"größe"', '{"a":1}'), ...rest].join('\t'),
    [head, ...rest.slice(0, 3), '[[0,1]]'].join('\t'),
    [head, ...rest.slice(0, 3), '{}'].join('\t'),
  ];
  for (const text of broken) assert.throws(() => readLine(text), Error, JSON.stringify(text));
});

test('a form without a number, words or attempts is refused', () => {
  for (const text of ['=', '=1', '=x\t{"attempts":[]}', '=1\t', '=1\tnull', '=1\t{}', '=1\t{"attempts":7}', '=1\t{"at'])
    assert.throws(() => readDefinition(text), Error, text);
  assert.equal(readDefinition('=1\t{"attempts":[]}').number, 1);
});
