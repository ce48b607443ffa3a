import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { anthropicMessages } from '../dialect/anthropic-messages.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import { openaiResponses } from '../dialect/openai-responses.ts';
import { HttpClient } from './http-client.ts';
import type { Responder } from './responder.ts';

interface Sent {
  status: number;
  headers: string[];
  body: string;
  isStream: boolean;
}

/** What a client of this dialect gets when its call fails. */
function failed(dialect: Dialect, error: TierlineError, fields: { stream?: boolean; body?: string } = {}): Sent {
  const sent: Sent = { status: 0, headers: [], body: '', isStream: false };
  const responder: Responder = {
    hasBegun: false,
    isGone: false,
    onGone: null,
    onDrain: null,
    send: (status, headers, body) => Object.assign(sent, { status, headers: [...headers], body: String(body) }),
    begin: (status, headers) => Object.assign(sent, { status, headers: [...headers], isStream: true }),
    write: () => true,
    end: (last) => {
      sent.body += String(last);
    },
  };
  const client = new HttpClient(responder, dialect, 'req_1', { hasHeaders: true, isLitellmCompatible: false });
  client.wantsStream = fields.stream ?? true;
  client.fail(error, { body: fields.body ?? null, headers: {}, answer: null });
  return sent;
}

const TOO_LONG = new TierlineError('context_length_exceeded', 'About 9 tokens, at most 8 fit.');

describe('a conversation that is too long', () => {
  test('is told inside of a stream of responses, as OpenAI does', () => {
    const upstream = {
      status: 400,
      message: 'prompt is too long: 9 tokens > 8 maximum',
      type: 'invalid_request_error',
    };
    for (const error of [TOO_LONG, new TierlineError('upstream_error', undefined, { upstream })]) {
      const sent = failed(openaiResponses, error);
      assert.deepEqual([sent.status, sent.isStream], [200, true]);
      assert.ok(sent.headers.includes('text/event-stream; charset=utf-8'));
      const [, data = ''] = /^event: response\.failed\ndata: (.*)$/m.exec(sent.body) ?? [];
      const { response } = JSON.parse(data) as { response: { error: { code: string } } };
      assert.equal(response.error.code, 'context_length_exceeded');
    }
  });

  test('is an error like any other to whoever wants no stream, and in other dialects', () => {
    for (const sent of [
      failed(openaiResponses, TOO_LONG, { stream: false }),
      failed(openaiChat, TOO_LONG),
      failed(anthropicMessages, TOO_LONG),
    ]) {
      assert.deepEqual([sent.status, sent.isStream], [400, false]);
    }
  });

  test("is told in a provider's own bytes where they are there", () => {
    const body = '{"error":{"code":"context_length_exceeded"}}';
    const sent = failed(openaiResponses, TOO_LONG, { body });
    assert.deepEqual([sent.status, sent.body], [400, body]);
  });
});

test('other errors of a stream that has not begun are whole answers', () => {
  const sent = failed(openaiResponses, new TierlineError('model_not_found'));
  assert.deepEqual([sent.status, sent.isStream], [404, false]);
});

test('an answer that nobody may have is not to be asked for again', () => {
  const { status, headers } = failed(openaiChat, new TierlineError('answer_refused'));
  assert.equal(status, 502);
  assert.equal(headers[headers.indexOf('x-should-retry') + 1], 'false');
});
