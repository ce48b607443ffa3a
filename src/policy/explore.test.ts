import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pin } from '../call/pin.ts';
import type { Plan } from '../call/plan.ts';
import type { View } from '../call/view.ts';
import { decide } from './decide.ts';
import type { Forecast, Predictor } from './predictor.ts';
import { caller, limits, model, modelsOf, policy, route, said, state, task, view } from './sample.test.ts';
import type { PlanState } from './state.ts';

const SHARE = 0.2;
const MODELS = [model('a', 'small'), model('b', 'mid'), model('c', 'frontier'), model('spare', 'mid')];

interface Asking {
  forecast?: Partial<Forecast>;
  predictor?: Partial<Predictor>;
  share?: number;
  deny?: string[];
  state?: Partial<PlanState>;
  view?: Partial<View>;
}

function plan({ forecast, predictor, share = SHARE, deny = [], state: world, view: asked }: Asking = {}): Plan {
  const learned: Predictor = {
    id: '0123456789ab',
    models: ['a', 'b', 'c'],
    reference: 'c',
    isCascade: false,
    encoder: null,
    forecast: () => ({ chances: {}, order: ['a'], say: 'so', ...forecast }),
    ...predictor,
  };
  const predict = {
    predictor: learned,
    static: 'c',
    exploreShare: share,
    encoderTimeoutMs: 50,
    gate: learned.isCascade ? 'the gate' : null,
  };
  const to = route(['c', 'b', 'a', 'spare'], { ownCount: 3, predict });
  const one = policy(MODELS, [task('t', to, { hasGates: true, limits: limits({ deny: new Set(deny) }) })]);
  return decide(one, view({ model: 'auto/t', ...asked }), caller({ 'x-session-id': 's' }), state(world));
}

const firstOf = ({ prediction }: Plan) => [prediction?.how, prediction?.first, prediction?.propensity];

test('the draw decides whether, and which of the others, each with the same chance', () => {
  assert.deepEqual(firstOf(plan({ state: { draw: SHARE } })), ['predicted', 'a', 1 - SHARE]);
  assert.deepEqual(firstOf(plan({ state: { draw: 0 } })), ['explored', 'c', SHARE / 2]);
  assert.deepEqual(firstOf(plan({ state: { draw: 0.0999 } })), ['explored', 'c', SHARE / 2]);
  assert.deepEqual(firstOf(plan({ state: { draw: 0.1 } })), ['explored', 'b', SHARE / 2]);
  assert.deepEqual(firstOf(plan({ state: { draw: 0.1999 } })), ['explored', 'b', SHARE / 2]);
});

test('over all draws every first model is as frequent as its propensity says', () => {
  const counts = new Map<string, number>();
  const told = new Map<string, number>();
  const DRAWS = 10_000;
  for (let at = 0; at < DRAWS; at++) {
    const { first, propensity } = plan({ state: { draw: (at + 0.5) / DRAWS } }).prediction ?? assert.fail();
    counts.set(first, (counts.get(first) ?? 0) + 1);
    told.set(first, propensity);
  }
  assert.deepEqual([...counts.keys()].toSorted(), ['a', 'b', 'c']);
  for (const [name, count] of counts)
    assert.ok(Math.abs(count / DRAWS - (told.get(name) ?? 0)) < 1e-3, `${name} ${count}`);
});

test('the model that was drawn goes first and is told; the others stay in their order', () => {
  const found = plan({ state: { draw: 0.1 } });
  assert.deepEqual(modelsOf(found), ['b', 'a', 'c', 'spare']);
  assert.deepEqual(said(found, 'explore'), ['b goes first, to learn how it does: drawn with 10 %']);
  assert.deepEqual(
    found.attempts.map(({ after }) => after),
    ['any', 'failure', 'failure', 'failure'],
  );
});

test('behind a learned gate the forecast stays in reach of the model that was drawn', () => {
  const cascade = { predictor: { isCascade: true } };
  const one = plan({ ...cascade, state: { draw: 0.1 } });
  assert.deepEqual(
    one.attempts.map(({ model: name, after, isGated }) => [name, after, isGated]),
    [
      ['b', 'any', true],
      ['a', 'any', true],
      ['c', 'failure', true],
      ['spare', 'failure', true],
    ],
  );
  const rung = plan({ ...cascade, forecast: { order: ['a', 'c'] }, state: { draw: 0 } });
  assert.deepEqual(
    rung.attempts.map(({ model: name, after }) => [name, after]),
    [
      ['c', 'any'],
      ['a', 'any'],
      ['b', 'failure'],
      ['spare', 'failure'],
    ],
  );
});

test('without evidence there is most to learn; of a fault there is nothing', () => {
  assert.deepEqual(firstOf(plan({ forecast: { order: null }, state: { draw: 0 } })), ['explored', 'b', SHARE / 2]);
  assert.equal(plan({ forecast: { order: null }, state: { draw: 0 } }).prediction?.why, 'no_evidence');
  assert.deepEqual(firstOf(plan({ forecast: { order: [] }, state: { draw: 0 } })), ['static', 'c', 1]);
});

test('what guards forbid is never drawn, and with nothing else to draw the choice is certain', () => {
  assert.deepEqual(firstOf(plan({ deny: ['c'], state: { draw: 0 } })), ['explored', 'b', SHARE]);
  assert.deepEqual(firstOf(plan({ deny: ['c', 'b'], state: { draw: 0 } })), ['predicted', 'a', 1]);
});

test('a tool loop and signed blocks are no place to explore', () => {
  assert.deepEqual(firstOf(plan({ state: { draw: 0 }, view: { isInToolLoop: true } })), ['predicted', 'a', 1]);
  const signed = plan({ state: { draw: 0 }, view: { signedBy: 'openai-chat', hasAnswer: true } });
  assert.deepEqual(firstOf(signed), ['predicted', 'a', 1]);
});

test('a conversation that a pin holds stays where it is, whether the forecast would move it or agrees', () => {
  const pin = (name: string): Pin => ({
    model: name,
    route: 'x',
    cachedTokens: 0,
    cachedUntilMs: 0,
    candidateOf: null,
    isStandIn: false,
    turns: 1,
    isEscalated: false,
  });
  assert.deepEqual(firstOf(plan({ state: { draw: 0, pinOf: () => pin('b') } })), ['pinned', 'b', 1]);
  assert.deepEqual(firstOf(plan({ state: { draw: 0, pinOf: () => pin('a') } })), ['predicted', 'a', 1]);
});

test('a share of nothing is no exploration, whatever is drawn, and neither is a question that only looks', () => {
  assert.deepEqual(firstOf(plan({ share: 0, state: { draw: 0 } })), ['predicted', 'a', 1]);
  assert.deepEqual(firstOf(plan({ share: 0.5, state: { draw: 1 } })), ['predicted', 'a', 0.5]);
});
