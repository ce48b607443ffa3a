import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createAgain } from './again.ts';
import type { JsonObject } from './call/json.ts';
import { parseConfig } from './config/load.ts';
import { Asking } from './delivery/asking.ts';
import { Inbound } from './dialect/inbound.ts';
import { openaiChat } from './dialect/openai-chat.ts';
import type { SecondAnswer } from './gate/gate.ts';
import { openUnrecorded } from './instance.ts';
import { startUpstream } from './provider/upstream.fixture.ts';

const REPLY = JSON.stringify({
  id: 'x',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Eighteen.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
});
const REQUEST = {
  model: 'auto/open',
  messages: [{ role: 'user', content: 'How many?' }],
  temperature: 0.3,
  user: 'u1',
};

const configOf = (url: string): string => `
providers:
  mine: { dialect: openai, base_url: ${url}, auth: none, private: false }
  near: { dialect: openai, base_url: ${url}, auth: none, private: true }
models:
  second: { use: mine/up-second, price: { input: 1, output: 10 } }
  vectors: { use: mine/e5, kind: embedding }
  here: near/up-here
tasks: { open: { route: second }, secret: { route: here, private: true } }
retries: { max_attempts: 1 }
`;

type Again = (model: string, asking?: Asking) => Promise<SecondAnswer>;

async function againFor(
  t: TestContext,
  url: string,
  { body = REQUEST, task = 'open' }: { body?: JsonObject; task?: string } = {},
): Promise<Again> {
  const instance = await openUnrecorded(parseConfig(configOf(url), { file: '/nowhere/tierline.yaml', env: {} }));
  t.after(() => instance.close());
  const again = createAgain(instance.engine, {
    atMs: Date.now(),
    tenant: 'default',
    path: '/v1/chat/completions',
    query: '',
    headers: {},
    inbound: Inbound.read(openaiChat, Buffer.from(JSON.stringify(body)), 64),
    task,
    isStrict: false,
  });
  return (model, asking = new Asking(performance.now() + 20_000)) => again(model, asking);
}

test('another model answers the very request, but for its name, and it is told what that cost', async (t) => {
  const { url, asked } = await startUpstream(t, 200, REPLY);
  const { answer, costNanoUsd, failure } = await (await againFor(t, url))('second');
  assert.deepEqual([answer?.text, answer?.isComplete, costNanoUsd, failure], ['Eighteen.', true, 200_000, undefined]);
  assert.deepEqual(asked, [`/v1/chat/completions ${JSON.stringify({ ...REQUEST, model: 'up-second' })}`]);
});

test('a streamed request is put whole', async (t) => {
  const { url, asked } = await startUpstream(t, 200, REPLY);
  const again = await againFor(t, url, { body: { ...REQUEST, stream: true, stream_options: { include_usage: true } } });
  assert.equal((await again('second')).answer?.text, 'Eighteen.');
  await again('second');
  assert.equal(asked.length, 2);
  for (const text of asked) assert.match(text, /"stream":false,"stream_options":null\}$/);
});

test('a provider that refuses, or whose reply is none, is told as a failure', async (t) => {
  const refusing = await startUpstream(t, 400, '{"error":{"message":"no such tool"}}');
  const refused = await (await againFor(t, refusing.url))('second');
  assert.deepEqual([refused.answer, refused.costNanoUsd], [null, 0]);
  assert.match(refused.failure ?? '', /no such tool/);
  const odd = await startUpstream(t, 200, 'hello');
  const unread = await (await againFor(t, odd.url))('second');
  assert.deepEqual([unread.answer, typeof unread.failure], [null, 'string']);
});

test('whom the guards forbid, and whom nobody knows, is asked nothing', async (t) => {
  const { url, asked } = await startUpstream(t, 200, REPLY);
  const open = await againFor(t, url);
  const secret = await againFor(t, url, { task: 'secret' });
  const cases: [reply: SecondAnswer, failure: RegExp][] = [
    [await open('nobody'), /^it is not configured$/],
    [await open('vectors'), /it makes embeddings and cannot talk/],
    [await secret('second'), /no private deployment, the task secret is private/],
  ];
  for (const [{ answer, costNanoUsd, failure }, said] of cases) {
    assert.deepEqual([answer, costNanoUsd], [null, 0]);
    assert.match(failure ?? '', said);
  }
  assert.deepEqual(asked, []);
  assert.equal((await secret('here')).answer?.text, 'Eighteen.');
});

test('one that nobody waits for any more has no answer', async (t) => {
  const { url } = await startUpstream(t, 200, REPLY);
  const asking = new Asking(performance.now() + 20_000);
  const coming = (await againFor(t, url))('second', asking);
  asking.leave();
  assert.equal((await coming).answer, null);
});
