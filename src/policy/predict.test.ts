import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pin } from '../call/pin.ts';
import type { Plan } from '../call/plan.ts';
import { consider } from './consider.ts';
import { begin, conclude, decide } from './decide.ts';
import type { PolicyPredict, PolicyRoute, PolicyTask } from './policy.ts';
import { encodingFor } from './predict.ts';
import { type Forecast, NoForecast, type Predictor, type PredictorQuestion } from './predictor.ts';
import { caller, limits, model, modelsOf, policy, priced, route, said, state, task, view } from './sample.test.ts';
import type { PlanState } from './state.ts';

const MODELS = [
  model('haiku', 'small', { priceOf: priced(1, 5) }),
  model('sonnet', 'mid', { priceOf: priced(3, 15) }),
  model('opus', 'frontier', { priceOf: priced(5, 25) }),
  model('spare', 'mid', { priceOf: priced(4, 20) }),
];

const forecast = (fields: Partial<Forecast> = {}): Forecast => ({
  chances: { haiku: 0.91234, sonnet: 0.97, opus: 0.99 },
  order: ['haiku'],
  say: 'like 40 requests that haiku did well',
  ...fields,
});

const predictor = (says: Predictor['forecast'], fields: Partial<Predictor> = {}): Predictor => ({
  id: '0123456789ab',
  models: ['haiku', 'sonnet', 'opus'],
  reference: 'opus',
  isCascade: false,
  encoder: null,
  forecast: says,
  ...fields,
});

const by = (one: Predictor, fields: Partial<PolicyPredict> = {}): PolicyPredict => ({
  predictor: one,
  static: 'sonnet',
  exploreShare: 0,
  encoderTimeoutMs: 50,
  gate: one.isCascade ? 'the gate' : null,
  ...fields,
});

/** The route proper in the order of trust, and a fallback. */
const predicted = (predict: PolicyPredict | null, fields: Partial<PolicyRoute> = {}): PolicyRoute =>
  route(['opus', 'sonnet', 'haiku', 'spare'], { ownCount: 3, predict, say: 'predicted', ...fields });

interface Asking {
  says?: Predictor['forecast'];
  predictor?: Partial<Predictor>;
  by?: Partial<PolicyPredict>;
  task?: Partial<PolicyTask>;
  state?: Partial<PlanState>;
  view?: Parameters<typeof view>[0];
}

function plan({ says = () => forecast(), task: fields, state: world, view: asked, ...rest }: Asking = {}): Plan {
  const to = predicted(by(predictor(says, rest.predictor), rest.by));
  const one = policy(MODELS, [task('t', to, { typicalOutputTokens: 10, ...fields })]);
  return decide(one, view({ model: 'auto/t', text: 'x'.repeat(400), ...asked }), caller(), state(world));
}

describe('a predicted route', () => {
  test('goes where the forecast says, with the others behind for outages, the most trusted first', () => {
    const found = plan();
    assert.deepEqual(modelsOf(found), ['haiku', 'opus', 'sonnet', 'spare']);
    assert.deepEqual(
      found.attempts.map(({ after, isGated }) => [after, isGated]),
      [
        ['any', false],
        ['failure', false],
        ['failure', false],
        ['failure', false],
      ],
    );
    assert.deepEqual(said(found, 'predict'), [
      'haiku for an expected $0.00000015, acceptable in 91.2 % (like 40 requests that haiku did well)',
    ]);
  });

  test('keeps what was said for the row, and takes the chances for pass rates', () => {
    const found = plan();
    assert.deepEqual(found.prediction, {
      artifact: '0123456789ab',
      how: 'predicted',
      why: null,
      chances: { haiku: 0.9123, sonnet: 0.97, opus: 0.99 },
      first: 'haiku',
      propensity: 1,
      encoderNanoUsd: 0,
    });
    assert.deepEqual(
      found.attempts.map(({ expected }) => expected?.passRate ?? null),
      [0.9123, 0.99, 0.97, null],
    );
  });

  test('asks about the models that the guards have left, with what they are expected to cost', () => {
    const asked: PredictorQuestion[] = [];
    const embedding = new Float32Array([1, 2]);
    const says = (question: PredictorQuestion): Forecast => (asked.push(question), forecast({ order: ['opus'] }));
    plan({ says, task: { limits: limits({ deny: new Set(['sonnet']) }) }, state: { embedding } });
    const [question = assert.fail()] = asked;
    assert.deepEqual(question.options, [
      { model: 'opus', costNanoUsd: 750 },
      { model: 'haiku', costNanoUsd: 150 },
    ]);
    assert.deepEqual([question.task, question.tenant, question.embedding], ['t', 'acme', embedding]);
    assert.equal(question.view.model, 'auto/t');
    assert.equal(asked.length, 1);
  });

  test('asks nobody where the guards have left none of its models, nor where the client named one', () => {
    const says = () => assert.fail('nobody is asked');
    const all = limits({ deny: new Set(['haiku', 'sonnet', 'opus']) });
    const only = plan({ says, task: { limits: all } });
    assert.deepEqual([modelsOf(only), only.prediction], [['spare'], null]);
    const named = plan({ says, view: { model: 'haiku' } });
    assert.deepEqual([modelsOf(named), named.prediction], [['haiku'], null]);
  });

  test('is a cascade where a learned gate goes through the order', () => {
    const found = plan({
      says: () => forecast({ order: ['haiku', 'opus'] }),
      predictor: { isCascade: true },
      task: { hasGates: true },
    });
    assert.deepEqual(
      found.attempts.map(({ model: name, after, isGated }) => [name, after, isGated]),
      [
        ['haiku', 'any', true],
        ['opus', 'any', true],
        ['sonnet', 'failure', true],
        ['spare', 'failure', true],
      ],
    );
    assert.equal(found.learnedGate, 'the gate');
    const sole = plan({ predictor: { isCascade: true }, task: { hasGates: true } });
    assert.deepEqual(
      sole.attempts.map(({ after, isGated }) => [after, isGated]),
      [
        ['any', false],
        ['failure', false],
        ['failure', false],
        ['failure', false],
      ],
    );
    assert.equal(sole.learnedGate, null);
  });

  test('is no cascade where no learned gate can go through the order, whatever gates the task has', () => {
    const found = plan({
      says: () => forecast({ order: ['haiku', 'opus'] }),
      predictor: { isCascade: true },
      by: { gate: null },
      task: { hasGates: true },
    });
    assert.equal(found.learnedGate, null);
    assert.deepEqual(
      found.attempts.map(({ model: name, after, isGated }) => [name, after, isGated]),
      [
        ['haiku', 'any', false],
        ['opus', 'failure', false],
        ['sonnet', 'failure', false],
        ['spare', 'failure', false],
      ],
    );
  });

  test('has a session, whose pin goes before the forecast and is told', () => {
    const pin: Pin = {
      model: 'opus',
      route: 'predicted',
      cachedTokens: 0,
      cachedUntilMs: 0,
      candidateOf: null,
      isStandIn: false,
      turns: 1,
      isEscalated: true,
    };
    const found = plan({ state: { pinOf: () => pin, draw: 0 }, by: { exploreShare: 0.5 }, view: { hasAnswer: true } });
    assert.deepEqual(modelsOf(found)[0], 'opus');
    const { how, first, propensity, chances } = found.prediction ?? assert.fail();
    assert.deepEqual([how, first, propensity, chances['haiku']], ['pinned', 'opus', 1, 0.9123]);
  });

  test('tells the chances of every candidate to whoever considers it', () => {
    const one = policy(MODELS, [task('t', predicted(by(predictor(() => forecast()))))]);
    const found = consider(one, view({ model: 'auto/t' }), caller(), state());
    assert.deepEqual(
      found.candidates.map(({ model: name, expected }) => [name, expected.passRate]),
      [
        ['opus', 0.99],
        ['sonnet', 0.97],
        ['haiku', 0.9123],
        ['spare', null],
      ],
    );
    assert.equal(found.plan?.prediction?.first, 'haiku');
  });

  test('leaves the pass rate of a model alone that the forecast says nothing about', () => {
    const record = { outputTokens: null, judged: 100, passed: 90, followRate: null, p95LatencyMs: null };
    const found = plan({ says: () => forecast({ chances: { haiku: 1 } }), state: { recordOf: () => record } });
    const rates = found.attempts.map(({ expected }) => expected?.passRate ?? null);
    assert.equal(rates[0], 1);
    assert.ok((rates[1] ?? 1) < 0.9);
    assert.deepEqual(found.prediction?.chances, { haiku: 1 });
  });
});

describe('without a forecast', () => {
  const why = (found: Plan) => [found.prediction?.how, found.prediction?.why];

  test('the static model goes first, and the reasons say so', () => {
    const found = plan({ says: () => forecast({ order: null, say: 'nothing within reach' }) });
    assert.deepEqual(modelsOf(found), ['sonnet', 'opus', 'haiku', 'spare']);
    assert.deepEqual(why(found), ['static', 'no_evidence']);
    assert.equal(found.prediction?.chances['haiku'], 0.9123);
    assert.deepEqual(said(found, 'predict'), [
      'sonnet, as when nothing is forecast: the predictor has no evidence about a request like this (nothing within reach)',
    ]);
  });

  test('and the most trusted one where a guard forbids it', () => {
    const found = plan({
      says: () => forecast({ order: null }),
      task: { limits: limits({ deny: new Set(['sonnet']) }) },
    });
    assert.deepEqual(modelsOf(found), ['opus', 'haiku', 'spare']);
    assert.equal(found.prediction?.first, 'opus');
  });

  const NONSENSE: [string, () => unknown, RegExp][] = [
    ['an order that is empty', () => forecast({ order: [] }), /its order is empty/],
    ['a model nobody knows', () => forecast({ order: ['gpt'] }), /it names gpt, which is not to be had/],
    ['a fallback, which is none of its models', () => forecast({ order: ['spare'] }), /it names spare/],
    ['a model twice', () => forecast({ order: ['haiku', 'opus', 'haiku'] }), /a model twice: haiku, opus, haiku/],
    ['a chance that is no number', () => forecast({ chances: { opus: Number.NaN } }), /its chance for opus is NaN/],
    ['a chance above 1', () => forecast({ chances: { opus: 1.01 } }), /its chance for opus is 1.01/],
    ['a chance that is a text', () => forecast({ chances: { opus: '0.5' as never } }), /its chance for opus is 0.5/],
    ['nothing at all', () => undefined, /./],
    ['no chances', () => ({ order: ['haiku'], say: '' }), /./],
    ['an order that is a text', () => forecast({ order: 'haiku' as never }), /./],
    [
      'an error',
      () => {
        throw new TypeError('x is not a function');
      },
      /\(x is not a function\)$/,
    ],
  ];
  for (const [name, says, pattern] of NONSENSE)
    test(`${name} is no forecast either`, () => {
      const found = plan({ says: says as Predictor['forecast'], by: { exploreShare: 0.5 }, state: { draw: 0 } });
      assert.deepEqual(modelsOf(found), ['sonnet', 'opus', 'haiku', 'spare']);
      assert.deepEqual(why(found), ['static', 'broken']);
      assert.deepEqual(found.prediction?.chances, {});
      assert.match(said(found, 'predict')[0] ?? '', /^sonnet, as when nothing is forecast: the predictor is broken/);
      assert.match(said(found, 'predict')[0] ?? '', pattern);
    });

  test('one that is late or rests is told from one that is broken', () => {
    for (const kind of ['late', 'resting'] as const) {
      const says = (): Forecast => {
        throw new NoForecast(kind, 'for now');
      };
      assert.deepEqual(why(plan({ says })), ['static', kind]);
    }
  });

  test('an error of any length is a sentence', () => {
    const says = (): Forecast => {
      throw new Error('x'.repeat(10_000));
    };
    assert.ok((said(plan({ says }), 'predict')[0] ?? '').length < 350);
  });

  test('what a broken one said of chances before it broke changes no pass rate', () => {
    const found = plan({ says: () => forecast({ order: [] }) });
    assert.deepEqual(
      found.attempts.map(({ expected }) => expected?.passRate ?? null),
      [null, null, null, null],
    );
  });
});

describe('the two halves of a decision', () => {
  test('are the whole, and the embedding comes in between', () => {
    const asked: (Float32Array | null)[] = [];
    const says = ({ embedding }: PredictorQuestion): Forecast => (asked.push(embedding), forecast());
    const to = predicted(by(predictor(says, { encoder: 'mini' })));
    const one = policy(MODELS, [task('t', to)]);
    const request = view({ model: 'auto/t' });
    const begun = begin(one, request, caller(), state());
    assert.deepEqual(encodingFor(begun.asked), { encoder: 'mini', timeoutMs: 50 });
    const embedding = new Float32Array([1]);
    const whole = conclude(begun, embedding);
    assert.deepEqual(whole, decide(one, request, caller(), state({ embedding })));
    assert.deepEqual(asked, [embedding, embedding]);
  });

  test('want no embedding where the route or its predictor wants none', () => {
    const one = policy(MODELS, [task('t', predicted(by(predictor(() => forecast())))), task('plain', ['haiku'])]);
    for (const name of ['auto/t', 'auto/plain', 'haiku'])
      assert.equal(encodingFor(begin(one, view({ model: name }), caller(), state()).asked), null, name);
  });
});
