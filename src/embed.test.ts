import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseConfig } from './config/load.ts';
import { Asking } from './delivery/asking.ts';
import { createEmbed, readVectors } from './embed.ts';
import type { Vectors } from './gate/gate.ts';
import { openUnrecorded } from './instance.ts';
import { startUpstream } from './provider/upstream.fixture.ts';

type Ask = (model: string, texts: readonly string[], task?: string) => Promise<Vectors>;

async function askingOf(t: TestContext, config: string): Promise<Ask> {
  const instance = await openUnrecorded(parseConfig(config, { file: '/nowhere/tierline.yaml', env: {} }));
  t.after(() => instance.close());
  return (model, texts, task) => {
    const embed = createEmbed(instance.engine, { atMs: Date.now(), tenant: 'default', task: task ?? null });
    return embed(model, texts, new Asking(performance.now() + 20_000));
  };
}

const configOf = (url: string): string => `
providers: { mine: { dialect: openai, base_url: ${url}, auth: none } }
models: { vectors: { use: mine/e5, kind: embedding, price: { input: 0.02, output: 0 } } }
retries: { max_attempts: 1 }
`;

test('a configured model gives a vector for each text, in their order, and what they cost', async (t) => {
  const ask = await askingOf(
    t,
    `
providers: { simulated: {} }
models: { vectors: { use: simulated/sim-embed, price: { input: 0.02, output: 0 } } }`,
  );
  const { vectors, costNanoUsd, failure } = await ask('vectors', ['to be', 'or not', 'to be']);
  assert.equal(failure, undefined);
  assert.ok(vectors !== null);
  assert.equal(vectors.length, 3);
  assert.deepEqual(vectors[0], vectors[2]);
  assert.notDeepEqual(vectors[0], vectors[1]);
  assert.ok(costNanoUsd !== null && costNanoUsd > 0);
});

test('what goes over the wire is model and texts; tokens are priced as the provider counts them', async (t) => {
  const reply = {
    data: [
      { object: 'embedding', index: 1, embedding: [0, 1] },
      { object: 'embedding', index: 0, embedding: [1, 0.5] },
    ],
    usage: { prompt_tokens: 1000, total_tokens: 1000 },
  };
  const { url, asked } = await startUpstream(t, 200, JSON.stringify(reply));
  const ask = await askingOf(t, configOf(url));
  assert.deepEqual(await ask('vectors', ['a', 'b']), {
    vectors: [Float32Array.of(1, 0.5), Float32Array.of(0, 1)],
    costNanoUsd: 20_000,
  });
  assert.deepEqual(asked, ['/v1/embeddings {"model":"e5","input":["a","b"]}']);
});

test('a provider that refuses, or answers with something else, is told as a failure', async (t) => {
  const refusing = await startUpstream(t, 400, '{"error":{"message":"too long"}}');
  const refused = await (await askingOf(t, configOf(refusing.url)))('vectors', ['a']);
  assert.deepEqual([refused.vectors, refused.costNanoUsd], [null, 0]);
  assert.match(refused.failure ?? '', /too long/);
  const odd = await startUpstream(t, 200, '{"data":[],"usage":{"prompt_tokens":500,"total_tokens":500}}');
  assert.deepEqual(await (await askingOf(t, configOf(odd.url)))('vectors', ['a']), {
    vectors: null,
    costNanoUsd: 10_000,
    failure: 'its reply holds no vectors, or not as many as texts',
  });
});

test('a model that nobody knows, that talks, whose provider takes no embeddings, or that may not see it is asked nothing', async (t) => {
  const { url, asked } = await startUpstream(t, 200, '{}');
  const ask = await askingOf(
    t,
    `
providers:
  theirs: { dialect: anthropic, base_url: ${url}, auth: none }
  far: { dialect: openai, base_url: ${url}, auth: none, private: false }
  near: { dialect: openai, base_url: ${url}, auth: none, private: true }
models:
  odd: theirs/claude
  talks: { use: near/chat, kind: chat }
  vectors: { use: far/vectors, kind: embedding }
tasks: { secret: { route: talks, private: true }, open: { route: talks, deny: [vectors] } }`,
  );
  const cases: [model: string, failure: RegExp, task?: string][] = [
    ['nobody', /it is not configured/],
    ['talks', /it is a chat model and makes no embeddings/],
    ['odd', /embeddings/],
    ['vectors', /no private deployment, the task secret is private/, 'secret'],
    ['vectors', /open/, 'open'],
  ];
  for (const [model, failure, task] of cases) {
    const told = await ask(model, ['a'], task);
    assert.match(told.failure ?? '', failure);
    assert.deepEqual([told.vectors, told.costNanoUsd], [null, 0]);
  }
  assert.deepEqual(asked, []);
});

test('vectors are read by their index, and only where there is exactly one for each text', () => {
  const at = (...items: unknown[]): string => JSON.stringify({ data: items });
  const one = { index: 0, embedding: [1, 2] };
  assert.deepEqual(readVectors(at(one), 1), [Float32Array.of(1, 2)]);
  // Some servers leave the index out.
  assert.deepEqual(readVectors(at({ embedding: [1] }, { embedding: [2] }), 2), [
    Float32Array.of(1),
    Float32Array.of(2),
  ]);
  for (const [reply, count] of [
    ['not JSON', 1],
    ['{"data":{}}', 1],
    [at(one), 2],
    [at(one, one), 2],
    [at(one, { ...one, index: 2 }), 2],
    [at(one, { ...one, index: -1 }), 2],
    [at(one, { ...one, index: 0.5 }), 2],
    [at({ index: 0, embedding: [] }), 1],
    [at({ index: 0, embedding: ['1'] }), 1],
    [at({ index: 0, embedding: 'AAAA' }), 1],
    [at(null), 1],
  ] as const)
    assert.equal(readVectors(reply, count), null, reply);
});
