import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { plainAttempt } from '../call/plan.ts';
import { createFacts, type StreamPipe } from '../dialect/pipe.ts';
import type { Carriage } from '../provider/carriage.ts';
import type { Connection } from '../provider/connection.ts';
import type { UpstreamSink } from '../provider/http-upstream.ts';
import { Breaker } from '../state/breaker.ts';
import { RetryBudget } from '../state/retry-budget.ts';
import { type Delivery, deliver } from './deliver.ts';
import type { Deployment } from './deployment.ts';
import { type ClientSide, readRetryAfter } from './exchange.ts';

/** What an upstream does when it is called: one step per exchange. */
type Step =
  | { reply: string }
  | { status: number; headers?: IncomingHttpHeaders; body?: string }
  | { stream: string[]; after?: 'end' | 'reset' | 'hang' }
  | { fail: 'upstream_unreachable' | 'upstream_timeout' }
  | { hang: true };

class FakeClient implements ClientSide {
  isGone = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  written: string[] = [];
  begun = 0;
  begin(): void {
    this.begun++;
  }
  write(bytes: Buffer | string): boolean {
    this.written.push(String(bytes));
    return true;
  }
  leave(): void {
    this.isGone = true;
    this.onGone?.();
  }
}

/** A pipe for streams of words: `END` finishes, `ERR` is an error of the provider. */
function wordPipe(): StreamPipe {
  const facts = createFacts();
  const pipe = {
    facts,
    state: 'open' as StreamPipe['state'],
    closing: null as string | null,
    push(chunk: Buffer): string | null {
      const word = chunk.toString();
      if (word === 'ERR') {
        facts.error = { status: 500, message: 'overloaded' };
        pipe.state = 'failed';
        return null;
      }
      if (word === 'END') {
        pipe.state = 'finished';
        pipe.closing = 'END';
        return null;
      }
      facts.sawToken = true;
      return word;
    },
    end(): void {
      if (pipe.state === 'open') pipe.state = 'failed';
    },
  };
  return pipe;
}

interface Site {
  deployment: Deployment;
  calls: number;
  aborted: number;
}

function site(name: string, steps: Step[], weight = 1): Site {
  const breaker = new Breaker({ failureShare: 0.5, minExchanges: 20, windowMs: 1000, cooldownMs: 1000 }, () =>
    performance.now(),
  );
  const made: Site = { calls: 0, aborted: 0, deployment: null as unknown as Deployment };
  const connection: Partial<Connection> = { name, secrets: [] };
  made.deployment = { connection: connection as Connection, upstreamModel: name, weight, breaker, restUntil: 0 };
  sites.set(made.deployment, { made, steps });
  return made;
}
const sites = new Map<Deployment, { made: Site; steps: Step[] }>();

function play(step: Step, sink: UpstreamSink): void {
  if ('fail' in step) sink.onError(new TierlineError(step.fail));
  else if ('reply' in step) {
    sink.onHead(200, { 'content-type': 'application/json' });
    sink.onData(Buffer.from(step.reply));
    sink.onEnd();
  } else if ('status' in step) {
    sink.onHead(step.status, step.headers ?? {});
    sink.onData(Buffer.from(step.body ?? ''));
    sink.onEnd();
  } else if ('stream' in step) {
    sink.onHead(200, { 'content-type': 'text/event-stream' });
    for (const word of step.stream) sink.onData(Buffer.from(word));
    if (step.after === 'reset') sink.onError(new TierlineError('upstream_truncated'));
    else if (step.after !== 'hang') sink.onEnd();
  }
}

function carriageFor(deployment: Deployment, isStream: boolean): Carriage {
  const { made, steps } = sites.get(deployment) as { made: Site; steps: Step[] };
  return {
    isStream,
    isSameDialect: true,
    losses: [],
    send: (_timeouts, sink) => {
      const step = steps[Math.min(made.calls++, steps.length - 1)] as Step;
      setImmediate(() => play(step, sink));
      return { abort: () => made.aborted++, pause: () => {}, resume: () => {} };
    },
    openPipe: wordPipe,
    readReply: (body) => ({ body, facts: createFacts() }),
    readError: (status, body) => ({ status, message: body || `HTTP ${status}` }),
    redact: (text) => text,
  };
}

function setUp(models: Record<string, Site[]>, options: Partial<Delivery['options']> = {}) {
  const sleeps: number[] = [];
  const delivery: Delivery = {
    options: {
      firstByteMs: 1000,
      idleMs: 1000,
      totalMs: 1000,
      maxReplyBytes: 1000,
      maxAttempts: 3,
      baseDelayMs: 100,
      maxDelayMs: 2000,
      maxRetryAfterMs: 1000,
      ...options,
    },
    budget: new RetryBudget(0.2),
    deploymentsOf: (model) => (models[model] ?? []).map((one) => one.deployment),
    random: () => 0.5,
    sleep: async (ms) => void sleeps.push(ms),
  };
  const client = new FakeClient();
  const run = (isStream = false) =>
    deliver(
      delivery,
      Object.keys(models).map((model) => plainAttempt(model, 'small')),
      {
        client,
        carry: (_attempt, deployment) => carriageFor(deployment, isStream),
      },
    );
  return { delivery, client, sleeps, run };
}

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
