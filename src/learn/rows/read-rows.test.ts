import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readRows } from './read-rows.ts';
import type { RowLine } from './row.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rows-'));
});
after(() => rmSync(folder, { recursive: true }));

function fileOf(lines: readonly (RowLine | string)[], name = 'rows.jsonl'): string {
  const file = path.join(folder, name);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  writeFileSync(file, name.endsWith('.gz') ? gzipSync(text) : text);
  return file;
}

const TWO_AND_TWO: RowLine = {
  id: 7,
  dataset: 'sums',
  prompt: 'What is 2 + 2?',
  category: 'arithmetic',
  label_suspect: true,
  outcomes: {
    small: { correct: 0, correct_lenient: 1, answer: '4.0', response: 'It is 4.0', output_tokens_est: 3 },
    large: { correct: true, answer: 4, input_tokens: 8, input_tokens_est: 99, output_tokens: 1, cost_usd: 0.25 },
  },
};

describe('a row', () => {
  test('is read with everything that is known of it', () => {
    const { rows, folded, empty, leftOut, digest } = readRows([fileOf([TWO_AND_TWO])]);
    assert.deepEqual([folded, empty, leftOut, digest.length], [0, 0, 0, 24]);
    const [row] = rows;
    assert.deepEqual(
      { ...row, outcomes: null },
      {
        id: '7',
        dataset: 'sums',
        task: null,
        segment: null,
        topic: 'arithmetic',
        prompt: 'What is 2 + 2?',
        facts: { characters: 14, turns: 1, hasTools: false, hasSchema: false, hasImages: false },
        weight: 1,
        outcomes: null,
      },
    );
    assert.deepEqual(
      [...(row?.outcomes ?? [])],
      [
        [
          'small',
          {
            quality: 0,
            answer: '4.0',
            response: 'It is 4.0',
            inputTokens: null,
            outputTokens: 3,
            costUsd: null,
            meanLogprob: null,
          },
        ],
        [
          'large',
          {
            quality: 1,
            answer: '4',
            response: null,
            inputTokens: 8,
            outputTokens: 1,
            costUsd: 0.25,
            meanLogprob: null,
          },
        ],
      ],
    );
  });

  test('is graded by the label that is asked for, and by the usual one where an outcome lacks it', () => {
    const [row] = readRows([fileOf([TWO_AND_TWO])], { label: 'correct_lenient' }).rows;
    assert.deepEqual(
      [...(row?.outcomes ?? [])].map(([, { quality }]) => quality),
      [1, 1],
    );
  });

  test('that lacks the label which is asked for is counted, and one that has nothing else is as it should be', () => {
    const labelled = { prompt: 'q', outcomes: { small: { correct: 0, correct_lenient: 1 } } };
    const file = fileOf([TWO_AND_TWO, labelled]);
    assert.equal(readRows([file], { label: 'correct_lenient' }).unlabelled, 1);
    assert.equal(readRows([file], { label: 'correct_lenient', models: ['small'] }).unlabelled, 0);
    assert.equal(readRows([file]).unlabelled, 0);
    assert.equal(readRows([fileOf([{ prompt: 'q', outcomes: { small: { score: 0.5 } } }])]).unlabelled, 0);
  });

  test('a label that no outcome has is refused, with those that there are', () => {
    assert.throws(
      () => readRows([fileOf([TWO_AND_TWO])], { label: 'corect' }),
      /rows\.jsonl: no outcome has the label corect with a value from 0 to 1\. There are: correct, correct_lenient\.$/,
    );
    assert.throws(() => readRows([fileOf([TWO_AND_TWO])], { label: 'answer' }), /no outcome has the label answer/);
  });

  test('may have shades of quality, a task, a segment and facts of its request', () => {
    const line: RowLine = {
      prompt: 'p',
      task: 'triage',
      segment: 'acme',
      weight: 2.5,
      request: { characters: 900, turns: 3, tools: true, schema: true, images: true },
      outcomes: { small: { score: 0.25 } },
    };
    const [row] = readRows([fileOf([line])]).rows;
    assert.deepEqual([row?.id, row?.task, row?.segment, row?.weight], ['line-1', 'triage', 'acme', 2.5]);
    assert.deepEqual(row?.facts, { characters: 900, turns: 3, hasTools: true, hasSchema: true, hasImages: true });
    assert.equal(row?.outcomes.get('small')?.quality, 0.25);
  });

  test('keeps only the models that are asked for', () => {
    const { rows } = readRows([fileOf([TWO_AND_TWO])], { models: ['large'] });
    assert.deepEqual([...(rows[0]?.outcomes.keys() ?? [])], ['large']);
  });
});

describe('a file of rows', () => {
  test('may be packed, whatever it is called', () => {
    const packed = fileOf([TWO_AND_TWO], 'rows.jsonl.gz');
    const misnamed = fileOf([TWO_AND_TWO], 'plain.jsonl');
    assert.deepEqual(readRows([packed]).rows, readRows([misnamed]).rows);
  });

  test('has a digest that a changed byte changes', () => {
    const one = readRows([fileOf([TWO_AND_TWO])]).digest;
    const other = readRows([fileOf([{ ...TWO_AND_TWO, prompt: 'What is 2 + 3?' }])]).digest;
    assert.notEqual(one, other);
    assert.equal(readRows([fileOf([TWO_AND_TWO])]).digest, one);
  });

  test('says how many lines were left out, and why', () => {
    const bare: RowLine = { prompt: 'nobody answered', outcomes: {} };
    const clean: RowLine = { prompt: 'fine', outcomes: { small: { correct: 1 } } };
    const { rows, empty, leftOut } = readRows([fileOf([TWO_AND_TWO, bare, '', clean])], { without: ['label_suspect'] });
    assert.deepEqual([rows.length, empty, leftOut], [1, 1, 1]);
  });

  test('asks everything once: the same request again adds its outcomes, and averages those that are there', () => {
    const again: RowLine = {
      prompt: '  what is 2 +\n2?',
      outcomes: { small: { correct: 1 }, middle: { correct: 1 } },
    };
    const elsewhere: RowLine = { ...again, task: 'another' };
    const { rows, folded } = readRows([fileOf([TWO_AND_TWO, again, elsewhere])]);
    assert.deepEqual([rows.length, folded, rows[0]?.weight], [2, 1, 2]);
    const qualities = [...(rows[0]?.outcomes ?? [])].map(([model, { quality }]) => [model, quality]);
    assert.deepEqual(qualities, [
      ['small', 0.5],
      ['large', 1],
      ['middle', 1],
    ]);
  });

  test('may be read as it is, without making one of what asks the same', () => {
    const { rows, folded } = readRows([fileOf([TWO_AND_TWO, TWO_AND_TWO])], { isFolding: false });
    assert.deepEqual([rows.length, folded], [2, 0]);
  });

  test('is refused with every line that is wrong', () => {
    const file = fileOf([
      '{',
      { prompt: 'p', outcomes: { small: { correct: 3 } } },
      JSON.stringify({ outcomes: {} }),
      TWO_AND_TWO,
      'null',
    ]);
    assert.throws(
      () => readRows([file]),
      (error: Error) => {
        const lines = error.message.split('\n');
        assert.match(lines[0] ?? '', /rows\.jsonl: 4 lines are wrong\.$/);
        assert.match(lines[1] ?? '', /line 1: is not JSON/);
        assert.match(lines[2] ?? '', /line 2: outcomes\.small\.correct: /);
        assert.match(lines[3] ?? '', /line 3: prompt: /);
        assert.match(lines[4] ?? '', /line 5: /);
        return true;
      },
    );
  });

  test('tells ten lines and counts the rest', () => {
    const file = fileOf(Array.from({ length: 14 }, () => '['));
    assert.throws(() => readRows([file]), /14 lines are wrong\.\n(.*\n){10} {2}and 4 more$/);
  });

  test('that is missing, damaged or empty is told as such', () => {
    assert.throws(() => readRows([path.join(folder, 'none')]), /there is no such file/);
    assert.throws(() => readRows([folder]), /it cannot be read \(EISDIR\)/);
    const damaged = path.join(folder, 'damaged.gz');
    writeFileSync(damaged, gzipSync('{}').subarray(0, 12));
    assert.throws(() => readRows([damaged]), /it is packed, and damaged/);
    assert.throws(() => readRows([fileOf([])]), /there are none with an outcome that counts\.$/);
    assert.throws(
      () => readRows([fileOf([TWO_AND_TWO])], { models: ['stranger'] }),
      /there are none with an outcome of stranger that counts; their outcomes are of [a-z, ]+\.$/,
    );
  });
});
