import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from './config/load.ts';
import { createEncodeRequest, type EncodingQuestion, maySee, type RequestEncoder } from './encoding.ts';
import { openUnrecorded } from './instance.ts';
import { type Encoded, PaidForNothing } from './learn/encoders/encoder.ts';
import type { PolicyLimits, PolicyModel } from './policy/policy.ts';

const FAR = { deployments: [{ provider: 'far', dialects: [], isPrivate: false, region: 'us' }] };
const POLICY = { models: new Map([['vectors', FAR as unknown as PolicyModel]]) };
const PRIVATE: PolicyLimits = {
  of: 'the task t',
  isPrivate: true,
  regions: null,
  allow: null,
  deny: new Set(),
  maxCostNanoUsd: null,
};

const ofLength = (text: string): Encoded => ({ vector: Float32Array.of(text.length), costNanoUsd: 7 });

function counted(encode: RequestEncoder['encode'], sentTo: string | null = 'vectors') {
  const asked: string[] = [];
  const mini: RequestEncoder = { sentTo, encode: (text) => (asked.push(text), encode(text)) };
  const encodeRequest = createEncodeRequest(new Map([['mini', mini]]), POLICY);
  const ask = (text: string, more: Partial<EncodingQuestion> = {}) =>
    encodeRequest({ encoder: 'mini', text, timeoutMs: 60_000, limits: [], ...more });
  return { asked, ask };
}

test('a text gets its embedding, and the call is told what it cost', async () => {
  const { asked, ask } = counted((text) => Promise.resolve(ofLength(text)));
  assert.deepEqual(await ask('four'), { encoder: 'mini', vector: Float32Array.of(4), costNanoUsd: 7 });
  assert.deepEqual(asked, ['four']);
});

test('a cost that the encoder does not know stays unknown', async () => {
  const { ask } = counted((text) => Promise.resolve({ ...ofLength(text), costNanoUsd: null }));
  assert.equal((await ask('four')).costNanoUsd, null);
});

test('an encoder that nobody has gives none and costs nothing', async () => {
  const { asked, ask } = counted((text) => Promise.resolve(ofLength(text)));
  assert.deepEqual(await ask('text', { encoder: 'other' }), { encoder: 'other', vector: null, costNanoUsd: 0 });
  assert.deepEqual(asked, []);
});

test('an encoder that fails gives none, and costs what it says', async () => {
  const failing = (error: Error) => {
    const { ask } = counted(async () => {
      throw error;
    });
    return ask('text');
  };
  assert.deepEqual(await failing(new Error('no memory')), { encoder: 'mini', vector: null, costNanoUsd: 0 });
  assert.deepEqual(await failing(new PaidForNothing('no rating', 12)), {
    encoder: 'mini',
    vector: null,
    costNanoUsd: 12,
  });
  assert.deepEqual(await failing(new PaidForNothing('no rating', null)), {
    encoder: 'mini',
    vector: null,
    costNanoUsd: null,
  });
});

test('one that throws at once is no worse', async () => {
  const { ask } = counted(() => {
    throw new TypeError('not loaded');
  });
  assert.deepEqual(await ask('text'), { encoder: 'mini', vector: null, costNanoUsd: 0 });
});

test('what comes too late is no vector; its cost is not known until it has come, and then it is', async () => {
  const coming = Promise.withResolvers<Encoded>();
  const { ask } = counted(() => coming.promise);
  const late = await ask('slow', { timeoutMs: 5 });
  assert.deepEqual([late.vector, late.costNanoUsd], [null, null]);
  coming.resolve(ofLength('slow'));
  await sleep(0);
  assert.deepEqual([late.vector, late.costNanoUsd], [null, 7]);
});

test('what is made on this machine costs nothing, late or not', async () => {
  const { ask } = counted(() => new Promise<never>(() => {}), null);
  assert.deepEqual(await ask('slow', { timeoutMs: 5 }), { encoder: 'mini', vector: null, costNanoUsd: 0 });
});

test('a call whose task may not be shown to the model of an encoder asks nobody; another call does', async () => {
  const { asked, ask } = counted((text) => Promise.resolve(ofLength(text)));
  assert.deepEqual(await ask('secret', { limits: [PRIVATE] }), { encoder: 'mini', vector: null, costNanoUsd: 0 });
  assert.notEqual((await ask('open', { limits: [{ ...PRIVATE, isPrivate: false }] })).vector, null);
  assert.deepEqual(asked, ['open']);
  const here = counted((text) => Promise.resolve(ofLength(text)), null);
  assert.notEqual((await here.ask('secret', { limits: [PRIVATE] })).vector, null);
});

test('a text that may not leave goes to encoders that stay here, or to models whose every place is allowed', async (t) => {
  const config = `
providers:
  here: { dialect: openai, base_url: http://127.0.0.1:1/v1, auth: none, private: true, region: eu }
  there: { dialect: openai, base_url: http://127.0.0.1:2/v1, auth: none, private: false, region: us }
models:
  near: { use: here/near, kind: embedding }
  far: { use: there/far, kind: embedding }
  both: { deployments: [{ use: here/both }, { use: there/both }], kind: embedding }`;
  const instance = await openUnrecorded(parseConfig(config, { file: '/nowhere/tierline.yaml', env: {} }));
  t.after(() => instance.close());
  const { policy } = instance.engine;
  const seen = (limits: readonly PolicyLimits[]): boolean[] =>
    [null, 'near', 'far', 'both'].map((sentTo) => maySee(policy, { sentTo }, limits));
  const limit = { ...PRIVATE, isPrivate: false };
  assert.deepEqual(seen([]), [true, true, true, true]);
  assert.deepEqual(seen([limit]), [true, true, true, true]);
  assert.deepEqual(seen([limit, PRIVATE]), [true, true, false, false]);
  assert.deepEqual(seen([{ ...limit, regions: ['us'] }]), [true, false, true, false]);
  assert.equal(maySee(policy, { sentTo: 'nobody' }, []), false);
});
