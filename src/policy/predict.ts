// Routes that ask a learned router about every request. What it says only sorts the models that the guards have left. A predictor
// that throws, or says what cannot be, leaves the static route: never a guess, never an error.
import { formatUsd, type NanoUsd } from '../call/money.ts';
import type { Expected, Reason } from '../call/plan.ts';
import type { Prediction, WhyStatic } from '../call/prediction.ts';
import type { Asked } from './asked.ts';
import { percent } from './attempts.ts';
import { expect } from './expected-cost.ts';
import type { Candidate } from './guard.ts';
import type { PolicyPredict, PolicyRoute } from './policy.ts';
import { type Forecast, NoForecast, type Option } from './predictor.ts';

/** What is known of the choice before pin and exploration. */
export interface Foreseen {
  said: Pick<Prediction, 'artifact' | 'why' | 'chances' | 'encoderNanoUsd'>;
  by: PolicyPredict;
  /** The route as the operator wrote it. */
  route: PolicyRoute;
  /** How many models the forecast would go through. */
  rungs: number;
}

export interface Predicted {
  candidates: readonly Candidate[];
  /** The question; where the forecast is a ladder of its own, that is its route. */
  asked: Asked;
  /** Null where nobody was asked. */
  foreseen: Foreseen | null;
}

/** The candidates in the order of the forecast, the rest behind them, the most trusted first; fallbacks stay last. */
export function predict(candidates: readonly Candidate[], asked: Asked, reasons: Reason[]): Predicted {
  const { route } = asked;
  if (route === null || route.predict === null) return { candidates, asked, foreseen: null };
  const own = candidates.filter(({ model }) => isOwn(route, model.name));
  if (own.length === 0) return { candidates, asked, foreseen: null };
  const by = route.predict;
  const heard = hear(by, own, asked);
  const order = heard.order ?? [by.static];
  const first = order.flatMap((name) => own.filter(({ model }) => model.name === name));
  const sorted = [...first, ...candidates.filter((candidate) => !first.includes(candidate))];
  reasons.push({ step: 'predict', say: sayChoice(sorted[0] as Candidate, order, heard) });
  const said = { artifact: by.predictor.id, why: heard.why, chances: heard.chances, encoderNanoUsd: 0 };
  const foreseen = { said, by, route, rungs: Math.max(1, first.length) };
  return { candidates: sorted, asked: withLadder(asked, foreseen, sorted), foreseen };
}

/** The embedding that the predictor of the route wants to see; null where none does. */
export function encodingFor({ route }: Asked): { encoder: string; timeoutMs: number } | null {
  if (route === null || route.predict === null) return null;
  const { predictor, encoderTimeoutMs: timeoutMs } = route.predict;
  return predictor.encoder === null ? null : { encoder: predictor.encoder, timeoutMs };
}

/** Whether a model is of the route proper, of which the predictor chooses. */
export function isOwn(route: PolicyRoute, name: string): boolean {
  const at = route.models.indexOf(name);
  return at !== -1 && at < route.ownCount;
}

/** The question with the route as it is for this request: more than one model that a learned gate goes through is a cascade. */
export function withLadder(asked: Asked, { by, route, rungs }: Foreseen, sorted: readonly Candidate[]): Asked {
  if (by.gate === null || rungs < 2) return { ...asked, route };
  const models = sorted.map(({ model }) => model.name);
  return { ...asked, route: { ...route, models, ownCount: rungs, isCascade: true } };
}

/** The gate of the ladder that a forecast made; null for a route as the operator wrote it. */
export function learnedGateOf({ route }: Asked): string | null {
  return route?.isCascade === true ? (route.predict?.gate ?? null) : null;
}

/** An error may be of any length; a reason is a sentence, which also stands in a header. */
const LONGEST_SAY = 200;

interface Heard {
  /** Null when there is none to go by. */
  order: readonly string[] | null;
  chances: Prediction['chances'];
  why: WhyStatic | null;
  say: string;
}

function hear({ predictor }: PolicyPredict, own: readonly Candidate[], asked: Asked): Heard {
  const { view, task, caller, state } = asked;
  const expected = own.map((candidate) => (candidate.expected ??= expect(candidate, asked)));
  const options = own.map(({ model }, at) => ({ model: model.name, costNanoUsd: costOf(expected[at]) }));
  try {
    const question = { view, task: task?.name ?? null, tenant: caller.tenant, options, embedding: state.embedding };
    const forecast = predictor.forecast(question);
    const { order, chances } = soundForecast(forecast, options);
    for (const [at, one] of expected.entries()) one.passRate = chances[options[at]?.model ?? ''] ?? one.passRate;
    return { order, chances, why: order === null ? 'no_evidence' : null, say: forecast.say };
  } catch (error) {
    const why = error instanceof NoForecast ? error.why : 'broken';
    const say = error instanceof Error ? error.message : String(error);
    return { order: null, chances: {}, why, say: say.slice(0, LONGEST_SAY) };
  }
}

/** What there is to go by in a forecast about these options. Throws a sentence for what cannot be. */
export function soundForecast(forecast: Forecast, options: readonly Option[]): Pick<Forecast, 'order' | 'chances'> {
  const names = options.map(({ model }) => model);
  return { chances: chancesOf(forecast, names), order: orderOf(forecast, names) };
}

function costOf(expected: Expected | undefined): NanoUsd | null {
  return expected?.costNanoUsd ?? null;
}

/** Of the options only. Throws for what is no probability. */
function chancesOf({ chances }: Forecast, names: readonly string[]): Prediction['chances'] {
  const kept: Record<string, number> = {};
  for (const name of names) {
    if (!Object.hasOwn(chances, name)) continue;
    const chance: unknown = chances[name];
    if (typeof chance !== 'number' || !(chance >= 0 && chance <= 1))
      throw new Error(`its chance for ${name} is ${String(chance)}, which is none`);
    kept[name] = Math.round(chance * 1e4) / 1e4;
  }
  return kept;
}

/** Throws for an order that is empty, or names a model twice or one that is not to be had. */
function orderOf({ order }: Forecast, names: readonly string[]): readonly string[] | null {
  if (order === null) return null;
  if (order.length === 0) throw new Error('its order is empty');
  const foreign = order.find((name) => !names.includes(name));
  if (foreign !== undefined) throw new Error(`it names ${foreign}, which is not to be had`);
  if (new Set(order).size < order.length) throw new Error(`it names a model twice: ${order.join(', ')}`);
  return [...order];
}

const WHY: Readonly<Record<WhyStatic, string>> = {
  no_evidence: 'the predictor has no evidence about a request like this',
  broken: 'the predictor is broken',
  late: 'the predictor took too long',
  resting: 'the predictor rests',
};

function sayChoice({ model, expected }: Candidate, order: readonly string[], { why, chances, say }: Heard): string {
  if (why !== null) return `${model.name}, as when nothing is forecast: ${WHY[why]} (${say})`;
  const chance = chances[model.name];
  const cost = costOf(expected ?? undefined);
  const price = cost === null ? 'at an unknown cost' : `for an expected $${formatUsd(cost)}`;
  const odds = chance === undefined ? '' : `, acceptable in ${percent(chance)}`;
  const rest = order.slice(1).map((name) => `, then ${name}`);
  return `${model.name} ${price}${odds}${rest.join('')} (${say})`;
}
