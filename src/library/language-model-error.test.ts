import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APICallError, RetryError } from 'ai';
import { ERRORS, type ErrorCode, TierlineError } from '../call/errors.ts';
import { sampleRow } from '../ledger/sample-row.test.ts';
import { ChatError } from './chat-error.ts';
import { SdkCallError, toSdkError } from './language-model-error.ts';

const ASKED = { model: 'auto/x', request: { a: 1 } };
const said = (status: number): TierlineError =>
  new TierlineError('upstream_error', 'said', { upstream: { status, message: 'said' } });

test('an error of the table has its status and says whether to try again', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const error = new SdkCallError(new TierlineError(code), ASKED);
    assert.equal(error.statusCode, ERRORS[code].status, code);
    assert.equal(error.isRetryable, code === 'answer_refused' ? false : ERRORS[code].retryable, code);
    assert.equal(error.message, ERRORS[code].sentence);
    assert.equal(error.data.code, code);
  }
});

test('what the provider said decides where it said something', () => {
  const again = [408, 409, 429, 500, 503, 529];
  for (const status of again) assert.equal(new SdkCallError(said(status), ASKED).isRetryable, true, String(status));
  for (const status of [400, 401, 403, 404, 413]) {
    assert.equal(new SdkCallError(said(status), ASKED).isRetryable, false, String(status));
  }
});

test('a failed call brings headers, body, request and the facts of its row', () => {
  const chat = new ChatError(said(429), {
    requestId: 'req_1',
    row: sampleRow({ id: 'req_1', task: 't' }),
    body: '{"error":{}}',
    headers: { 'retry-after': '3', 'set-cookie': ['a', 'b'] },
  });
  const error = new SdkCallError(chat, ASKED);
  assert.deepEqual(error.responseHeaders, { 'retry-after': '3', 'set-cookie': 'a, b' });
  assert.deepEqual(
    [error.responseBody, error.url, error.requestBodyValues],
    ['{"error":{}}', 'tierline:auto/x', { a: 1 }],
  );
  assert.deepEqual([error.data.requestId, error.data.task, error.cause], ['req_1', 't', chat]);
});

test('the time to wait is a header, from wherever it was told', () => {
  const error = new TierlineError('upstream_unavailable', undefined, { retryAfterSeconds: 4, param: 'model' });
  assert.deepEqual(new SdkCallError(error, ASKED).responseHeaders, { 'retry-after': '4' });
  assert.equal(new SdkCallError(error, ASKED).data.param, 'model');
});

test('the SDK knows it for its own, and other errors stay as they are', () => {
  assert.ok(APICallError.isInstance(toSdkError(said(500), ASKED)));
  assert.ok(!RetryError.isInstance(toSdkError(said(500), ASKED)));
  const aborted = new DOMException('enough', 'AbortError');
  assert.equal(toSdkError(aborted, ASKED), aborted);
});
