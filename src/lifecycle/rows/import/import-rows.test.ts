import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { datasetOf, importRows, readModels } from './import-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-import-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const CSV = 'prompt,gpt,gpt|cost\n"How ""many"",\nin all?",1,0.5\nWho?,0,\n';
const OPTIONS = { dataset: 'd', task: null, models: new Map([['gpt', 'gpt']]) };

describe('importing', () => {
  test('reads a table as CSV, packed or not, and as lines of JSON', async () => {
    const lines = [
      { prompt: 'How "many",\nin all?', gpt: 1, 'gpt|cost': 0.5 },
      { prompt: 'Who?', gpt: 0 },
    ];
    const told = [];
    for (const path of [
      file('a.csv', CSV),
      file('a.csv.gz', gzipSync(CSV)),
      file('a.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
    ]) {
      const { rows } = await importRows(path, { ...OPTIONS, format: 'wide' });
      told.push(rows.map(({ prompt, outcomes }) => [prompt, outcomes['gpt']]));
    }
    const expected = [
      ['How "many",\nin all?', { correct: 1, cost_usd: 0.5 }],
      ['Who?', { correct: 0 }],
    ];
    assert.deepEqual(told, [expected, expected, expected]);
  });

  test('each format has its reader', async () => {
    const routellm = file('r.csv', 'prompt,a,b,a_response\nx,True,False,y\n');
    assert.deepEqual((await importRows(routellm, { ...OPTIONS, models: null, format: 'routellm' })).rows[0]?.outcomes, {
      a: { correct: 1, response: 'y' },
      b: { correct: 0 },
    });
    const pairs = file('p.jsonl', '{"model_a":"a","model_b":"b","winner":"tie","prompt":"x"}\n');
    assert.deepEqual((await importRows(pairs, { ...OPTIONS, models: null, format: 'pairwise' })).rows[0]?.outcomes, {
      a: { score: 0.5 },
      b: { score: 0.5 },
    });
    const bench = file('b.csv', "sample_id,prompt,eval_name,m,m|total_cost\ns,['x'],e,0.5,0.1\n");
    assert.equal((await importRows(bench, { ...OPTIONS, models: null, format: 'routerbench' })).rows[0]?.prompt, 'x');
    const results = [{ provider: 'p', prompt: { raw: 'x' }, success: true }];
    const foo = file('f.json', JSON.stringify({ results: { results } }));
    assert.deepEqual((await importRows(foo, { ...OPTIONS, models: null, format: 'promptfoo' })).rows[0]?.outcomes, {
      p: { correct: 1 },
    });
  });

  test('a file that is not there is told in a sentence', async () => {
    for (const format of ['wide', 'promptfoo'] as const)
      await assert.rejects(
        importRows(join(folder, 'none.csv'), { ...OPTIONS, format }),
        /^Error: There is no file .*none\.csv\.$/,
      );
  });
});

test('data that nobody has named is called what its file is', () => {
  assert.deepEqual(
    ['x/routerbench_0shot.csv', 'gsm8k.train.jsonl.gz', 'data'].map((path) => datasetOf(path)),
    ['routerbench_0shot', 'gsm8k.train', 'data'],
  );
});

describe('names of models', () => {
  test('are those of the data, or what they are called here', () => {
    assert.deepEqual(
      [...readModels(['gpt-4=large', 'mixtral'])],
      [
        ['gpt-4', 'large'],
        ['mixtral', 'mixtral'],
      ],
    );
  });

  test('that are none, or that two would have, are refused', () => {
    assert.throws(() => readModels(['=large']), /"=large" does not name a model/);
    assert.throws(() => readModels(['a=']), /"a=" does not name a model/);
    assert.throws(() => readModels(['a=x', 'b=x']), /Two models of the data would be x\./);
  });
});
