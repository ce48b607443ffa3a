import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TierlineError } from '../../call/errors.ts';
import { GrowingMap } from '../../call/growing-map.ts';
import type { Deployment } from '../../delivery/deployment.ts';
import { limits, model, policy } from '../../policy/sample.test.ts';
import type { Engine } from '../../router.ts';
import { writeBatchModels } from './batch-models.ts';

const PLACES: Record<string, { provider: string; upstreamModel: string }[]> = {
  haiku: [
    { provider: 'elsewhere', upstreamModel: 'other-haiku' },
    { provider: 'claude', upstreamModel: 'claude-haiku-4-5' },
  ],
  mini: [{ provider: 'openai', upstreamModel: 'gpt-mini' }],
};
const ENGINE = {
  policy: policy([model('haiku', 'small'), model('mini', 'small')], [], {
    aliases: new Map([['claude-haiku-4-5', 'haiku']]),
    tenants: new Map([
      ['denied', limits({ of: 'the tenant denied', deny: new Set(['haiku']) })],
      ['few', limits({ of: 'the tenant few', allow: new Set(['mini']) })],
    ]),
  }),
  delivery: {
    deploymentsOf: (name: string) =>
      (PLACES[name] ?? []).map(
        ({ provider, upstreamModel }) => ({ connection: { name: provider }, upstreamModel }) as unknown as Deployment,
      ),
  },
} as unknown as Engine;

const write = (body: string, tenant = 'acme', engine = ENGINE): string =>
  writeBatchModels(Buffer.from(body), { engine, tenant, provider: 'claude', maxDepth: 64 }).toString();

function refusal(body: string, tenant?: string): [code: string, param: string | undefined, message: string] {
  try {
    write(body, tenant);
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return [error.code, error.param, error.message];
  }
  return assert.fail('it was written');
}

const request = (name: unknown): string => JSON.stringify({ custom_id: 'r', params: { model: name, max_tokens: 1 } });

test('configured names become the provider’s, and every other byte stays', () => {
  const body =
    '{ "requests" : [ {"custom_id":"ä","params":{ "max_tokens": 1.0, "model" : "haiku" ,"x":"haiku"}} ] , "y":null}';
  assert.equal(write(body), body.replace('"model" : "haiku"', '"model" : "claude-haiku-4-5"'));
  const own = `{"requests":[${request('claude-haiku-4-5')}]}`;
  assert.equal(write(own), own);
});

test('a model is refused that is not configured, not allowed, or not served by this provider, and its place is told', () => {
  const second = (name: unknown): string => `{"requests":[${request('haiku')},${request(name)}]}`;
  const at = 'requests[1].params.model';
  assert.deepEqual(refusal(second('auto')).slice(0, 2), ['model_not_found', at]);
  assert.deepEqual(refusal(second('gpt-9')).slice(0, 2), ['model_not_found', at]);
  const [code, param, message] = refusal(second('mini'));
  assert.deepEqual([code, param], ['unsupported', at]);
  assert.match(message, /mini is not served by claude/);
  for (const tenant of ['denied', 'few']) {
    const [why, , says] = refusal(`{"requests":[${request('haiku')}]}`, tenant);
    assert.equal(why, 'model_not_allowed');
    assert.match(says, new RegExp(`haiku is not allowed by the tenant ${tenant}`));
  }
});

test('what is no batch is refused by its member', () => {
  assert.deepEqual(refusal('[]')[0], 'invalid_request');
  assert.deepEqual(refusal('{"requests":')[0], 'invalid_json');
  for (const body of ['{}', '{"requests":[]}', '{"requests":"x"}'])
    assert.deepEqual(refusal(body).slice(0, 2), ['invalid_request', 'requests'], body);
  for (const one of ['7', '{}', '{"params":[]}', '{"params":"{}"}'])
    assert.deepEqual(refusal(`{"requests":[${one}]}`).slice(0, 2), ['invalid_request', 'requests[0].params'], one);
  for (const name of [7, null, {}])
    assert.deepEqual(refusal(`{"requests":[${request(name)}]}`).slice(0, 2), [
      'invalid_request',
      'requests[0].params.model',
    ]);
});

test('a body that two readers could take for different ones is refused', () => {
  const twice = '{"requests":[{"params":{"model":"haiku","model":"mini"}}]}';
  assert.equal(refusal(twice)[0], 'ambiguous_body');
  assert.equal(refusal(`{"requests":[${request('haiku')}],"requests":[]}`)[0], 'ambiguous_body');
});

test('law: only the models change, whatever the requests hold', () => {
  const params = fc.record({
    model: fc.constantFrom('haiku', 'claude-haiku-4-5'),
    extra: fc.jsonValue({ maxDepth: 3 }),
  });
  fc.assert(
    fc.property(fc.array(fc.record({ custom_id: fc.string(), params }), { minLength: 1 }), (requests) => {
      const expected = requests.map((one) => ({ ...one, params: { ...one.params, model: 'claude-haiku-4-5' } }));
      assert.equal(write(JSON.stringify({ requests })), JSON.stringify({ requests: expected }));
    }),
  );
});

test('where calls are observed, a name that nobody knows is left to the provider that gets the batch', () => {
  const observing = { baseline: null, soleProviders: new Map(), offered: [] };
  const make = (name: string) => (name.startsWith('claude/') ? model(name, '') : undefined);
  const engine = {
    policy: { ...ENGINE.policy, observing, models: new GrowingMap(ENGINE.policy.models, { make }) },
    delivery: {
      deploymentsOf: (name: string) =>
        name.startsWith('claude/')
          ? [{ connection: { name: 'claude' }, upstreamModel: name.slice('claude/'.length) } as unknown as Deployment]
          : ENGINE.delivery.deploymentsOf(name),
    },
  } as unknown as Engine;
  const body = `{"requests":[${request('claude-of-tomorrow')}]}`;
  assert.equal(write(body, 'acme', engine), body);
  assert.throws(() => write(body, 'few', engine), TierlineError, 'what a tenant may not use stays forbidden');
  assert.equal(refusal(body)[0], 'model_not_found', 'where calls are routed it is refused');
});
