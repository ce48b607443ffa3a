import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../call/json.ts';
import type { RowLine } from '../../../learn/rows/row.ts';
import type { Imported } from './imported.ts';
import { WideImport, type WideOptions } from './wide.ts';

function imported(records: readonly (JsonObject | null)[], options: Partial<WideOptions> = {}): Imported {
  const reader = new WideImport({
    kind: 'wide',
    dataset: 'd',
    task: null,
    models: null,
    promptColumn: 'prompt',
    ...options,
  });
  for (const [at, value] of records.entries()) reader.take({ line: at + 2, value });
  return reader.end();
}

const named = (...models: string[]): { models: Map<string, string> } => ({
  models: new Map(models.map((one) => [one, one])),
});

const outcomesOf = ({ rows }: Imported): RowLine['outcomes'][] => rows.map(({ outcomes }) => outcomes);

describe('a table with a column for each model', () => {
  test('becomes a row for each line, with what other columns tell', () => {
    const record = {
      id: 'q1',
      prompt: 'Why?',
      category: 'law',
      reference: 'because',
      gpt: '1',
      'gpt|cost': '0.002',
      'gpt|response': 'because',
      'gpt|input_tokens': '12',
      'gpt|output_tokens': 3,
      llama: '0.25',
      other: '1',
    };
    const { rows, left } = imported([record], { task: 'why', ...named('gpt', 'llama') });
    assert.deepEqual(rows, [
      {
        dataset: 'd',
        task: 'why',
        id: 'q1',
        prompt: 'Why?',
        category: 'law',
        reference: 'because',
        source: 'import',
        outcomes: {
          gpt: { correct: 1, response: 'because', input_tokens: 12, output_tokens: 3, cost_usd: 0.002 },
          llama: { score: 0.25 },
        },
      },
    ]);
    assert.deepEqual(left.list(), []);
  });

  test('takes yes and no as they are written, and nothing but numbers from 0 to 1', () => {
    const values = ['True', 'false', true, 0, '1.0', 0.5, '', null, 'good', '7', -1, Number.NaN];
    const found = imported(
      values.map((gpt) => ({ prompt: 'p', gpt })),
      named('gpt'),
    );
    assert.deepEqual(
      outcomesOf(found).map(({ gpt }) => gpt?.correct ?? gpt?.score ?? null),
      [1, 0, 1, 0, 1, 0.5, null, null, null, null, null, null],
    );
    assert.deepEqual(found.left.list(), [
      { model: 'gpt', say: 'no value', count: 2 },
      { model: 'gpt', say: 'its value is not from 0 to 1', count: 4 },
    ]);
  });

  test('models get the names that they have here', () => {
    const models = new Map([['openai/gpt-4', 'large']]);
    const found = imported([{ prompt: 'p', 'openai/gpt-4': 1, 'openai/gpt-4|cost': 0.5 }], { models });
    assert.deepEqual(outcomesOf(found), [{ large: { correct: 1, cost_usd: 0.5 } }]);
  });

  test('lines without a text and lines that cannot be read are counted; a line has the number of its place', () => {
    const found = imported([{ q: 'a', m: 1 }, null, { q: '', m: 1 }, { q: 'b', m: 0 }], {
      promptColumn: 'q',
      ...named('m'),
    });
    assert.deepEqual(
      found.rows.map(({ id }) => id),
      ['d:2', 'd:5'],
    );
    assert.deepEqual(found.left.list(), [
      { model: null, say: 'cannot be read', count: 1 },
      { model: null, say: 'without a text in q', count: 1 },
    ]);
  });

  test('a column that is not there is told with those that are', () => {
    const record = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`c${at}`, '1']));
    assert.throws(() => imported([record], named('c1')), {
      message:
        'There is no column "prompt"; there are c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 and 3 more. Name it with --prompt-column.',
    });
    assert.throws(() => imported([{ prompt: 'p', gpt: '1', note: 'x' }], named('gtp')), {
      message: 'There is no outcome of gtp. There are: gpt.',
    });
    assert.throws(() => imported([]), /Say which columns are models: --models/);
  });
});

describe('a table of RouterBench', () => {
  const record = {
    sample_id: 'mmlu-law.val.3',
    prompt: `['Answer with the letter.', "It's which?"]`,
    eval_name: 'mmlu-law',
    'gpt-4': '1.0',
    'meta/llama': '0.75',
    'gpt-4|model_response': "['A']",
    'meta/llama|model_response': "['\\nB']",
    'gpt-4|total_cost': '0.00074',
    'meta/llama|total_cost': '6.57e-05',
    oracle_model_to_route_to: 'gpt-4',
  };

  test('tells its models itself, and lists of texts are read', () => {
    assert.deepEqual(imported([record], { kind: 'routerbench' }).rows, [
      {
        dataset: 'd',
        id: 'mmlu-law.val.3',
        prompt: "Answer with the letter.\nIt's which?",
        category: 'mmlu-law',
        source: 'import',
        outcomes: {
          'gpt-4': { correct: 1, response: 'A', cost_usd: 0.000_74 },
          'meta/llama': { score: 0.75, response: '\nB', cost_usd: 0.000_065_7 },
        },
      },
    ]);
  });

  test('only the named models are taken', () => {
    const found = imported([record], { kind: 'routerbench', models: new Map([['gpt-4', 'large']]) });
    assert.deepEqual(Object.keys(outcomesOf(found)[0] ?? {}), ['large']);
  });

  test('a list in any other table is a text like others', () => {
    assert.equal(imported([{ prompt: '["a"]', m: 1 }], named('m')).rows[0]?.prompt, '["a"]');
  });
});

test('a table of RouteLLM tells its models itself', () => {
  const records = [
    {
      prompt: 'How many?',
      mixtral: 'True',
      'gpt-4': 'False',
      mixtral_response: ' 18',
      'gpt-4_response': '17\n#### 17',
    },
    { prompt: 'Which?\nA. x\nAnswer:', mixtral: 'False', 'gpt-4': 'True', mixtral_response: '', 'gpt-4_response': 'x' },
  ];
  const found = imported(records, { kind: 'routellm' });
  assert.deepEqual(outcomesOf(found), [
    { mixtral: { correct: 1, response: ' 18' }, 'gpt-4': { correct: 0, response: '17\n#### 17' } },
    { mixtral: { correct: 0 }, 'gpt-4': { correct: 1, response: 'x' } },
  ]);
  assert.deepEqual(found.left.list(), []);
});
