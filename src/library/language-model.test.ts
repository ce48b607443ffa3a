import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { emptyPlan } from '../call/plan.ts';
import { toUsage } from '../call/usage.ts';
import type { NeutralEvent, NeutralReply } from '../dialect/neutral.ts';
import type { NeutralCall } from '../dialect/neutral-inbound.ts';
import { toWire } from '../dialect/neutral-wire.ts';
import { sampleRow } from '../ledger/sample-row.test.ts';
import { InProcessClient } from './in-process-client.ts';
import { toLanguageModel } from './language-model.ts';
import type { SdkCall, SdkStreamPart } from './language-model-spec.ts';
import { type CallerOptions, type Router, RUN } from './router.ts';

const CALL: SdkCall = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] };
const ANSWER = { plan: emptyPlan(), model: 'm', attempts: 1, losses: ['seed'], cost: 1, baseline: 2 };
const NOTHING = { body: null, headers: {}, answer: null };
const REPLY: NeutralReply = {
  id: 'r1',
  model: 'up-1',
  usage: toUsage({ inputTokens: 3, outputTokens: 2 }),
  choices: [
    {
      index: 0,
      parts: [
        { type: 'text', text: 'hello' },
        { type: 'unknown', origin: 'gemini', json: {} },
      ],
      finish: { reason: 'stop', raw: 'end_turn' },
      logprobs: { content: [{ logprob: -1 }] },
    },
  ],
};

interface Asked {
  router: Router;
  calls: { call: NeutralCall; caller: CallerOptions }[];
}

/** A router whose calls go as `script` says. */
function routerThat(script: (client: InProcessClient) => void): Asked {
  const calls: Asked['calls'] = [];
  const router: Router = {
    chat: () => assert.fail(),
    explain: () => assert.fail(),
    feedback: () => assert.fail(),
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    [RUN]: (call, caller) => {
      calls.push({ call, caller });
      const client = new InProcessClient('req_1', caller.signal);
      client.answer = ANSWER;
      client.row = sampleRow({ id: 'req_1', losses: ['seed'], usage: toUsage({ inputTokens: 3, outputTokens: 2 }) });
      script(client);
      return client;
    },
  };
  return { router, calls };
}

function streams(events: NeutralEvent[], end: (client: InProcessClient) => void): Asked {
  return routerThat((client) => {
    client.begin({ 'x-request-id': 'up' });
    for (const event of events) client.write(toWire(event));
    end(client);
  });
}

const HELLO: NeutralEvent[] = [
  { type: 'start', id: 'r1', model: 'up-1' },
  { type: 'text', choice: 0, text: 'hello' },
];
const FINISH: NeutralEvent = { type: 'finish', choice: 0, finish: { reason: 'stop', raw: 'end_turn' } };

async function gather(stream: ReadableStream<SdkStreamPart>): Promise<SdkStreamPart[]> {
  const parts: SdkStreamPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

describe('doGenerate', () => {
  test('gives content, finish, usage, facts, and warnings for everything that was lost', async () => {
    const { router } = routerThat((client) => client.reply(JSON.stringify(REPLY), { 'x-request-id': 'up' }, ANSWER));
    const options = { ...CALL, providerOptions: { openai: { store: true } } };
    const result = await toLanguageModel(router, 'auto').doGenerate(options);
    assert.deepEqual(result.content, [{ type: 'text', text: 'hello' }]);
    assert.deepEqual(result.finishReason, { unified: 'stop', raw: 'end_turn' });
    assert.equal(result.usage.inputTokens.total, 3);
    assert.deepEqual(
      result.warnings.map(({ feature }) => feature),
      ['providerOptions.openai.store', 'answer: unknown', 'seed'],
    );
    const { id, modelId, headers, timestamp } = result.response;
    assert.deepEqual([id, modelId, headers], ['r1', 'up-1', { 'x-request-id': 'up' }]);
    assert.ok(timestamp instanceof Date);
    assert.equal(result.providerMetadata.tierline?.requestId, 'req_1');
    assert.deepEqual(result.providerMetadata.openai, { logprobs: [{ logprob: -1 }] });
  });

  test('says who calls: what the model was made with, and over it what the call says', async () => {
    const { router, calls } = routerThat((client) => client.reply(JSON.stringify(REPLY), {}, ANSWER));
    const model = toLanguageModel(router, 'auto/x', { task: 'a', tenant: 'acme', headers: { one: '1', two: '2' } });
    const providerOptions = { tierline: { task: 'b', metadata: { team: 'x' } } };
    await model.doGenerate({ ...CALL, headers: { two: '3' }, providerOptions });
    assert.deepEqual(calls[0]?.caller, { task: 'b', tenant: 'acme', headers: { one: '1', two: '3' } });
    assert.deepEqual([calls[0]?.call.model, calls[0]?.call.metadata], ['auto/x', { team: 'x' }]);
  });

  test('rejects with an error of the SDK, also for options that are wrong', async () => {
    const failing = routerThat((client) => client.fail(new TierlineError('upstream_timeout'), NOTHING));
    await assert.rejects(async () => toLanguageModel(failing.router, 'auto').doGenerate(CALL), {
      name: 'AI_APICallError',
      statusCode: 504,
      isRetryable: true,
    });
    const wrong = { ...CALL, providerOptions: { tierline: { tsak: 'x' } } };
    await assert.rejects(async () => toLanguageModel(failing.router, 'auto').doGenerate(wrong), {
      name: 'AI_APICallError',
      statusCode: 400,
      isRetryable: false,
    });
    assert.equal(failing.calls.length, 1, 'the second call was never made');
  });

  test('rejects with the reason of the signal', async () => {
    const stop = new AbortController();
    const { router } = routerThat(() => stop.abort(new DOMException('enough', 'AbortError')));
    const asked = toLanguageModel(router, 'auto').doGenerate({ ...CALL, abortSignal: stop.signal });
    await assert.rejects(asked, { name: 'AbortError' });
  });
});

describe('doStream', () => {
  test('begins with the warnings and ends with finish, usage and facts', async () => {
    const { router } = streams([...HELLO, FINISH], (client) => client.finish(toWire({ type: 'end' })));
    const { stream, response } = await toLanguageModel(router, 'auto').doStream(CALL);
    assert.deepEqual(response.headers, { 'x-request-id': 'up' });
    const parts = await gather(stream);
    assert.deepEqual(
      parts.map(({ type }) => type),
      ['stream-start', 'response-metadata', 'text-start', 'text-delta', 'text-end', 'finish'],
    );
    assert.deepEqual(parts[0], { type: 'stream-start', warnings: [{ type: 'unsupported', feature: 'seed' }] });
    const last = parts.at(-1);
    assert.ok(last?.type === 'finish');
    assert.deepEqual(last.finishReason, { unified: 'stop', raw: 'end_turn' });
    assert.equal(last.usage.outputTokens.total, 2);
    assert.equal(last.providerMetadata.tierline?.requestId, 'req_1');
  });

  test('rejects when the call fails before its first event', async () => {
    const { router } = routerThat((client) => client.fail(new TierlineError('upstream_unreachable'), NOTHING));
    await assert.rejects(async () => toLanguageModel(router, 'auto').doStream(CALL), { statusCode: 502 });
  });

  test('tells an error in the middle, and then no finish of the model', async () => {
    const { router } = streams(HELLO, (client) => client.fail(new TierlineError('upstream_truncated'), NOTHING));
    const { stream } = await toLanguageModel(router, 'auto').doStream(CALL);
    const parts = await gather(stream);
    const [error, finish] = parts.slice(-2);
    assert.ok(error?.type === 'error' && finish?.type === 'finish');
    assert.equal((error.error as { name?: string }).name, 'AI_APICallError');
    assert.deepEqual(finish.finishReason, { unified: 'error', raw: undefined });
    assert.equal(parts.at(-3)?.type, 'text-end');
  });

  test('errors with the reason of its signal', async () => {
    const stop = new AbortController();
    const { router } = streams(HELLO, () => {});
    const { stream } = await toLanguageModel(router, 'auto').doStream({ ...CALL, abortSignal: stop.signal });
    const reading = gather(stream);
    stop.abort(new DOMException('enough', 'AbortError'));
    await assert.rejects(reading, { name: 'AbortError' });
  });

  test('leaves the provider when its reader does', async () => {
    let left = 0;
    const { router } = streams(HELLO, (client) => {
      client.onGone = () => {
        left++;
        client.fail(new TierlineError('client_gone'), NOTHING);
      };
    });
    const { stream } = await toLanguageModel(router, 'auto').doStream(CALL);
    for await (const part of stream) if (part.type === 'text-delta') break;
    assert.equal(left, 1);
  });
});
