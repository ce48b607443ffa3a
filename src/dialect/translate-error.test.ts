import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ErrorCode, TierlineError, type UpstreamError } from '../call/errors.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { openaiChat } from './openai-chat.ts';

const openai = (error: TierlineError): Record<string, unknown> =>
  JSON.parse(openaiChat.encodeError(error, 'req_1')).error;
const anthropic = (error: TierlineError): Record<string, unknown> =>
  JSON.parse(anthropicMessages.encodeError(error, 'req_1')).error;
const told = (upstream: UpstreamError): TierlineError => new TierlineError('upstream_error', undefined, { upstream });

describe("the gateway's own errors", () => {
  const table: [ErrorCode, string, string][] = [
    ['invalid_request', 'invalid_request_error', 'invalid_request_error'],
    ['invalid_api_key', 'invalid_request_error', 'authentication_error'],
    ['forbidden', 'invalid_request_error', 'permission_error'],
    ['model_not_found', 'invalid_request_error', 'not_found_error'],
    ['body_too_large', 'invalid_request_error', 'request_too_large'],
    ['internal', 'server_error', 'api_error'],
    ['upstream_unreachable', 'server_error', 'api_error'],
    ['upstream_timeout', 'server_error', 'timeout_error'],
  ];
  for (const [code, openaiType, anthropicType] of table) {
    test(`${code} is ${openaiType} to OpenAI clients and ${anthropicType} to Anthropic's`, () => {
      const error = new TierlineError(code);
      assert.deepEqual(openai(error), { message: error.message, type: openaiType, param: null, code });
      assert.deepEqual(anthropic(error), { type: anthropicType, message: error.message });
    });
  }

  test('name the field', () => {
    const error = new TierlineError('unsupported', 'One answer only.', { param: 'n' });
    assert.equal(openai(error).param, 'n');
    assert.equal(anthropic(error).message, 'n: One answer only.');
    const named = new TierlineError('invalid_request', 'messages[0].role must be a string.', {
      param: 'messages[0].role',
    });
    assert.equal(anthropic(named).message, 'messages[0].role must be a string.');
  });

  test('about length are told to Anthropic clients in the words by which agents compact their conversation', () => {
    const error = new TierlineError('context_length_exceeded', 'About 9 tokens, at most 8 fit.', { param: 'messages' });
    assert.equal(openai(error).message, 'About 9 tokens, at most 8 fit.');
    assert.equal(openai(error).code, 'context_length_exceeded');
    assert.equal(anthropic(error).message, 'prompt is too long: About 9 tokens, at most 8 fit.');
  });

  test('have the whole shape of the dialect, in a body and in a stream', () => {
    const error = new TierlineError('upstream_truncated', 'It broke off.');
    const body = '{"error":{"message":"It broke off.","type":"server_error","param":null,"code":"upstream_truncated"}}';
    assert.equal(openaiChat.encodeError(error, 'req_1'), body);
    assert.equal(openaiChat.encodeStreamError(error, 'req_1'), `data: ${body}\n\n`);
    const own = '{"type":"error","error":{"type":"api_error","message":"It broke off."},"request_id":"req_1"}';
    assert.equal(anthropicMessages.encodeError(error, 'req_1'), own);
    assert.equal(anthropicMessages.encodeStreamError(error, 'req_1'), `event: error\ndata: ${own}\n\n`);
  });
});

describe("a provider's error", () => {
  test('of the same family keeps message, type, code and param', () => {
    const body =
      '{"error":{"message":"Too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}';
    const error = told(openaiChat.decodeError(400, body));
    assert.deepEqual(openai(error), JSON.parse(body).error);
    assert.deepEqual(anthropic(error), { type: 'invalid_request_error', message: 'prompt is too long: Too long' });
    const overloaded = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}';
    assert.deepEqual(anthropic(told(anthropicMessages.decodeError(529, overloaded))), JSON.parse(overloaded).error);
  });

  const crossings: [string, UpstreamError, object, object][] = [
    [
      'rate limit of OpenAI',
      { status: 429, message: 'm', type: 'requests', code: 'rate_limit_exceeded', param: null },
      { message: 'm', type: 'requests', param: null, code: 'rate_limit_exceeded' },
      { type: 'rate_limit_error', message: 'm' },
    ],
    [
      'rate limit of Anthropic',
      { status: 429, message: 'm', type: 'rate_limit_error' },
      { message: 'm', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' },
      { type: 'rate_limit_error', message: 'm' },
    ],
    [
      'overload of Anthropic',
      { status: 529, message: 'm', type: 'overloaded_error' },
      { message: 'm', type: 'server_error', param: null, code: null },
      { type: 'overloaded_error', message: 'm' },
    ],
    [
      'prompt too long at Anthropic',
      { status: 400, message: 'prompt is too long: 9 tokens > 8 maximum', type: 'invalid_request_error' },
      {
        message: 'prompt is too long: 9 tokens > 8 maximum',
        type: 'invalid_request_error',
        param: null,
        code: 'context_length_exceeded',
      },
      { type: 'invalid_request_error', message: 'prompt is too long: 9 tokens > 8 maximum' },
    ],
    [
      'prompt too long at OpenAI',
      {
        status: 400,
        message: 'At most 8 fit.',
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
        param: 'messages',
      },
      { message: 'At most 8 fit.', type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' },
      { type: 'invalid_request_error', message: 'prompt is too long: At most 8 fit.' },
    ],
    [
      'prompt too long at a compatible server, which has no code for it',
      { status: 400, message: "This model's maximum context length is 8 tokens." },
      {
        message: "This model's maximum context length is 8 tokens.",
        type: 'invalid_request_error',
        param: null,
        code: 'context_length_exceeded',
      },
      {
        type: 'invalid_request_error',
        message: "prompt is too long: This model's maximum context length is 8 tokens.",
      },
    ],
    [
      'unknown model at OpenAI',
      { status: 404, message: 'm', type: 'invalid_request_error', code: 'model_not_found' },
      { message: 'm', type: 'invalid_request_error', param: null, code: 'model_not_found' },
      { type: 'not_found_error', message: 'm' },
    ],
    [
      'quota of Gemini',
      { status: 429, message: 'm', type: 'RESOURCE_EXHAUSTED', code: 429 },
      { message: 'm', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' },
      { type: 'rate_limit_error', message: 'm' },
    ],
    [
      'HTML',
      { status: 502, message: 'm' },
      { message: 'm', type: 'server_error', param: null, code: null },
      { type: 'api_error', message: 'm' },
    ],
  ];
  for (const [name, upstream, toOpenai, toAnthropic] of crossings) {
    test(name, () => {
      assert.deepEqual(openai(told(upstream)), toOpenai);
      assert.deepEqual(anthropic(told(upstream)), toAnthropic);
    });
  }

  test("that refuses the gateway's own credentials is not quoted", () => {
    const upstream = {
      status: 401,
      message: 'Incorrect key: s3cret',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
    };
    const error = new TierlineError('upstream_auth', undefined, { upstream });
    for (const text of [openaiChat.encodeError(error, 'r'), anthropicMessages.encodeError(error, 'r')]) {
      assert.doesNotMatch(text, /s3cret|invalid_api_key|authentication_error/);
      assert.match(text, /server_error|api_error/);
    }
  });
});

describe('reading an error body', () => {
  const table: [string, number, string, Partial<UpstreamError>][] = [
    ['nothing', 503, '', { message: 'The provider answered with status 503 and no explanation.' }],
    [
      'HTML',
      502,
      ' <!doctype html><html><title>502</title></html>',
      { message: 'The provider answered with status 502 and a web page instead of an error.' },
    ],
    ['plain text', 500, 'upstream connect error\n', { message: 'upstream connect error' }],
    ['a string', 400, '{"error":"model not loaded"}', { message: 'model not loaded' }],
    [
      'Mistral',
      422,
      '{"object":"error","message":"Bad","type":"invalid_request_error","param":null,"code":"1500"}',
      { message: 'Bad', type: 'invalid_request_error', param: null, code: '1500' },
    ],
    [
      'FastAPI',
      422,
      '{"detail":[{"loc":["body"],"msg":"field required"},{"msg":"too long"}]}',
      { message: 'field required; too long' },
    ],
    ['FastAPI with a word', 404, '{"detail":"Not Found"}', { message: 'Not Found' }],
    [
      'Gemini in a list',
      429,
      '[{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED"}}]',
      { message: 'Quota', type: 'RESOURCE_EXHAUSTED', code: 429 },
    ],
    [
      'Azure',
      404,
      '{"error":{"code":"DeploymentNotFound","message":"No such deployment"}}',
      { message: 'No such deployment', code: 'DeploymentNotFound' },
    ],
    [
      'an object that says nothing',
      500,
      '{"error":{}}',
      { message: 'The provider answered with status 500 and no explanation.' },
    ],
    ['a number', 500, '5', { message: '5' }],
  ];
  for (const [name, status, body, expected] of table) {
    test(name, () => {
      assert.deepEqual(openaiChat.decodeError(status, body), { status, ...expected });
      assert.deepEqual(anthropicMessages.decodeError(status, body), { status, ...expected });
    });
  }

  test('caps the length and hides what looks like a credential', () => {
    assert.equal(openaiChat.decodeError(500, 'x'.repeat(100_000)).message.length, 2000);
    const leak =
      '{"error":{"message":"Incorrect API key provided: sk-proj-abcdefghijklmnop. Header was Bearer abc.def"}}';
    assert.equal(
      openaiChat.decodeError(401, leak).message,
      'Incorrect API key provided: [redacted]. Header was [redacted]',
    );
  });
});
