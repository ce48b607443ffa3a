import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { toUsage } from '../call/usage.ts';
import { type BatchLine, readBatchLine } from './batch-line.ts';

const read = (line: unknown): BatchLine | null => readBatchLine(Buffer.from(JSON.stringify(line)));

const openai = (body: object, status_code = 200): object => ({
  id: 'batch_req_1',
  custom_id: 'r1',
  response: { status_code, request_id: 'req-1', body },
  error: null,
});

describe("a line of OpenAI's", () => {
  test('of a chat has model, usage, finish and time', () => {
    const line = openai({
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'gpt-5.4-mini-2026-03-01',
      choices: [{ finish_reason: 'stop' }],
      usage: { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 40 } },
    });
    assert.deepEqual(read(line), {
      customId: 'r1',
      dialect: 'openai-chat',
      isOk: true,
      httpStatus: 200,
      model: 'gpt-5.4-mini-2026-03-01',
      usage: toUsage({ inputTokens: 60, cacheReadTokens: 40, outputTokens: 20 }),
      finishReason: 'stop',
      atMs: 1_700_000_000_000,
    });
  });

  test('of embeddings and of a response is told by what it is', () => {
    const vectors = read(openai({ object: 'list', model: 'text-embedding-3-small', usage: { prompt_tokens: 8 } }));
    assert.deepEqual([vectors?.dialect, vectors?.usage?.inputTokens, vectors?.atMs], ['openai-embeddings', 8, null]);
    const response = read(
      openai({ object: 'response', status: 'completed', created_at: 5, usage: { input_tokens: 3, output_tokens: 2 } }),
    );
    assert.deepEqual(
      [response?.dialect, response?.finishReason, response?.usage?.outputTokens, response?.atMs],
      ['openai-responses', 'completed', 2, 5000],
    );
  });

  test('that failed has its status and no usage', () => {
    const refused = read(openai({ error: { message: 'no' }, usage: { prompt_tokens: 5 } }, 429));
    assert.deepEqual([refused?.isOk, refused?.httpStatus, refused?.usage], [false, 429, null]);
    const broken = read({ custom_id: 'r1', response: null, error: { code: 'server_error', message: 'x' } });
    assert.deepEqual([broken?.isOk, broken?.httpStatus], [false, 500]);
  });

  test('that was never carried out is none', () => {
    for (const code of ['batch_expired', 'batch_cancelled'])
      assert.equal(read({ custom_id: 'r1', response: null, error: { code } }), null);
  });

  test('without usage has none, which is not zero', () => {
    const line = read(openai({ ok: true }));
    assert.deepEqual([line?.isOk, line?.model, line?.usage], [true, null, null]);
  });
});

describe("a line of Anthropic's", () => {
  const anthropic = (result: object): object => ({ custom_id: 'r1', result });

  test('that succeeded has model, usage and finish', () => {
    const message = {
      model: 'claude-haiku-4-5-20251001',
      stop_reason: 'end_turn',
      usage: { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 5, service_tier: 'batch' },
    };
    assert.deepEqual(read(anthropic({ type: 'succeeded', message })), {
      customId: 'r1',
      dialect: 'anthropic-messages',
      isOk: true,
      httpStatus: 200,
      model: 'claude-haiku-4-5-20251001',
      usage: toUsage({ inputTokens: 10, cacheReadTokens: 90, outputTokens: 5 }),
      finishReason: 'end_turn',
      atMs: null,
    });
  });

  test('that errored has the status of its type', () => {
    const errored = (type: string) =>
      read(anthropic({ type: 'errored', error: { type: 'error', error: { type, message: 'x' } } }))?.httpStatus;
    assert.equal(errored('invalid_request_error'), 400);
    assert.equal(errored('overloaded_error'), 529);
    assert.equal(errored('something_new'), 500);
    assert.equal(read(anthropic({ type: 'errored' }))?.httpStatus, 500);
  });

  test('that was canceled or expired is none', () => {
    for (const type of ['canceled', 'expired', 'something_new']) assert.equal(read(anthropic({ type })), null);
  });
});

test('what is no line of results is none, whatever it is', () => {
  for (const line of [null, 7, 'x', [], {}, { custom_id: 5 }, { custom_id: 'a' }, { custom_id: 'a', response: 'x' }])
    assert.equal(read(line), null, JSON.stringify(line));
  assert.equal(readBatchLine(Buffer.from('{"custom_id":"a","respo')), null);
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (response, result) => {
      read({ custom_id: 'a', response, result });
      read({ custom_id: 'a', response: { body: response, status_code: 200 } });
      read({ custom_id: 'a', result: { type: 'succeeded', message: result } });
    }),
  );
});
