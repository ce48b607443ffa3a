import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readRows } from '../learn/rows/read-rows.ts';
import { hear } from './heard.fixture.ts';
import { type RowsImportOptions, rowsImportCommand } from './rows-import.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-rows-import-'));
after(() => rmSync(folder, { recursive: true }));
const csv = join(folder, 'quiz.csv');
writeFileSync(csv, 'prompt,gpt-4,mixtral\nFor ann@example.com?,True,False\nWho?,True,\n');
const out = join(folder, 'rows.jsonl');

async function run(more: Partial<RowsImportOptions> = {}): Promise<{ code: number; text: string; warnings: string[] }> {
  const { io, text, warnings } = hear();
  const code = await rowsImportCommand(
    { file: csv, format: 'wide', out, models: ['gpt-4=large', 'mixtral'], ...more },
    io,
  );
  return { code, text: text(), warnings };
}

describe('tierline rows import', () => {
  test('writes rows that are read back, masked, under the names that models have here', async () => {
    const { code, text } = await run({ task: 'quiz-task' });
    assert.equal(code, 2);
    assert.equal(
      text.replace(folder, '...'),
      `quiz-task: 2 rows in .../rows.jsonl
  large    2 outcomes, mean quality 1
  mixtral  1 outcome, mean quality 0
  left out: 1 answer of mixtral, no value
  masked: 1 email
`,
    );
    assert.deepEqual(
      readRows([out]).rows.map(({ id, dataset, task, prompt, outcomes }) => [
        id,
        dataset,
        task,
        prompt,
        [...outcomes].map(([model, { quality }]) => [model, quality]),
      ]),
      [
        [
          'quiz:2',
          'quiz',
          'quiz-task',
          'For <email-1>?',
          [
            ['large', 1],
            ['mixtral', 0],
          ],
        ],
        ['quiz:3', 'quiz', 'quiz-task', 'Who?', [['large', 1]]],
      ],
    );
  });

  test('everything taken over is exit code 0; as JSON it tells the format and the name of the data', async () => {
    const { code, text } = await run({ models: ['gpt-4'], dataset: 'mine', json: true, unmasked: true });
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(text), {
      format: 'wide',
      dataset: 'mine',
      task: null,
      file: out,
      rows: 2,
      outcomes: { 'gpt-4': { count: 2, mean: 1 } },
      empty: 0,
      masked: null,
      left: [],
      unasked: {},
    });
    assert.deepEqual(
      readRows([out]).rows.map(({ dataset, task, prompt }) => [dataset, task, prompt]),
      [
        ['mine', null, 'For ann@example.com?'],
        ['mine', null, 'Who?'],
      ],
    );
  });

  test('rows go to standard output, and what is said of them to standard error', async () => {
    const { text, warnings } = await run({ out: '-', models: ['gpt-4'] });
    assert.equal(text.trimEnd().split('\n').length, 2);
    assert.match(warnings.join('\n'), /^2 rows\n {2}gpt-4 {2}2 outcomes/);
    await assert.rejects(run({ out: '-', json: true }), /cannot both go to standard output/);
  });

  test('whatever is missing or wrong is told in a sentence, and no file is written', async () => {
    const none = join(folder, 'none.jsonl');
    await assert.rejects(run({ format: undefined, out: none }), /Say what the file is: --format wide, routerbench/);
    await assert.rejects(run({ format: 'parquet', out: none }), /There is no format "parquet": --format wide/);
    await assert.rejects(run({ out: undefined }), /Say where the rows go: --out rows\.jsonl/);
    await assert.rejects(run({ models: undefined, out: none }), /Say which columns are models/);
    await assert.rejects(
      run({ models: ['gpt-5'], out: none }),
      /There is no outcome of gpt-5\. There are: gpt-4, mixtral\./,
    );
    await assert.rejects(
      run({ format: 'pairwise', models: undefined, out: none }),
      /There are no rows to write\. 0 rows in .*\n {2}left out: 2, without `model_a` and `model_b`/,
    );
    assert.equal(existsSync(none), false);
  });
});
