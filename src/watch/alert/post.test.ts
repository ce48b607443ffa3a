import assert from 'node:assert/strict';
import { test } from 'node:test';
import { START_MS } from './alert.fixture.ts';
import { postJson, readRetryAfter } from './post.ts';
import { SendError } from './sink.ts';

test('Retry-After is read in seconds and as a date', () => {
  assert.equal(readRetryAfter('30', START_MS), 30_000);
  assert.equal(readRetryAfter(' 1.5 ', START_MS), 1500);
  assert.equal(readRetryAfter(new Date(START_MS + 90_000).toUTCString(), START_MS), 90_000);
  assert.equal(readRetryAfter(new Date(START_MS - 90_000).toUTCString(), START_MS), 0);
  for (const text of [null, '', 'soon', '-']) assert.equal(readRetryAfter(text, START_MS), null);
});

async function failureOf(answer: Response | Error): Promise<SendError | null> {
  const parts = {
    fetch: async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    },
    now: () => START_MS,
    timeoutMs: 1000,
  };
  try {
    await postJson({ url: 'https://x.example.com/token', body: '{}', signal: new AbortController().signal }, parts);
    return null;
  } catch (error) {
    assert.ok(error instanceof SendError);
    return error;
  }
}

test('what another try may change is tried again, everything else is final', async () => {
  for (const status of [200, 201, 202, 204]) assert.equal(await failureOf(new Response(null, { status })), null);
  for (const status of [408, 425, 429, 500, 502, 503, 504])
    assert.equal((await failureOf(new Response('', { status })))?.isFinal, false, String(status));
  for (const status of [301, 302, 307, 308, 400, 401, 403, 404, 410, 413])
    assert.equal((await failureOf(new Response('', { status })))?.isFinal, true, String(status));
});

test('an answer without end is not read', async () => {
  let isCancelled = false;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1024)),
    cancel: () => {
      isCancelled = true;
    },
  });
  assert.equal(await failureOf(new Response(body)), null);
  assert.ok(isCancelled);
});

test('an error of the network is told by its code alone', async () => {
  const error = (cause: unknown): Error => new TypeError('fetch failed for https://x.example.com/token', { cause });
  assert.equal((await failureOf(error({ code: 'ENOTFOUND' })))?.message, 'it could not be reached (ENOTFOUND)');
  for (const cause of [undefined, null, 'https://token', { code: 'https://token' }, { code: 7 }])
    assert.equal((await failureOf(error(cause)))?.message, 'it could not be reached');
  assert.equal((await failureOf(error(null)))?.isFinal, false);
});
