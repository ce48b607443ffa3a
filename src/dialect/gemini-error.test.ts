import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { gemini } from './gemini.ts';

const quota = JSON.stringify({
  error: {
    code: 429,
    message: 'You exceeded your current quota.',
    status: 'RESOURCE_EXHAUSTED',
    details: [
      { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId: 'PerDay' }] },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.5s' },
    ],
  },
});

describe('errors of Gemini', () => {
  test('status word, message and the delay asked for are read', () => {
    assert.deepEqual(gemini.decodeError(429, quota), {
      status: 429,
      message: 'You exceeded your current quota.',
      type: 'RESOURCE_EXHAUSTED',
      code: 429,
      retryAfterSeconds: 34.5,
    });
  });

  test('an error in a list, as streams without SSE send it', () => {
    const error = gemini.decodeError(429, `[${quota}]`);
    assert.equal(error.type, 'RESOURCE_EXHAUSTED');
    assert.equal(error.retryAfterSeconds, 34.5);
  });

  test('an unknown key is a matter of credentials, though Gemini answers 400', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
    const body = { error: { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT', details } };
    assert.equal(gemini.decodeError(400, JSON.stringify(body)).status, 401);
  });

  for (const body of ['', '<html>502</html>', '{"error":', '{"error":{"details":[1,{"retryDelay":5}]}}', 'null']) {
    test(`a body that is ${JSON.stringify(body)} gives a sentence and no delay`, () => {
      const error = gemini.decodeError(502, body);
      assert.equal(error.status, 502);
      assert.notEqual(error.message, '');
      assert.equal(error.retryAfterSeconds, undefined);
    });
  }

  test('an error in a stream has the status of its code', () => {
    const event = { error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' } };
    const [told] = gemini.createDecoder().push({ event: '', data: JSON.stringify(event) });
    assert.deepEqual(told, {
      type: 'error',
      error: { status: 503, message: 'Overloaded', type: 'UNAVAILABLE', code: 503 },
    });
  });
});

describe('errors for a client of Gemini', () => {
  const encode = (error: TierlineError) => JSON.parse(gemini.encodeError(error, 'req_1')).error;

  const words: [TierlineError, number, string][] = [
    [new TierlineError('invalid_request'), 400, 'INVALID_ARGUMENT'],
    [new TierlineError('invalid_api_key'), 401, 'UNAUTHENTICATED'],
    [new TierlineError('forbidden'), 403, 'PERMISSION_DENIED'],
    [new TierlineError('model_not_found'), 404, 'NOT_FOUND'],
    [new TierlineError('body_too_large'), 413, 'INVALID_ARGUMENT'],
    [new TierlineError('internal'), 500, 'INTERNAL'],
    [new TierlineError('upstream_timeout'), 504, 'DEADLINE_EXCEEDED'],
  ];
  for (const [error, status, word] of words) {
    test(`${error.code} is ${word}`, () => {
      const written = encode(error);
      assert.equal(written.code, status);
      assert.equal(written.status, word);
      assert.equal(written.message, error.message);
    });
  }

  test("another provider's rate limit is told in Gemini's words, with the delay and the request id", () => {
    const upstream = { status: 429, message: 'slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' };
    assert.deepEqual(encode(new TierlineError('upstream_error', undefined, { upstream, retryAfterSeconds: 7 })), {
      code: 429,
      message: 'slow down',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId: 'req_1' },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' },
      ],
    });
  });

  test('what is written is read back', () => {
    const upstream = gemini.decodeError(429, quota);
    const error = new TierlineError('upstream_error', undefined, { upstream });
    assert.deepEqual(gemini.decodeError(429, gemini.encodeError(error, 'r')), upstream);
  });

  test('in a stream the same object is an event, and the last words', () => {
    const error = new TierlineError('upstream_truncated');
    const body = gemini.encodeError(error, 'r');
    assert.equal(gemini.encodeStreamError(error, 'r'), `data: ${body}\r\n\r\n${body}`);
  });
});
