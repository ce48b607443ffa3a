import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pin } from '../call/pin.ts';
import type { Plan } from '../call/plan.ts';
import type { Caller, View } from '../call/view.ts';
import { sampleRow } from '../ledger/sample-row.test.ts';
import { consider } from './consider.ts';
import { decide, NothingLeft } from './decide.ts';
import { pinAfter } from './pin.ts';
import type { Policy, PolicyPredict, PolicyRoute, PolicyTask } from './policy.ts';
import { armOf, sayArm, standingOf } from './rollout.ts';
import {
  caller,
  limits,
  model,
  modelsOf,
  place,
  policy,
  priced,
  route,
  rule,
  said,
  state,
  task,
  view,
} from './sample.test.ts';
import type { PlanState } from './state.ts';

const MODELS = [
  model('nano', 'small', { priceOf: priced(100, 500) }),
  model('haiku', 'mid', { priceOf: priced(300, 1500) }),
  model('sonnet', 'frontier', { priceOf: priced(900, 4500) }),
];
const BASE = route(['sonnet', 'haiku'], { say: 'sonnet, then haiku' });
const CANDIDATE = route(['nano', 'haiku', 'sonnet'], { isCascade: true, say: 'cascade nano > haiku > sonnet' });
const RUNNING = 'r-1';

interface Given {
  percent?: number | null;
  rollout?: string;
  by?: 'session' | 'tenant';
  base?: PolicyRoute;
  candidate?: PolicyRoute;
  task?: Partial<PolicyTask>;
  view?: Partial<View>;
  caller?: Caller;
  pin?: Pin | null;
}

/** The session `s4` of the tenant acme stands at 0.096. */
const SESSION = caller({ 'x-session-id': 's4' });

function asked(given: Given): [Policy, View, Caller, PlanState] {
  const { percent = 50, rollout = RUNNING, by = 'session', base = BASE, candidate = CANDIDATE, pin = null } = given;
  const one = task('t', base, { hasGates: true, rollout: { candidate, by }, ...given.task });
  const told: PlanState['rolloutOf'] = (name) => (name === 't' && percent !== null ? { rollout, percent } : null);
  const text = 'x'.repeat(4000);
  const asks = view({ model: 'auto/t', bytes: 4000, text, maxOutputTokens: 100, hasAnswer: true, ...given.view });
  return [policy(MODELS, [one]), asks, given.caller ?? SESSION, state({ rolloutOf: told, pinOf: () => pin })];
}

const plan = (given: Given = {}): Plan => decide(...asked(given));

describe('a caller', () => {
  test('stands where the first 32 bits of the hash say, which is the same on every machine', () => {
    // printf 'r-1\nacme\ns4' | sha256sum
    const s4 = standingOf(RUNNING, { tenant: 'acme', key: 's4' });
    assert.equal(s4, 0x1878baa8 / 2 ** 32);
    assert.notEqual(standingOf('r-2', { tenant: 'acme', key: 's4' }), s4, 'the lots of another rollout fall anew');
    assert.notEqual(standingOf(RUNNING, { tenant: 'globex', key: 's4' }), s4);
  });

  test('below the share is on the candidate, and the reason says which side, at which share, and the route', () => {
    const candidate = plan({ percent: 50 });
    assert.deepEqual(modelsOf(candidate), ['nano', 'haiku', 'sonnet']);
    assert.deepEqual(candidate.arm, { rollout: RUNNING, arm: 'candidate', percent: 50 });
    assert.deepEqual(said(candidate, 'rollout'), ['candidate of r-1 (50 %): cascade nano > haiku > sonnet']);
    assert.deepEqual(said(candidate, 'route'), []);
    const base = plan({ percent: 5 });
    assert.deepEqual(modelsOf(base), ['sonnet', 'haiku']);
    assert.deepEqual(base.arm, { rollout: RUNNING, arm: 'base', percent: 5 });
    assert.deepEqual(said(base, 'rollout'), ['base of r-1 (5 %): sonnet, then haiku']);
  });

  test('is on no side while no rollout is running, or where the task has no candidate', () => {
    const idle = plan({ percent: null });
    assert.deepEqual([idle.arm, modelsOf(idle), said(idle, 'route')], [null, BASE.models, [BASE.say]]);
    const without = plan({ percent: 100, task: { rollout: null } });
    assert.deepEqual([without.arm, modelsOf(without)], [null, BASE.models]);
  });

  test('that names no session is told by how the conversation begins, in every turn of it', () => {
    const turn = (fields: Partial<View>) => plan({ caller: caller(), view: fields });
    const openings = Array.from({ length: 40 }, (_, at) => `Ticket ${at}`);
    const arms = openings.map((opening) => turn({ opening }).arm?.arm);
    assert.ok(arms.includes('base') && arms.includes('candidate'), arms.join());
    for (const [at, opening] of openings.entries())
      assert.equal(turn({ opening, firstExchange: `${opening} answered`, messageCount: 7 }).arm?.arm, arms[at]);
  });

  test('of a rollout by tenant is where the tenant is, whatever the session', () => {
    const of = (tenant: string, session: string) =>
      plan({ by: 'tenant', caller: caller({ 'x-session-id': session }, tenant) }).arm?.arm;
    const tenants = Array.from({ length: 20 }, (_, at) => `tenant-${at}`);
    for (const tenant of tenants) assert.equal(new Set(['a', 'b', 'c', 'd'].map((name) => of(tenant, name))).size, 1);
    assert.equal(new Set(tenants.map((tenant) => of(tenant, 'a'))).size, 2);
  });

  test('need not be read where the share or a name decides', () => {
    const unread = Object.defineProperty(view(), 'opening', { get: () => assert.fail('the text was read') });
    const armAt = (percent: number, by: 'session' | 'tenant', from: Caller) =>
      armOf(
        { ...task('t', BASE), rollout: { candidate: CANDIDATE, by } },
        { view: unread, caller: from, state: state({ rolloutOf: () => ({ rollout: RUNNING, percent }) }) },
      )?.arm;
    assert.equal(armAt(0, 'session', caller()), 'base');
    assert.equal(armAt(100, 'session', caller()), 'candidate');
    assert.equal(armAt(50, 'session', SESSION), 'candidate');
    assert.ok(armAt(50, 'tenant', caller()));
    assert.throws(() => armAt(50, 'session', caller()), /the text was read/);
  });
});

test('as many sessions are on the candidate as the share says', () => {
  const count = 4000;
  for (const percent of [0.5, 5, 25, 50, 95]) {
    let on = 0;
    for (let at = 0; at < count; at++)
      if (standingOf(RUNNING, { tenant: 'acme', key: `session-${at}` }) * 100 < percent) on++;
    const share = percent / 100;
    const deviation = Math.sqrt((share * (1 - share)) / count);
    assert.ok(Math.abs(on / count - share) < 4 * deviation, `${on} of ${count} at ${percent} %`);
  }
});

describe('the candidate', () => {
  const all = { percent: 100 };

  test('gives way to a rule of the task, which is on neither side', () => {
    const rules = [rule((request) => request.hasTools, route(['haiku'], { say: 'haiku' }))];
    const ruled = plan({ ...all, task: { rules }, view: { hasTools: true } });
    assert.deepEqual([modelsOf(ruled), ruled.arm, said(ruled, 'rollout')], [['haiku'], null, []]);
    assert.equal(plan({ ...all, task: { rules } }).arm?.arm, 'candidate');
  });

  test('is not for a model that the client names, unless the task takes that name over', () => {
    const named = plan({ ...all, view: { model: 'sonnet' }, caller: caller({ 'x-tierline-task': 't' }) });
    assert.deepEqual([modelsOf(named), named.task, named.arm], [['sonnet'], 't', null]);
    const claimed = plan({ ...all, view: { model: 'gpt' }, task: { claimsModels: true, matches: () => true } });
    assert.equal(claimed.arm?.arm, 'candidate');
  });

  test('is not for embeddings', () => {
    const vectors = [
      model('vec', '', { kind: 'embedding', deployments: [place({ dialects: ['openai-embeddings'] })] }),
    ];
    const one = task('t', ['vec'], { rollout: { candidate: route(['nano']), by: 'session' } });
    const world = state({ rolloutOf: () => ({ rollout: RUNNING, percent: 100 }) });
    const made = decide(
      policy([...MODELS, ...vectors], [one]),
      view({ model: 'auto/t', kind: 'embedding' }),
      SESSION,
      world,
    );
    assert.deepEqual([modelsOf(made), made.arm], [['vec'], null]);
  });

  test('is gated and guarded as a route of the task, and a refusal is its own', () => {
    assert.deepEqual(
      plan(all).attempts.map(({ isGated, after }) => [isGated, after]),
      [
        [true, 'any'],
        [true, 'any'],
        [true, 'any'],
      ],
    );
    assert.deepEqual(modelsOf(plan({ ...all, task: { limits: limits({ deny: new Set(['nano']) }) } })), [
      'haiku',
      'sonnet',
    ]);
    const deny = { limits: limits({ deny: new Set(['nano']) }) };
    assert.throws(
      () => plan({ ...all, candidate: route(['nano']), task: deny }),
      (error) =>
        error instanceof NothingLeft && error.plan.arm?.arm === 'candidate' && error.code === 'model_not_allowed',
    );
    const { arm, plan: none } = consider(...asked({ ...all, candidate: route(['nano']), task: deny }));
    assert.deepEqual([arm?.arm, none], ['candidate', null]);
  });

  test('brings the gate of its artifact along, and the base has none of it', () => {
    const predict: PolicyPredict = {
      predictor: {
        id: '0123456789ab',
        models: ['nano', 'sonnet'],
        reference: 'sonnet',
        isCascade: true,
        encoder: null,
        forecast: () => ({ chances: {}, order: ['nano', 'sonnet'], say: '' }),
      },
      static: 'sonnet',
      exploreShare: 0,
      encoderTimeoutMs: 50,
      gate: 'the gate',
    };
    const ladder = route(['haiku', 'sonnet'], { isCascade: true, attemptTimeoutMs: 100 });
    const given = { base: ladder, candidate: route(['sonnet', 'nano'], { predict }), task: { hasGates: false } };
    const on = plan({ ...given, percent: 100 });
    assert.deepEqual([on.learnedGate, on.attempts.map(({ isGated }) => isGated)], ['the gate', [true, true]]);
    const off = plan({ ...given, percent: 0 });
    assert.deepEqual([off.learnedGate, off.attempts.map(({ isGated }) => isGated)], [null, [false, false]]);
  });
});

describe('a pin', () => {
  const pin = (name: string, fields: Partial<Pin> = {}): Pin => ({
    model: name,
    route: BASE.say,
    candidateOf: null,
    cachedTokens: 0,
    cachedUntilMs: 2_000_000,
    isStandIn: false,
    turns: 3,
    isEscalated: false,
    ...fields,
  });
  const ofCandidate = (name: string, fields: Partial<Pin> = {}): Pin =>
    pin(name, { route: CANDIDATE.say, candidateOf: RUNNING, ...fields });
  const escalated = { isEscalated: true };
  const loop = { view: { isInToolLoop: true } };

  test('tells the candidate by its rollout, so that an equal route of the base is another', () => {
    const on = plan({ percent: 100 }).pin;
    assert.deepEqual([on?.route, on?.candidateOf], [CANDIDATE.say, RUNNING]);
    const off = plan({ percent: 0, base: CANDIDATE }).pin;
    assert.deepEqual([off?.route, off?.candidateOf], [CANDIDATE.say, null]);
    const rules = [rule(() => true, CANDIDATE)];
    assert.equal(plan({ percent: 100, task: { rules } }).pin?.candidateOf, null);
    const after = pinAfter(on ?? assert.fail(), plan({ percent: 100 }).attempts, sampleRow({ model: 'nano' }));
    assert.deepEqual([after?.model, after?.candidateOf], ['nano', RUNNING]);
  });

  test('of the base does not hold a conversation that has come to the candidate, escalated or not', () => {
    for (const found of [pin('sonnet'), pin('sonnet', escalated), pin('sonnet', { cachedTokens: 999 })]) {
      const moved = plan({ percent: 100, pin: found });
      assert.deepEqual([modelsOf(moved), said(moved, 'pin')], [['nano', 'haiku', 'sonnet'], []]);
      assert.equal(moved.pin?.previous, null, 'nothing of it is passed on');
    }
  });

  test('of the candidate does not hold one that is back on the base, whether the rollout was rolled back or is over', () => {
    const base = route(['sonnet', 'nano'], { mode: { best: 'quality', maxCostNanoUsd: 1e9 }, say: 'best' });
    for (const percent of [0, null])
      for (const found of [ofCandidate('nano'), ofCandidate('nano', escalated)]) {
        const back = plan({ percent, base, pin: found });
        assert.deepEqual([modelsOf(back), said(back, 'pin')], [['sonnet', 'nano'], []]);
      }
    const kept = plan({ percent: 0, base, pin: pin('nano', escalated) });
    assert.deepEqual(modelsOf(kept), ['nano', 'sonnet'], 'one of the base does');
  });

  test('of an earlier rollout does not hold one on the candidate of this', () => {
    const found = ofCandidate('haiku', { candidateOf: 'r-0', ...escalated });
    assert.deepEqual(modelsOf(plan({ percent: 100, pin: found })), ['nano', 'haiku', 'sonnet']);
    assert.deepEqual(modelsOf(plan({ percent: 100, pin: ofCandidate('haiku', escalated) })), [
      'haiku',
      'sonnet',
      'nano',
    ]);
  });

  test('keeps a tool loop on its model where the route of the new side has it, and passes no escalation on', () => {
    const promoted = plan({ percent: 100, pin: pin('sonnet', escalated), ...loop });
    assert.equal(modelsOf(promoted)[0], 'sonnet');
    assert.equal(promoted.arm?.arm, 'candidate');
    const after = pinAfter(promoted.pin ?? assert.fail(), promoted.attempts, sampleRow({ model: 'sonnet' }));
    assert.deepEqual([after?.candidateOf, after?.isEscalated], [RUNNING, false]);
    const base = route(['sonnet', 'haiku'], { mode: { best: 'quality', maxCostNanoUsd: 1e9 }, say: 'best' });
    assert.equal(modelsOf(plan({ percent: 0, base, pin: ofCandidate('haiku'), ...loop }))[0], 'haiku');
    const left = plan({ percent: 0, base, pin: ofCandidate('nano'), ...loop });
    assert.deepEqual([modelsOf(left)[0], said(left, 'pin').length], ['sonnet', 1], 'nano is no model of the base');
  });

  test('of a rule holds on either side as it ever did', () => {
    const rules = [rule(() => false, route(['haiku'], { say: 'other' }))];
    const found = pin('haiku', { route: 'other', ...escalated });
    assert.equal(modelsOf(plan({ percent: 100, task: { rules }, pin: found }))[0], 'haiku');
  });

  test('keeps a tool loop on the candidate when a rule begins to hold, and the call stays on its side', () => {
    const rules = [rule(() => true, route(['sonnet'], { say: 'other' }))];
    const kept = plan({ percent: 100, task: { rules }, pin: ofCandidate('haiku'), ...loop });
    assert.deepEqual([modelsOf(kept)[0], kept.arm?.arm], ['haiku', 'candidate']);
    assert.deepEqual(said(kept, 'rollout'), [
      `candidate of r-1 (100 %): ${CANDIDATE.say}, as before in this tool loop`,
    ]);
    const ruled = plan({ percent: 100, task: { rules }, pin: pin('sonnet', { route: 'other' }), ...loop });
    assert.equal(ruled.arm, null, 'the route of the rule that the loop began on is on neither side');
  });
});

test('a side reads as its name, its rollout and the share', () => {
  assert.equal(sayArm({ rollout: 'r-7', arm: 'base', percent: 0.5 }), 'base of r-7 (0.5 %)');
});
