// Arbitrary policies, requests and pasts, for the laws of plans.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TierlineError } from '../../src/call/errors.ts';
import type { Pin } from '../../src/call/pin.ts';
import type { Plan } from '../../src/call/plan.ts';
import type { TrackRecord } from '../../src/call/track-record.ts';
import type { View } from '../../src/call/view.ts';
import { CAPABILITIES } from '../../src/config/config.ts';
import { decide } from '../../src/policy/decide.ts';
import type {
  Policy,
  PolicyLimits,
  PolicyMode,
  PolicyModel,
  PolicyPredict,
  PolicyRoute,
} from '../../src/policy/policy.ts';
import type { Predictor } from '../../src/policy/predictor.ts';
import * as sample from '../../src/policy/sample.test.ts';
import { NO_STATE, type PlanState } from '../../src/policy/state.ts';

export const NAMES = ['a', 'b', 'c', 'd', 'e'];
const REGIONS = ['eu', 'us'];
export const NOW = 1_000_000;

/** Mostly nothing: a guard more leaves fewer plans to look at. */
const rarely = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
const isRarely = rarely(fc.constant(true)).map((value) => value === true);

const somePlace = fc.record({
  provider: fc.constant('p'),
  dialects: fc.constantFrom(['openai-chat'], ['anthropic-messages'], ['openai-chat', 'openai-responses']),
  isPrivate: fc.boolean(),
  region: fc.constantFrom(null, ...REGIONS),
});
const price = fc.option(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 200 })));
const someModel = (name: string): fc.Arbitrary<PolicyModel> =>
  fc
    .record({
      tier: fc.constantFrom('small', 'mid', 'frontier', ''),
      inputLimit: rarely(fc.integer({ min: 1, max: 3000 })),
      reserve: fc.integer({ min: 0, max: 1000 }),
      capabilities: rarely(fc.subarray([...CAPABILITIES])),
      deployments: fc.array(somePlace, { minLength: 1, maxLength: 3 }),
      price,
    })
    .map(({ tier, price: rates, reserve, ...fields }) =>
      sample.model(name, tier, {
        ...fields,
        window: fields.inputLimit === null ? null : fields.inputLimit + reserve,
        priceOf: rates === null ? sample.unpriced : sample.priced(...rates),
      }),
    );
const someLimits = (of: string): fc.Arbitrary<PolicyLimits> =>
  fc.record({
    of: fc.constant(of),
    isPrivate: isRarely,
    regions: rarely(fc.subarray(REGIONS, { minLength: 1 })),
    allow: rarely(fc.subarray(NAMES).map((names) => new Set(names))),
    deny: rarely(fc.subarray(NAMES, { maxLength: 2 })).map((names) => new Set(names)),
    maxCostNanoUsd: rarely(fc.integer({ min: 0, max: 100_000 })),
  });
export const someMode: fc.Arbitrary<PolicyMode> = fc.oneof(
  fc.record({ best: fc.constant('cost' as const), quality: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ best: fc.constant('quality' as const), maxCostNanoUsd: fc.integer({ min: 0, max: 200_000 }) }),
);
/** Says what it was made to say, of the options that it knows; sometimes what cannot be, and sometimes it breaks. */
function toPredictor({ order, chances, isCascade, fault }: Drawn): Predictor {
  return {
    id: '0123456789ab',
    models: NAMES,
    reference: 'a',
    isCascade,
    encoder: null,
    forecast({ options }) {
      const names = order.filter((name) => options.some(({ model }) => model === name));
      if (fault === 'throws') throw new Error('broken');
      if (fault === 'twice') return { chances, order: [...names, ...names, 'a', 'a'], say: '' };
      if (fault === 'foreign') return { chances, order: [...names, 'z'], say: '' };
      if (fault === 'empty') return { chances, order: [], say: '' };
      if (fault === 'odds') return { chances: { ...chances, ...toOdds(options) }, order: names, say: '' };
      return { chances, order: names.length === 0 ? null : names, say: 'so' };
    },
  };
}

const toOdds = (options: readonly { model: string }[]): Record<string, number> =>
  Object.fromEntries(options.map(({ model }) => [model, Number.NaN]));

export type Fault = 'throws' | 'twice' | 'foreign' | 'empty' | 'odds';

interface Drawn {
  order: string[];
  chances: Record<string, number>;
  isCascade: boolean;
  fault: Fault | null;
}

const someFault = fc.constantFrom<Fault>('throws', 'twice', 'foreign', 'empty', 'odds');
const sound = {
  order: fc.shuffledSubarray(NAMES),
  chances: fc.dictionary(fc.constantFrom(...NAMES), fc.double({ min: 0, max: 1, noNaN: true })),
  isCascade: fc.boolean(),
};
export const someBroken: fc.Arbitrary<Predictor> = fc.record({ ...sound, fault: someFault }).map(toPredictor);
export const somePredict: fc.Arbitrary<PolicyPredict> = fc
  .record({
    predictor: fc.record({ ...sound, fault: rarely(someFault) }).map(toPredictor),
    static: fc.constant('a'),
    exploreShare: fc.constantFrom(0, 0.1, 0.5),
    encoderTimeoutMs: fc.constant(50),
    isGated: fc.boolean(),
  })
  .map(({ isGated, ...predict }) => ({
    ...predict,
    gate: isGated && predict.predictor.isCascade ? 'the gate' : null,
  }));
export const someRoute: fc.Arbitrary<PolicyRoute> = fc
  .record({
    models: fc.shuffledSubarray(NAMES, { minLength: 1 }),
    own: fc.nat(4),
    kind: fc.constantFrom('list', 'cascade', 'mode', 'predict'),
    predict: somePredict,
    mode: someMode,
    latencyMs: rarely(fc.integer({ min: 1, max: 3000 })),
    hedge: fc.option(fc.record({ below: fc.double({ min: 0, max: 1, noNaN: true }), afterMs: fc.nat(500) })),
    attemptTimeoutMs: fc.option(fc.integer({ min: 1, max: 900 })),
  })
  .map(({ models, own, kind, mode, predict, ...fields }) =>
    sample.route(models, {
      ownCount: Math.min(models.length, own + 1),
      isCascade: kind === 'cascade',
      mode: kind === 'mode' ? mode : null,
      predict: kind === 'predict' ? { ...predict, static: models[0] as string } : null,
      latencyMs: fields.latencyMs,
      hedge: kind === 'cascade' ? fields.hedge : null,
      attemptTimeoutMs: kind === 'cascade' ? fields.attemptTimeoutMs : null,
      say: models.join(),
    }),
  );
export const somePolicy: fc.Arbitrary<Policy> = fc
  .record({
    models: fc.tuple(...NAMES.map(someModel)),
    route: someRoute,
    other: someRoute,
    limits: someLimits('the task t'),
    tenant: fc.option(someLimits('the tenant acme')),
    hasGates: fc.boolean(),
    hasRule: fc.boolean(),
    marksCache: fc.boolean(),
    otherwise: fc.constantFrom('answer' as const, 'error' as const),
  })
  .map(({ models, route, other, limits, tenant, hasRule, ...fields }) => {
    const rules = hasRule ? [sample.rule((asked) => asked.hasTools, other)] : [];
    const task = sample.task('t', route, { limits, rules, ...fields });
    return sample.policy(models, [task], { tenants: new Map(tenant === null ? [] : [['acme', tenant]]) });
  });
export const someView: fc.Arbitrary<View> = fc
  .record({
    model: fc.constantFrom('auto/t', 'auto/t', 'auto/t', ...NAMES),
    length: fc.nat(6000),
    imageCount: isRarely.map(Number),
    maxOutputTokens: fc.option(fc.nat(800)),
    hasTools: isRarely,
    hasSchema: isRarely,
    hasDocuments: isRarely,
    hasAudio: isRarely,
    wantsReasoning: isRarely,
    hasAnswer: fc.boolean(),
    isInToolLoop: fc.boolean(),
    signedBy: fc.constantFrom(null, null, 'anthropic-messages'),
  })
  .map(({ length, ...fields }) =>
    sample.view({ ...fields, bytes: length, text: 'x'.repeat(length), hasImages: fields.imageCount > 0 }),
  );
const someRecord: fc.Arbitrary<TrackRecord | null> = fc.option(
  fc
    .record({
      outputTokens: fc.option(fc.nat(500)),
      judged: fc.nat(1000),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      followRate: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      p95LatencyMs: fc.option(fc.integer({ min: 1, max: 3000 })),
    })
    .map(({ share, ...fields }) => ({ ...fields, passed: fields.judged * share })),
);
const somePin: fc.Arbitrary<Pin | null> = fc.option(
  fc.record({
    model: fc.constantFrom(...NAMES),
    route: fc.constant('a'),
    candidateOf: fc.constant(null),
    cachedTokens: fc.nat(2000),
    cachedUntilMs: fc.constantFrom(NOW - 1, NOW + 1),
    isStandIn: fc.boolean(),
    turns: fc.nat(5),
    isEscalated: fc.boolean(),
  }),
);
export interface World {
  records: Record<string, TrackRecord | null>;
  pin: Pin | null;
  draw: number;
}
export const someWorld: fc.Arbitrary<World> = fc.record({
  records: fc.record(Object.fromEntries(NAMES.map((name) => [name, someRecord]))),
  pin: somePin,
  draw: fc.constantFrom(0, 0.04, 0.2, 0.49, 1),
});
export const toState = ({ records, pin, draw }: World): PlanState => ({
  ...NO_STATE,
  nowMs: NOW,
  spends: true,
  pinOf: () => pin,
  recordOf: (_, name) => records[name] ?? null,
  draw,
});

export const CALLER = sample.caller({ 'x-session-id': 's', 'x-tierline-task': 't' });

/** The plan, or the refusal. Anything else that is thrown is a mistake. */
export function planOf(policy: Policy, view: View, world: World): Plan | TierlineError {
  try {
    return decide(policy, view, CALLER, toState(world));
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return error;
  }
}
