import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { plainAttempt } from '../call/plan.ts';
import { deliver } from './deliver.ts';
import { readRetryAfter } from './exchange.ts';
import { carriageFor, setUp, site } from './sample.test.ts';

test('an answer of the first deployment is the outcome', async () => {
  const { run, sleeps } = setUp({ a: [site('one', [{ reply: 'hello' }])] });
  const outcome = await run();
  assert.equal(String(outcome.answer?.result.body), 'hello');
  assert.equal(outcome.error, null);
  assert.equal(outcome.exchanges.length, 1);
  assert.deepEqual(sleeps, []);
});

test('a failing provider is retried with full jitter that doubles', async () => {
  const one = site('one', [{ status: 500 }, { fail: 'upstream_unreachable' }, { reply: 'third' }]);
  const { run, sleeps } = setUp({ a: [one] });
  const outcome = await run();
  assert.equal(String(outcome.answer?.result.body), 'third');
  assert.deepEqual(sleeps, [50, 100], 'half of 100 ms, half of 200 ms');
});

test('after the last attempt the caller gets the last error as the provider said it', async () => {
  const one = site('one', [{ status: 503, body: 'busy' }]);
  const { run } = setUp({ a: [one] });
  const outcome = await run();
  assert.equal(one.calls, 3);
  assert.equal(outcome.answer, null);
  assert.equal(outcome.error?.status, 503);
  assert.equal(outcome.error?.message, 'busy');
});

test('a request that is wrong in itself is neither retried nor sent to the fallback', async () => {
  const fallback = site('two', [{ reply: 'never' }]);
  const one = site('one', [{ status: 400, body: 'bad field' }]);
  const outcome = await setUp({ a: [one], b: [fallback] }).run();
  assert.equal(one.calls, 1);
  assert.equal(fallback.calls, 0);
  assert.equal(outcome.error?.status, 400);
});

test('a prompt too long for one model goes to the next', async () => {
  const one = site('one', [{ status: 400, body: 'prompt is too long: 300000 tokens' }]);
  const outcome = await setUp({ a: [one], b: [site('two', [{ reply: 'fits' }])] }).run();
  assert.equal(String(outcome.answer?.result.body), 'fits');
});

test('refused credentials are not retried, and the fallback answers', async () => {
  const one = site('one', [{ status: 401 }]);
  const outcome = await setUp({ a: [one], b: [site('two', [{ reply: 'two' }])] }).run();
  assert.equal(one.calls, 1);
  assert.equal(outcome.answer?.attempt.model, 'b');
});

test('a short retry-after is waited for, a long one is handed to the caller at once', async () => {
  const patient = site('one', [{ status: 429, headers: { 'retry-after-ms': '700' } }, { reply: 'ok' }]);
  const first = setUp({ a: [patient] });
  await first.run();
  assert.deepEqual(first.sleeps, [700]);
  const busy = site('one', [{ status: 429, headers: { 'retry-after': '4' } }]);
  const second = setUp({ a: [busy] });
  const outcome = await second.run();
  assert.equal(busy.calls, 1);
  assert.deepEqual(second.sleeps, []);
  assert.equal(outcome.exchanges[0]?.result.retryAfterMs, 4000);
});

test('another deployment of the model is tried at once, whatever the first one asked to wait', async () => {
  const busy = site('one', [{ status: 429, headers: { 'retry-after': '60' } }], 1000);
  const free = site('two', [{ reply: 'two' }], 0.001);
  const { run, sleeps } = setUp({ a: [busy, free] });
  const outcome = await run();
  assert.equal(outcome.answer?.deployment.connection.name, 'two');
  assert.deepEqual(sleeps, []);
  await run();
  assert.equal(busy.calls, 1, 'it is left alone as long as it asked');
});

test('an empty retry budget ends the retries', async () => {
  const one = site('one', [{ status: 500 }]);
  const { delivery, run } = setUp({ a: [one] });
  while (delivery.budget.withdraw());
  await run();
  assert.equal(one.calls, 1);
});

test('a stream fails over as long as nothing has been written', async () => {
  const one = site('one', [{ stream: ['ERR'] }]);
  const { run, client } = setUp({ a: [one], b: [site('two', [{ stream: ['hello', 'END'] }])] }, { maxAttempts: 1 });
  const outcome = await run(true);
  assert.equal(outcome.answer?.attempt.model, 'b');
  assert.deepEqual(client.written, ['hello']);
  assert.equal(outcome.answer?.result.closing, 'END');
  assert.equal(client.begun, 1);
});

test('once the first event is out nothing is tried again and the call is partial', async () => {
  for (const step of [
    { stream: ['hello', 'ERR'] },
    { stream: ['hello'] },
    { stream: ['hello'], after: 'reset' as const },
  ]) {
    const fallback = site('two', [{ stream: ['never', 'END'] }]);
    const { run, client } = setUp({ a: [site('one', [step])], b: [fallback] });
    const outcome = await run(true);
    assert.equal(fallback.calls, 0);
    assert.equal(outcome.answer?.result.status, 'partial');
    assert.ok(outcome.error);
    assert.deepEqual(client.written, ['hello']);
  }
});

test('a stream that ends without its finish is an error, never an answer', async () => {
  const { run } = setUp({ a: [site('one', [{ stream: [] }])] }, { maxAttempts: 1 });
  const outcome = await run(true);
  assert.equal(outcome.answer, null);
  assert.equal(outcome.error?.code, 'upstream_truncated');
});

test('a JSON body where a stream was asked for is no answer', async () => {
  const { run } = setUp({ a: [site('one', [{ reply: '{}' }])] }, { maxAttempts: 1 });
  assert.equal((await run(true)).error?.code, 'upstream_malformed');
});

test('a client that leaves aborts the exchange and ends the call', async () => {
  const one = site('one', [{ hang: true }]);
  const { run, client } = setUp({ a: [one], b: [site('two', [{ reply: 'never' }])] });
  const running = run();
  setImmediate(() => client.leave());
  const outcome = await running;
  assert.equal(one.aborted, 1);
  assert.equal(outcome.exchanges.length, 1);
  assert.equal(outcome.exchanges[0]?.result.status, 'client_gone');
  assert.equal(outcome.error?.code, 'client_gone');
});

test('the deadline of the whole call ends an exchange that hangs', async () => {
  const one = site('one', [{ hang: true }]);
  const outcome = await setUp({ a: [one] }, { totalMs: 30 }).run();
  assert.equal(one.calls, 1);
  assert.equal(outcome.error?.code, 'upstream_timeout');
});

test('a reply over the limit is refused instead of filling the memory', async () => {
  const { run } = setUp({ a: [site('one', [{ reply: 'x'.repeat(1001) }])] }, { maxAttempts: 1 });
  assert.equal((await run()).error?.code, 'upstream_malformed');
});

test('a model whose breakers are all open is passed over, and alone it is a quick 503 with a wait', async () => {
  const dead = site('one', [{ fail: 'upstream_unreachable' }]);
  for (let index = 0; index < 20; index++) dead.deployment.breaker.fail();
  const withFallback = await setUp({ a: [dead], b: [site('two', [{ reply: 'two' }])] }).run();
  assert.equal(withFallback.answer?.attempt.model, 'b');
  const alone = await setUp({ a: [dead] }).run();
  assert.equal(dead.calls, 0);
  assert.equal(alone.error?.code, 'upstream_unavailable');
  assert.equal(alone.error?.retryAfterSeconds, 1);
});

test('a model that cannot express the request is passed over', async () => {
  const two = site('two', [{ reply: 'two' }]);
  const { delivery, client } = setUp({ a: [site('one', [{ reply: 'one' }])], b: [two] });
  const plan = ['a', 'b'].map((model) => plainAttempt(model, 'small'));
  const outcome = await deliver(delivery, plan, {
    client,
    isStream: false,
    judging: null,
    carry: (attempt, deployment) => {
      if (attempt.model === 'a') throw new TierlineError('unsupported', 'n is 2', { param: 'n' });
      return carriageFor(deployment, false);
    },
  });
  assert.equal(outcome.answer?.attempt.model, 'b');
  assert.equal(outcome.error, null);
});

test('retry-after is read in all three spellings', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(readRetryAfter({ 'retry-after': '3' }, now), 3000);
  assert.equal(readRetryAfter({ 'retry-after': '3', 'retry-after-ms': '250' }, now), 250);
  assert.equal(readRetryAfter({ 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }, now), 9000);
  assert.equal(readRetryAfter({ 'retry-after': 'soon' }, now), null);
  assert.equal(readRetryAfter({}, now), null);
});
