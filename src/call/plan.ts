// A plan: what was decided for one call. Data that can be read, stored and replayed.
import type { Arm } from './arm.ts';
import type { NanoUsd } from './money.ts';
import type { Pin } from './pin.ts';
import type { Prediction } from './prediction.ts';

/** One sentence of the explanation why a call went where it went. */
export interface Reason {
  /** Which step of the policy spoke. */
  step:
    | 'request'
    | 'task'
    | 'default'
    | 'rule'
    | 'route'
    | 'rollout'
    | 'guard'
    | 'mode'
    | 'predict'
    | 'explore'
    | 'pin'
    | 'cascade'
    | 'cache'
    | 'fallback'
    | 'delivery';
  /** What it said, with its numbers. */
  say: string;
}

/** What an attempt is expected to come to. Null stands for what is not known; it is never taken as little. */
export interface Expected {
  /** All input, the cached part included, in this model's own tokens. */
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number | null;
  costNanoUsd: NanoUsd | null;
  /** Share of this task's answers by this model that pass their gates, 0 to 1. */
  passRate: number | null;
}

export interface PlannedAttempt {
  /** Name of a configured model. */
  model: string;
  tier: string;
  /** Positions of the deployments that the guards allow; null when all are. */
  deployments: readonly number[] | null;
  /**
   * `any`: tried when the one before failed in any way (upstream, time, gate). `failure`: only when the one before failed
   * upstream; a failed gate never leads here.
   */
  after: 'any' | 'failure';
  /** Whether the task's gates must pass before the answer is accepted. */
  isGated: boolean;
  /** Time after which the next attempt takes over, ms; null: only the call's own limits. */
  timeoutMs: number | null;
  /** The next attempt is started beside this one after so many ms; null: never. */
  hedgeAfterMs: number | null;
  /** Null when nothing in the decision depended on it. */
  expected: Expected | null;
}

/**
 * When a gated answer may begin to flow to the client. `hold`: when it is complete and has passed; it is judged only then.
 * `early`: likewise, but gates that reject early may stop it on the way. `first-tokens`: after so many `tokens`, unless an
 * early gate has stopped it by then; the rest flows whatever the gates say at its end.
 */
export interface StreamRelease {
  mode: 'hold' | 'early' | 'first-tokens';
  /** 0 unless the mode is `first-tokens`. */
  tokens: number;
}

/** What the pin store has to know to follow up the call. */
export interface PinOrder {
  key: string;
  /** The route the plan was made from, as it reads in a reason. */
  route: string;
  /** The rollout whose candidate that route is; null for any other route. */
  candidateOf: string | null;
  /** The pin that was found; null for the first call of a session. */
  previous: Pin | null;
}

/** What is done for the provider's prompt cache. */
export interface CacheOrder {
  /** Whether the prompt is worth marking for Anthropic's cache. */
  mark: boolean;
  /** What keeps the turns of a conversation together, and tenants apart, at providers that take a key. */
  key: string | null;
}

/** An ordered list of models to try, cheapest acceptable first, with the reasons for the order. */
export interface Plan {
  /** The task this call belongs to, null when no task matched. */
  task: string | null;
  /** The side of the task's rollout that decided; null where there is none, or something else than the task's route did. */
  arm: Arm | null;
  /** The session that was looked at, named or derived; null when there is nothing to keep to. */
  session: string | null;
  /** What the pin store is to be told after the reply; null when there is nothing to remember. */
  pin: PinOrder | null;
  attempts: PlannedAttempt[];
  reasons: Reason[];
  stream: StreamRelease;
  /** What the client gets when the last gated attempt fails its gates too. */
  otherwise: 'answer' | 'error';
  /** Null when nobody asked for it. */
  cache: CacheOrder | null;
  /** Null where no learned router was asked. */
  prediction: Prediction | null;
  /** Which learned gate goes through the answers beside the task's own, by the key of `gateKey`; null for none. */
  learnedGate: string | null;
}

/** An attempt without conditions: the first of a plan, whose answer is taken as it comes. */
export function plainAttempt(model: string, tier: string): PlannedAttempt {
  return {
    model,
    tier,
    deployments: null,
    after: 'any',
    isGated: false,
    timeoutMs: null,
    hedgeAfterMs: null,
    expected: null,
  };
}

/** The plan of a call about which nothing has been decided. */
export function emptyPlan(): Plan {
  return {
    task: null,
    arm: null,
    session: null,
    pin: null,
    attempts: [],
    reasons: [],
    stream: { mode: 'hold', tokens: 0 },
    otherwise: 'answer',
    cache: null,
    prediction: null,
    learnedGate: null,
  };
}
