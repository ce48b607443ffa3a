import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isObject, type JsonObject } from '../../call/json.ts';
import type { SimulatedClock } from './clock.ts';
import { latencyOf } from './latency.ts';
import { findSimulatedModel } from './models.ts';
import { type SimulatedProvider, type SimulatedProviderOptions, startSimulatedProvider } from './server.ts';

const hello = { model: 'sim-small', messages: [{ role: 'user', content: 'hello' }] };
const ANTHROPIC = { 'anthropic-version': '2023-06-01' };
type Path = '/v1/chat/completions' | '/v1/messages' | '/v1/messages/count_tokens';

async function start(t: TestContext, options: SimulatedProviderOptions = {}): Promise<SimulatedProvider> {
  const provider = await startSimulatedProvider({ speed: 0, ...options });
  t.after(provider.close);
  return provider;
}

async function post(provider: SimulatedProvider, path: Path, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(provider.url + path, {
    method: 'POST',
    headers: { ...(path === '/v1/chat/completions' ? {} : ANTHROPIC), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const json: unknown = text.startsWith('{') ? JSON.parse(text) : {};
  assert.ok(isObject(json));
  return { status: response.status, headers: response.headers, text, json };
}

/** A clock that jumps instead of waiting, and keeps what it was asked to wait. */
function createFakeClock(): SimulatedClock & { sleeps: number[]; advance: (byMs: number) => void } {
  let nowMs = 1_700_000_000_000;
  const sleeps: number[] = [];
  return {
    sleeps,
    advance: (byMs) => {
      nowMs += byMs;
    },
    now: () => nowMs,
    sleep: async (durationMs) => {
      sleeps.push(durationMs);
      nowMs += durationMs;
    },
  };
}

test('the same request gives the same bytes, on another server too, and another seed other answers', async (t) => {
  const clock = createFakeClock();
  const [one, two] = [await start(t, { clock, seed: 5 }), await start(t, { clock, seed: 5 })];
  const first = await post(one, '/v1/chat/completions', { ...hello, stream: true });
  await post(two, '/v1/chat/completions', { ...hello, messages: [{ role: 'user', content: 'something before' }] });
  assert.equal((await post(two, '/v1/chat/completions', { ...hello, stream: true })).text, first.text);
});

test('malformed bodies and wrong fields are a 400 in the dialect of the path', async (t) => {
  const provider = await start(t);
  const cases: [unknown, RegExp][] = [
    ['{', /parse the JSON/],
    ['[]', /must be a JSON object/],
    [{ messages: hello.messages }, /model: expected/],
    [{ model: 'sim-small' }, /messages: expected/],
    [{ ...hello, messages: 'hi' }, /messages: expected/],
    [{ ...hello, messages: [{ role: 'wizard', content: 'x' }] }, /role: expected/],
    [{ ...hello, stream: 'yes' }, /stream: expected/],
    [{ ...hello, max_tokens: -1 }, /max_\w*tokens: expected/],
    [{ ...hello, max_tokens: 10, tools: {} }, /tools: expected/],
  ];
  for (const [body, sentence] of cases) {
    const openAi = await post(provider, '/v1/chat/completions', body);
    const anthropic = await post(provider, '/v1/messages', body);
    assert.deepEqual([openAi.status, anthropic.status], [400, 400], JSON.stringify(body));
    const [error, nested] = [openAi.json.error, anthropic.json.error] as [JsonObject, JsonObject];
    assert.match(JSON.stringify(error.message), sentence);
    assert.equal(error.type, 'invalid_request_error');
    assert.match(JSON.stringify(nested.message), sentence);
    assert.equal(nested.type, 'invalid_request_error');
    assert.equal(anthropic.json.type, 'error');
    assert.equal(anthropic.json.request_id, anthropic.headers.get('request-id'));
  }
});

test('Anthropic wants a version and max_tokens, and its newest version refuses sampling parameters', async (t) => {
  const provider = await start(t);
  const request = { ...hello, max_tokens: 50 };
  assert.equal((await post(provider, '/v1/messages', request, { 'anthropic-version': '' })).status, 400);
  assert.equal((await post(provider, '/v1/messages', hello)).status, 400);
  assert.equal((await post(provider, '/v1/messages', { ...request, top_k: 5 })).status, 200);
  const newest = { 'anthropic-version': '2026-10-21' };
  assert.equal((await post(provider, '/v1/messages', request, newest)).status, 200);
  const refused = await post(provider, '/v1/messages', { ...request, top_k: 5 }, newest);
  assert.equal(refused.status, 400);
  assert.match(refused.text, /top_k: Extra inputs/);
});

test('an unknown model or route is a 404', async (t) => {
  const provider = await start(t);
  const openAi = await post(provider, '/v1/chat/completions', { ...hello, model: 'gpt-9' });
  assert.equal(openAi.status, 404);
  assert.equal((openAi.json.error as JsonObject).code, 'model_not_found');
  const anthropic = await post(provider, '/v1/messages', { ...hello, model: 'gpt-9', max_tokens: 5 });
  assert.equal(anthropic.status, 404);
  assert.deepEqual(anthropic.json.error, { type: 'not_found_error', message: 'model: gpt-9' });
  assert.equal((await post(provider, '/v1/messages/count_tokens', { ...hello, model: 'gpt-9' })).status, 404);
  assert.equal((await fetch(`${provider.url}/v1/unknown`)).status, 404);
  assert.equal((await fetch(`${provider.url}/v1/messages`)).status, 404, 'GET is no way to ask');
});

test('keys are demanded only when configured, as Bearer or x-api-key', async (t) => {
  const provider = await start(t, { apiKeys: ['right'] });
  const statusWith = async (headers: Record<string, string>): Promise<number> =>
    (await post(provider, '/v1/chat/completions', hello, headers)).status;
  assert.equal(await statusWith({}), 401);
  assert.equal(await statusWith({ authorization: 'Bearer wrong' }), 401);
  assert.equal(await statusWith({ authorization: 'Bearer right' }), 200);
  assert.equal(await statusWith({ 'x-api-key': 'right' }), 200);
  const refused = await post(provider, '/v1/messages', { ...hello, max_tokens: 5 });
  assert.equal((refused.json.error as JsonObject).type, 'authentication_error');
});

test('a rate limit answers 429 with retry-after until its window is over, per key and model', async (t) => {
  const clock = createFakeClock();
  const provider = await start(t, { clock, rateLimit: { requests: 2, windowMs: 10_000 } });
  const ask = (key: string, model = 'sim-small') =>
    post(provider, '/v1/chat/completions', { ...hello, model }, { 'x-api-key': key });
  assert.deepEqual([(await ask('a')).status, (await ask('a')).status], [200, 200]);
  clock.advance(4_000);
  const limited = await ask('a');
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get('retry-after'), '6');
  assert.equal((limited.json.error as JsonObject).code, 'rate_limit_exceeded');
  assert.equal((await ask('b')).status, 200);
  assert.equal((await ask('a', 'sim-mid')).status, 200);
  clock.advance(6_000);
  assert.equal((await ask('a')).status, 200);
});

test('overload hits the configured share of prompts, always the same ones, as 503 or 529', async (t) => {
  const provider = await start(t, { errorRates: { 'sim-small': 0.25 } });
  const ask = async (n: number, model: string): Promise<number> => {
    const messages = [{ role: 'user', content: `prompt ${n}` }];
    return (await post(provider, '/v1/chat/completions', { model, messages })).status;
  };
  const statuses: number[] = [];
  for (let n = 0; n < 120; n += 1) statuses.push(await ask(n, 'sim-small'));
  const failed = statuses.filter((status) => status === 503).length;
  assert.ok(failed > 11 && failed < 49, `${failed} of 120`);
  const first = statuses.indexOf(503);
  assert.equal(await ask(first, 'sim-small'), 503);
  assert.equal(await ask(first, 'sim-mid'), 200);
  const body = { model: 'sim-small', max_tokens: 5, messages: [{ role: 'user', content: `prompt ${first}` }] };
  const anthropic = await post(provider, '/v1/messages', body);
  assert.equal(anthropic.status, 529);
  assert.equal((anthropic.json.error as JsonObject).type, 'overloaded_error');
});

test('failures can be ordered by header and by prompt', async (t) => {
  const provider = await start(t);
  assert.equal((await post(provider, '/v1/chat/completions', hello, { 'x-sim-fail': '503' })).status, 503);
  const messages = [{ role: 'user', content: 'x [[sim:fail=429 retry-after=7]]' }];
  const limited = await post(provider, '/v1/messages', { model: 'sim-mid', max_tokens: 5, messages });
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get('retry-after'), '7');
  assert.equal((limited.json.error as JsonObject).type, 'rate_limit_error');
});

test('a stream can be ordered to break off', async (t) => {
  const provider = await start(t);
  const body = { ...hello, stream: true, messages: [{ role: 'user', content: '[[sim:cut=3]]' }] };
  const response = await fetch(`${provider.url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) });
  assert.equal(response.status, 200);
  await assert.rejects(response.text());
});

test('a prompt longer than the context window is refused in the words of the provider', async (t) => {
  const provider = await start(t);
  const messages = [{ role: 'user', content: 'word '.repeat(64_001) }];
  const openAi = await post(provider, '/v1/chat/completions', { ...hello, messages });
  assert.equal(openAi.status, 400);
  assert.equal((openAi.json.error as JsonObject).code, 'context_length_exceeded');
  const anthropic = await post(provider, '/v1/messages', { ...hello, messages, max_tokens: 5 });
  assert.match(anthropic.text, /prompt is too long: \d+ tokens > 64000 maximum/);
  assert.equal((await post(provider, '/v1/chat/completions', { model: 'sim-mid', messages })).status, 200);
});

test('tokens and statistics are counted', async (t) => {
  const provider = await start(t);
  const counted = await post(provider, '/v1/messages/count_tokens', hello);
  const answered = await post(provider, '/v1/messages', { ...hello, max_tokens: 50 });
  const usage = answered.json.usage as JsonObject;
  assert.deepEqual(counted.json, { input_tokens: usage.input_tokens });
  await post(provider, '/v1/messages', {});
  assert.deepEqual(provider.stats(), {
    requests: 3,
    refused: 1,
    models: {
      'sim-small': {
        answers: 1,
        inputTokens: usage.input_tokens,
        cachedTokens: 0,
        outputTokens: usage.output_tokens,
      },
    },
  });
});

test('at realistic speed the first token and the last come when the model would say them', async (t) => {
  const clock = createFakeClock();
  const provider = await start(t, { clock, speed: 1, seed: 3 });
  const model = findSimulatedModel('sim-small');
  assert.ok(model !== undefined);
  const { firstTokenMs, tokensPerSecond } = latencyOf(3, model, 'hello');
  const answered = await post(provider, '/v1/chat/completions', hello);
  const tokens = (answered.json.usage as { completion_tokens: number }).completion_tokens;
  const wholeMs = firstTokenMs + (1000 * tokens) / tokensPerSecond;
  assert.equal(clock.sleeps.length, 1);
  assert.ok(Math.abs((clock.sleeps[0] ?? 0) - wholeMs) < 1e-3);

  clock.sleeps.length = 0;
  await post(provider, '/v1/chat/completions', { ...hello, stream: true });
  assert.ok(Math.abs((clock.sleeps[0] ?? 0) - firstTokenMs) < 1e-3, 'the first wait is for the first token');
  assert.equal(clock.sleeps.length, 1 + tokens, 'then one wait for each token');
  assert.ok(Math.abs(clock.sleeps.reduce((sum, sleep) => sum + sleep, 0) - wholeMs) < 1e-3);
});

test('at speed 0 nothing is waited for', async (t) => {
  const clock = createFakeClock();
  const provider = await start(t, { clock, speed: 0 });
  await post(provider, '/v1/chat/completions', { ...hello, stream: true });
  await post(provider, '/v1/chat/completions', hello);
  assert.deepEqual(clock.sleeps, []);
});

test('a client that leaves ends the waiting', async (t) => {
  let aborted = (): void => {};
  const seen = new Promise<void>((resolve) => {
    aborted = resolve;
  });
  const clock: SimulatedClock = {
    now: () => 0,
    sleep: (_durationMs, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted();
          reject(new Error('aborted'));
        });
      }),
  };
  const provider = await start(t, { clock, speed: 1 });
  const leave = new AbortController();
  const request = { method: 'POST', body: JSON.stringify(hello), signal: leave.signal };
  const answer = fetch(`${provider.url}/v1/chat/completions`, request);
  setTimeout(() => leave.abort(), 50);
  await assert.rejects(answer);
  await seen;
});

test('models are listed in both shapes, and a taken port is an error', async (t) => {
  const provider = await start(t);
  const openAi = (await (await fetch(`${provider.url}/v1/models`)).json()) as {
    object: string;
    data: { id: string }[];
  };
  assert.equal(openAi.object, 'list');
  assert.deepEqual(
    openAi.data.map(({ id }) => id),
    ['sim-small', 'sim-mid', 'sim-frontier', 'sim-embed'],
  );
  const anthropic = await (await fetch(`${provider.url}/v1/models`, { headers: ANTHROPIC })).json();
  assert.ok(isObject(anthropic) && anthropic.has_more === false && anthropic.last_id === 'sim-frontier');
  await assert.rejects(startSimulatedProvider({ port: provider.port }), /EADDRINUSE/);
});
