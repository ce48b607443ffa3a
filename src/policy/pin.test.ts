import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pin } from '../call/pin.ts';
import type { PinOrder, Plan } from '../call/plan.ts';
import { toUsage } from '../call/usage.ts';
import { sampleRow } from '../ledger/sample-row.test.ts';
import { decide } from './decide.ts';
import { isFollowUp, pinAfter } from './pin.ts';
import type { PolicyModel, PolicyRoute, PolicyRule } from './policy.ts';
import { caller, model, modelsOf, place, policy, priced, route, rule, said, state, task, view } from './sample.test.ts';

const MODELS = [
  model('a', 'small', { priceOf: priced(100, 500) }),
  model('b', 'mid', { priceOf: priced(300, 1500) }),
  model('c', 'frontier', { priceOf: priced(500, 2500) }),
  model('d', 'frontier', { priceOf: priced(500, 2500) }),
];
const NOW = 1_000_000;
const pin = (name: string, fields: Partial<Pin> = {}): Pin => ({
  model: name,
  route: 'r',
  cachedTokens: 0,
  cachedUntilMs: NOW + 1,
  candidateOf: null,
  isStandIn: false,
  turns: 1,
  isEscalated: false,
  ...fields,
});
const LADDER = route(['a', 'b', 'c', 'd'], { isCascade: true, ownCount: 3, attemptTimeoutMs: 500, say: 'r' });
const LIST = route(['a', 'b', 'c'], { say: 'r' });

interface Given {
  pin: Pin | null;
  view?: Parameters<typeof view>[0];
  rules?: PolicyRule[];
  models?: PolicyModel[];
}

function plan(to: PolicyRoute, { pin: found, view: fields, rules = [], models = MODELS }: Given): Plan {
  const made = policy(models, [task('t', to, { rules })]);
  const asked = view({
    model: 'auto/t',
    bytes: 4000,
    text: 'x'.repeat(4000),
    maxOutputTokens: 100,
    hasAnswer: true,
    ...fields,
  });
  return decide(made, asked, caller({ 'x-session-id': 's' }), state({ nowMs: NOW, pinOf: () => found }));
}

describe('a conversation that was escalated', () => {
  const escalated = pin('b', { isEscalated: true });

  test('begins with the stronger model; the weaker ones only stand in for an outage', () => {
    const made = plan(LADDER, { pin: escalated });
    assert.deepEqual(
      made.attempts.map((one) => [one.model, one.after, one.timeoutMs]),
      [
        ['b', 'any', 500],
        ['c', 'any', null],
        ['d', 'failure', null],
        ['a', 'failure', null],
      ],
    );
    assert.deepEqual(said(made, 'pin'), ['the session stays with b: a weaker model has failed it before']);
  });

  test('stays there however dear it is, and leaves when a guard says so', () => {
    assert.deepEqual(modelsOf(plan(LIST, { pin: pin('c', { isEscalated: true }) })), ['c', 'a', 'b']);
    const narrow = MODELS.map((one) => (one.name === 'b' ? { ...one, inputLimit: 10 } : one));
    const made = plan(LADDER, { pin: escalated, models: narrow });
    assert.deepEqual(modelsOf(made), ['a', 'c', 'd']);
    assert.match(said(made, 'pin')[0] ?? '', /leaves b, which the route or a guard no longer allows/);
  });
});

describe('a pin', () => {
  test('moves when that is cheaper in spite of the lost cache, with the numbers', () => {
    const made = plan(LIST, { pin: pin('b', { cachedTokens: 500 }) });
    assert.deepEqual(modelsOf(made), ['a', 'b', 'c']);
    assert.deepEqual(said(made, 'pin'), ['the session moves from b: $0.000315 with 500 tokens cached, $0.00015 at a']);
  });

  test('stays when the cache makes up for the price', () => {
    const models = [model('a', 'small', { priceOf: priced(250, 500) }), ...MODELS.slice(1)];
    const cached = { cachedTokens: 990 };
    const made = plan(LIST, { pin: pin('b', cached), models });
    assert.deepEqual(modelsOf(made), ['b', 'a', 'c']);
    assert.match(said(made, 'pin')[0] ?? '', /stays with b: \$0\.0001827 with 990 tokens cached, \$0\.0003 at a/);
    const late = plan(LIST, { pin: pin('b', { ...cached, cachedUntilMs: NOW }), models });
    assert.deepEqual(modelsOf(late), ['a', 'b', 'c'], 'the cache has grown cold');
  });

  test('stays when nobody knows what moving would save', () => {
    const models = [model('a', 'small'), ...MODELS.slice(1)];
    const made = plan(LIST, { pin: pin('b'), models });
    assert.deepEqual(modelsOf(made), ['b', 'a', 'c']);
    assert.match(said(made, 'pin')[0] ?? '', /what moving would save is not known/);
  });

  test('on what stood in for an outage does not keep a cascade from its ladder', () => {
    const made = plan(LADDER, { pin: pin('d', { isStandIn: true }) });
    assert.deepEqual(modelsOf(made), ['a', 'b', 'c', 'd']);
    assert.match(said(made, 'pin')[0] ?? '', /returns from d, which stood in for an outage/);
  });

  test('on a lower tier that stood in does not keep the session either, though it is cheaper', () => {
    const to = route(['c', 'a'], { say: 'r' });
    assert.deepEqual(modelsOf(plan(to, { pin: pin('a', { isStandIn: true }) })), ['c', 'a']);
    assert.deepEqual(modelsOf(plan(to, { pin: pin('a') })), ['a', 'c'], 'one that was chosen does');
    const up = plan(route(['a', 'c'], { say: 'r' }), {
      pin: pin('c', { isStandIn: true, cachedTokens: 1000 }),
      models: MODELS.map((one) => ({ ...one, priceOf: priced(500, 2500) })),
    });
    assert.deepEqual(modelsOf(up), ['c', 'a'], 'a higher one may, for its cache');
  });

  test('says nothing where the route begins with its model anyway, and is not asked for by a model name', () => {
    assert.deepEqual(said(plan(LIST, { pin: pin('a') }), 'pin'), []);
    const named = plan(LIST, { pin: pin('b'), view: { model: 'c' } });
    assert.deepEqual([modelsOf(named), named.pin, named.session], [['c'], null, null]);
  });
});

describe('a tool loop', () => {
  test('does not change its model, whatever that would save', () => {
    const made = plan(LIST, { pin: pin('c'), view: { isInToolLoop: true } });
    assert.deepEqual(modelsOf(made), ['c', 'a', 'b']);
    assert.match(said(made, 'pin')[0] ?? '', /a tool loop does not change its model/);
    assert.deepEqual(modelsOf(plan(LADDER, { pin: pin('d', { isStandIn: true }), view: { isInToolLoop: true } })), [
      'd',
      'a',
      'b',
      'c',
    ]);
  });

  test('goes on with the route it began on, whichever rule holds now', () => {
    const other = rule(() => true, route(['c'], { say: 'other' }));
    const loop = { pin: pin('b'), rules: [other], view: { isInToolLoop: true } };
    assert.deepEqual(modelsOf(plan(LIST, loop)), ['b', 'a', 'c']);
    assert.deepEqual(modelsOf(plan(LIST, { ...loop, view: {} })), ['c'], 'outside of the loop the rule decides');
    assert.deepEqual(modelsOf(plan(LIST, { ...loop, pin: pin('d') })), ['c'], 'the old route does not have that model');
  });
});

describe('signed blocks', () => {
  const claude = model('claude', 'frontier', {
    priceOf: priced(900, 900),
    deployments: [place({ dialects: ['anthropic-messages'] })],
  });
  const models = [...MODELS.slice(0, 2), claude];
  const to = route(['a', 'b', 'claude'], { say: 'r' });
  const signed = { signedBy: 'anthropic-messages' };

  test('keep the session with a model that can read them', () => {
    assert.deepEqual(modelsOf(plan(to, { pin: pin('claude'), models, view: signed })), ['claude', 'a', 'b']);
    assert.deepEqual(modelsOf(plan(to, { pin: pin('claude'), models })), ['a', 'b', 'claude']);
  });

  test('bring such a model to the front when the pin is lost', () => {
    const made = plan(to, { pin: null, models, view: signed });
    assert.deepEqual(modelsOf(made), ['claude', 'a', 'b']);
    assert.match(said(made, 'pin')[0] ?? '', /claude first: it can read the signed blocks/);
  });

  test('that no model can read are told', () => {
    const made = plan(LIST, { pin: null, view: signed });
    assert.deepEqual(modelsOf(made), ['a', 'b', 'c']);
    assert.match(said(made, 'pin')[0] ?? '', /no model of the route can read the signed blocks/);
  });
});

describe('after the call', () => {
  const order = (previous: Pin | null = null): PinOrder => ({
    key: 'k',
    route: 'r',
    candidateOf: null,
    previous,
  });
  const { attempts } = plan(LADDER, { pin: null });
  const row = (name: string | null, usage = toUsage({})) =>
    sampleRow({ atMs: NOW, latencyMs: 100, model: name, usage });

  test('the session is with the model that answered, and what the provider cached is remembered', () => {
    const usage = toUsage({ inputTokens: 5, cacheReadTokens: 10, cacheWrite5mTokens: 20 });
    assert.deepEqual(pinAfter(order(), attempts, row('a', usage)), {
      model: 'a',
      route: 'r',
      cachedTokens: 30,
      cachedUntilMs: NOW + 300_000,
      candidateOf: null,
      isStandIn: false,
      turns: 1,
      isEscalated: false,
    });
    const long = pinAfter(order(), attempts, row('a', toUsage({ cacheWrite1hTokens: 7 })));
    assert.deepEqual([long?.cachedTokens, long?.cachedUntilMs], [7, NOW + 3_600_000]);
  });

  test('a higher rung of the ladder is an escalation, which lasts; a fallback is none', () => {
    assert.equal(pinAfter(order(), attempts, row('b'))?.isEscalated, true);
    assert.equal(pinAfter(order(), attempts, row('d'))?.isEscalated, false);
    const again = plan(LADDER, { pin: pin('b', { isEscalated: true }) });
    const next = pinAfter(order(pin('b', { isEscalated: true, turns: 4 })), again.attempts, row('b'));
    assert.deepEqual([next?.model, next?.isEscalated, next?.turns], ['b', true, 5]);
  });

  test('a stand-in is remembered as one for as long as the session is with it', () => {
    const next = pinAfter(order(), attempts, row('d'));
    assert.equal(next?.isStandIn, true);
    const loop = plan(LADDER, { pin: next, view: { isInToolLoop: true } });
    assert.equal(loop.attempts[0]?.model, 'd');
    assert.equal(pinAfter(order(next), loop.attempts, row('d'))?.isStandIn, true);
    assert.equal(pinAfter(order(next), attempts, row('a'))?.isStandIn, false);
  });

  test('the pin stays as it is when nobody answered, or a stand-in did for an escalated session', () => {
    assert.equal(pinAfter(order(), attempts, row(null)), null);
    assert.equal(pinAfter(order(), attempts, row('stranger')), null);
    const again = plan(LADDER, { pin: pin('b', { isEscalated: true }) });
    assert.equal(pinAfter(order(pin('b', { isEscalated: true })), again.attempts, row('a')), null);
  });

  test('a call follows up when the last one may still be cached', () => {
    assert.equal(isFollowUp(null, NOW), null);
    assert.equal(isFollowUp(order(), NOW), false);
    assert.equal(isFollowUp(order(pin('a')), NOW), true);
    assert.equal(isFollowUp(order(pin('a')), NOW + 1), false);
  });
});
