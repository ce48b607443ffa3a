import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { readRows } from '../../learn/rows/read-rows.ts';
import { AS_PUBLISHED, type RowLine, toRow } from '../../learn/rows/row.ts';
import { toLines, writeRows } from './write-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-rows-'));
after(() => rmSync(folder, { recursive: true }));

const line = (prompt: string, outcomes: RowLine['outcomes'], more: Partial<RowLine> = {}): RowLine => ({
  id: prompt,
  prompt,
  outcomes,
  ...more,
});

describe('lines of rows', () => {
  test('are told with what is in them', () => {
    const rows = [
      line('a', { small: { correct: 1 }, large: { score: 0.5 } }),
      line('b', { small: { correct: false } }, { weight: 3 }),
      line('nobody', {}),
    ];
    const { text, tally } = toLines(rows, false);
    assert.deepEqual(tally, {
      rows: 2,
      outcomes: { small: { count: 2, mean: 0.25 }, large: { count: 1, mean: 0.5 } },
      empty: 1,
      masked: null,
    });
    assert.deepEqual(
      text.split('\n').map((one) => (one === '' ? null : (JSON.parse(one) as RowLine).id)),
      ['a', 'b', null],
    );
  });

  test('are masked, and told how much was, unless somebody wants them as they are', () => {
    const rows = [
      line('from a@example.com', { small: { correct: 1, response: 'b@example.com' } }),
      line('c', { x: {} }),
    ];
    const { text, tally } = toLines(rows, true);
    assert.deepEqual(tally.masked, { email: 2 });
    assert.match(text, /"prompt":"from <email-1>".*"response":"<email-2>"/);
    assert.match(toLines(rows, false).text, /"prompt":"from a@example\.com".*"response":"b@example\.com"/);
  });
});

describe('a file of rows', () => {
  const { text } = toLines([line('a', { small: { correct: 1 } }), line('b', { small: { correct: 0 } })], true);

  test('is made with its folder, replaces the one before, and is packed when its name says so', () => {
    const path = join(folder, 'deep/er/rows.jsonl');
    writeRows(path, 'before');
    writeRows(path, text);
    assert.equal(readFileSync(path, 'utf8'), text);
    assert.equal(existsSync(`${path}.draft`), false);
    writeRows(`${path}.gz`, text);
    const packed = readFileSync(`${path}.gz`);
    assert.deepEqual([packed[0], packed[1]], [0x1f, 0x8b]);
    for (const file of [path, `${path}.gz`])
      assert.deepEqual(
        readRows([file]).rows.map(({ id }) => id),
        ['a', 'b'],
      );
  });

  test('law: rows are read back as they were written', () => {
    const outcome = fc.record(
      {
        correct: fc.constantFrom(0, 1),
        response: fc.string({ unit: 'grapheme' }),
        input_tokens: fc.nat(),
        output_tokens: fc.nat(),
        cost_usd: fc.nat().map((nano) => nano / 1e9),
        mean_logprob: fc.double({ min: -50, max: -0.001, noNaN: true }),
      },
      { requiredKeys: ['correct'] },
    );
    const row: fc.Arbitrary<RowLine> = fc.record(
      {
        id: fc.string(),
        task: fc.string(),
        segment: fc.string(),
        prompt: fc.string({ unit: 'grapheme' }),
        category: fc.string(),
        request: fc.record({
          characters: fc.nat(),
          turns: fc.nat(),
          tools: fc.boolean(),
          schema: fc.boolean(),
          images: fc.boolean(),
        }),
        weight: fc.double({ min: 0.0001, max: 1000, noNaN: true }),
        at: fc.constant('2026-11-01T00:00:00.000Z'),
        source: fc.constant('profile'),
        outcomes: fc.dictionary(fc.string({ minLength: 1 }), outcome, {
          minKeys: 1,
          maxKeys: 4,
          noNullPrototype: true,
        }),
      },
      { requiredKeys: ['id', 'prompt', 'outcomes'] },
    );
    const path = join(folder, 'law.jsonl');
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
        writeFileSync(path, toLines(rows, false).text);
        const expected = rows.map((one, index) => toRow(structuredClone(one), index + 1, AS_PUBLISHED));
        assert.deepEqual(readRows([path], { isFolding: false }).rows, expected);
      }),
      { numRuns: 100 },
    );
  });
});
