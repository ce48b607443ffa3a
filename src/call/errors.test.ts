import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { describe, test } from 'node:test';
import { ERRORS, type ErrorCode, TierlineError } from './errors.ts';

const kinds = Object.entries(ERRORS);

describe('the table of errors', () => {
  test('has a code in snake case and one whole sentence for each', () => {
    for (const [code, { sentence }] of kinds) {
      assert.match(code, /^[a-z]+(_[a-z]+)*$/);
      assert.match(sentence, /^[A-Z].*\.$/, code);
    }
    assert.equal(new Set(kinds.map(([, { sentence }]) => sentence)).size, kinds.length, 'sentences differ');
  });

  test('has statuses that HTTP knows, 499 aside', () => {
    for (const [code, { status }] of kinds) {
      assert.ok(status === 499 || STATUS_CODES[status] !== undefined, `${code}: ${status}`);
      assert.ok(status >= 400, code);
    }
  });

  test('blames the client for 4xx and nobody else, and never the client for 5xx', () => {
    for (const [code, { status, fault }] of kinds) assert.equal(fault === 'client', status < 500, code);
  });

  test('calls what the client must change not retryable', () => {
    const retryable = kinds.filter(([, kind]) => kind.fault === 'client' && kind.retryable).map(([code]) => code);
    assert.deepEqual(retryable, ['request_timeout', 'client_gone']);
  });
});

describe('an error', () => {
  test('says the sentence of its code when nothing else is said', () => {
    for (const [code, { sentence, status }] of kinds) {
      const error = new TierlineError(code as ErrorCode);
      assert.equal(error.message, sentence);
      assert.equal(error.status, status);
      assert.equal(error.code, code);
    }
  });

  test('carries its details', () => {
    const cause = new Error('low');
    const error = new TierlineError('invalid_request', 'n is wrong.', { param: 'n', retryAfterSeconds: 3, cause });
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'TierlineError');
    assert.equal(error.message, 'n is wrong.');
    assert.equal(error.param, 'n');
    assert.equal(error.retryAfterSeconds, 3);
    assert.equal(error.cause, cause);
    assert.equal(error.upstream, undefined);
  });

  test("has the provider's own status where there is one", () => {
    const upstream = { status: 429, message: 'slow down' };
    assert.equal(new TierlineError('upstream_error', upstream.message, { upstream }).status, 429);
    assert.equal(new TierlineError('upstream_error').status, 502);
  });
});
