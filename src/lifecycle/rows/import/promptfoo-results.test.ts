import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../../call/json.ts';
import type { Imported } from './imported.ts';
import { importPromptfooResults } from './promptfoo-results.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-promptfoo-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'results.json');

function imported(content: string | Buffer | object, models: Map<string, string> | null = null): Imported {
  writeFileSync(path, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return importPromptfooResults(path, { dataset: 'pf', task: 'mail', models });
}

const result = (model: string, more: JsonObject = {}): JsonObject => ({
  promptIdx: 0,
  testIdx: 0,
  provider: { id: `openai:${model}`, label: '' },
  prompt: { raw: 'Greet Ann.', label: 'greet' },
  success: true,
  score: 1,
  failureReason: 0,
  cost: 0.0004,
  response: { output: 'Hello Ann.', tokenUsage: { total: 15, prompt: 12, completion: 3 }, cached: false },
  ...more,
});

const whole = (...results: JsonObject[]): JsonObject => ({
  evalId: 'eval-1',
  results: { version: 3, results },
  config: {},
});

describe('results of promptfoo', () => {
  test('are a row for each test and prompt, with an outcome for each provider', () => {
    const found = imported(
      whole(
        result('gpt'),
        result('mini', {
          provider: { id: 'openai:mini', label: 'cheap' },
          success: false,
          score: 0.4,
          failureReason: 1,
        }),
        result('gpt', { testIdx: 1, prompt: { raw: 'Greet Bob.' } }),
      ),
    );
    const measured = { input_tokens: 12, output_tokens: 3, cost_usd: 0.0004 };
    const outcome = { correct: 1, response: 'Hello Ann.', ...measured };
    const row = { dataset: 'pf', task: 'mail', source: 'import', request: { characters: 10, turns: 1, images: false } };
    assert.deepEqual(found.rows, [
      {
        ...row,
        id: 'pf:1',
        prompt: 'Greet Ann.',
        outcomes: { 'openai:gpt': outcome, cheap: { ...outcome, correct: 0 } },
      },
      { ...row, id: 'pf:2', prompt: 'Greet Bob.', outcomes: { 'openai:gpt': outcome } },
    ]);
    assert.deepEqual(found.left.list(), []);
  });

  test('of a prompt that is a conversation are those of its last turn', () => {
    const raw = JSON.stringify([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Greet Ann.' },
    ]);
    const [row] = imported(whole(result('gpt', { prompt: { raw } }))).rows;
    assert.deepEqual([row?.prompt, row?.request], ['Greet Ann.', { characters: 19, turns: 1, images: false }]);
  });

  test('from a cache have neither cost nor tokens, and objects are told as JSON', () => {
    const found = imported(
      whole(result('gpt', { cost: 0, response: { output: { a: 1 }, cached: true, tokenUsage: { prompt: 0 } } })),
    );
    assert.deepEqual(found.rows[0]?.outcomes, { 'openai:gpt': { correct: 1, response: '{"a":1}' } });
  });

  test('that are none are left out and told', () => {
    const found = imported(
      whole(
        result('gpt'),
        result('gpt'),
        result('gpt', { testIdx: 1, success: false, failureReason: 2, error: 'timeout' }),
        result('gpt', { testIdx: 2, success: null }),
        result('gpt', { prompt: null }),
      ),
    );
    assert.deepEqual(found.left.list(), [
      { model: 'openai:gpt', say: 'it was asked the same before', count: 1 },
      { model: 'openai:gpt', say: 'an error in place of an answer', count: 1 },
      { model: 'openai:gpt', say: 'no verdict', count: 1 },
      { model: null, say: 'without a provider or a prompt', count: 1 },
    ]);
    assert.equal(found.rows.length, 1);
  });

  test('of named providers alone are taken', () => {
    const found = imported(whole(result('gpt'), result('mini')), new Map([['openai:mini', 'small']]));
    assert.deepEqual(
      found.rows.map(({ outcomes }) => Object.keys(outcomes)),
      [['small']],
    );
    assert.throws(
      () => imported(whole(result('gpt')), new Map([['mini', 'small']])),
      /no outcome of mini\. There are: openai:gpt/,
    );
  });

  test('may be packed', () => {
    assert.equal(imported(gzipSync(JSON.stringify(whole(result('gpt'))))).rows.length, 1);
  });

  test('the list may stand one level higher, and a file without one is refused', () => {
    assert.equal(imported({ results: [result('gpt')] }).rows.length, 1);
    assert.throws(() => imported({ results: {} }), /results\.json has no results of promptfoo/);
    assert.throws(() => imported('a,b'), /results\.json is no JSON/);
  });
});
