// The monthly bill of one task under every way of routing it: all to the baseline, all to one model, as its route says, behind
// a predictor. What is not known is null and named, never counted as nothing.
import { kindOf } from '../../catalog/model-kind.ts';
import type { Config, TaskConfig } from '../../config/config.ts';
import { Fraction } from '../../stats/fraction.ts';
import type { Profile } from '../profile/profile.ts';
import { priceNotes } from './calculator.ts';
import { type Choice, type Comparison, choicesOf, type Predictor, priceOf } from './comparison.ts';
import { type Doubts, doubtsOf, keptWrong, ungauged } from './doubts.ts';
import type { Evidence } from './evidence.ts';
import { choiceBounds, choiceCost, choiceShares } from './formulas.ts';
import type { EstimatedModel } from './model.ts';
import { type TypicalRoute, typicalRoute } from './route.ts';
import { type Amount, type RouteBill, reachWithin, toLadder, toRouteBill } from './route-bill.ts';
import { type Assumptions, callsOf, factsOf, type ModelBill, type ModelFacts, toRung } from './task-facts.ts';

export interface Setting extends Assumptions {
  config: Config;
  models: ReadonlyMap<string, EstimatedModel>;
  /** The model that everything is compared with; null when nobody named one. */
  baseline: string | null;
}

export interface PredictorBill {
  models: string[];
  /** Of the calls, to each of them: to the first that passes them. */
  shares: Fraction[];
  /** With a predictor that is always right, and what it costs where that was said. */
  amount: Amount | null;
  /** Nano-dollars per call up to which it pays beside the baseline. */
  mayCost: Fraction;
}

export interface TaskBill {
  task: string;
  calls: Fraction | null;
  profile: Profile | null;
  baseline: ModelBill | null;
  /** Cheapest first, those without a known price last. */
  models: ModelBill[];
  /** What the profile recommends; null without one, or as long as it recommends nothing. */
  recommended: ModelBill | null;
  routed: RouteBill;
  predictor: PredictorBill | null;
  /** Null when the baseline, or its tokens, are not known. */
  comparison: Comparison | null;
  /** Why what the route saves may be no saving. */
  doubts: Doubts;
  /** What is not known, each as the end of a sentence about the task. */
  unknown: string[];
  notes: string[];
}

export function billOf(task: TaskConfig, profile: Profile | null, setting: Setting): TaskBill {
  const first = setting.models.get(typicalRoute(task, setting.config.models, bare).models[0] ?? '') ?? null;
  const isVectors = first !== null && isForVectors(first, setting.config);
  // Vectors of another model would not fit what is stored: they are compared with themselves.
  const counter = isVectors ? first : (setting.models.get(setting.baseline ?? '') ?? null);
  const evidence: Evidence = { task, profile, counter, isVectors };
  const facts = factsFor(evidence, setting);
  const route = typicalRoute(task, setting.config.models, (name) => {
    const { perCall, passRate } = facts(name).bill;
    return {
      ...bare(name),
      rank: setting.config.tiers.indexOf(setting.config.models.get(name)?.tier ?? ''),
      perCall,
      passRate,
    };
  });
  const models = candidatesOf(route, evidence, setting).map((name) => facts(name).bill);
  const strong = counter === null ? null : facts(counter.name);
  const comparison = toComparison({ strong, route, evidence, facts, models }, setting);
  const bill: TaskBill = {
    task: task.name,
    calls: callsOf(evidence),
    profile,
    baseline: strong?.bill ?? null,
    models: models.toSorted(byPrice),
    recommended: models.find(({ name }) => name === profile?.recommendation.model) ?? null,
    routed: toRouteBill(route, route.models.map(facts), comparison.routed),
    predictor: comparison.all === null ? null : toPredictorBill(comparison.all, facts),
    comparison: comparison.all,
    doubts: doubtsOf(task.name, { route, facts, counter }),
    unknown: [],
    notes: [
      ...route.notes,
      ...keptWrong(route, facts),
      ...ungauged(route, facts, counter),
      ...paidOtherwise(models, setting),
      ...goneModels(profile, setting),
    ],
  };
  return { ...bill, unknown: unknownOf(bill, evidence) };
}

/** What the prices of a task's comparison rest on, as sentences. */
export function priceNotesOf({ comparison }: TaskBill): string[] {
  return comparison === null ? [] : priceNotes(comparison);
}

/** Whether the task's route and its baseline are both known in money. */
export function isWhole({ routed, baseline }: TaskBill): boolean {
  return routed.amount !== null && baseline !== null && baseline.month !== null;
}

type FactsOf = (name: string) => ModelFacts;

function factsFor(evidence: Evidence, setting: Setting): FactsOf {
  const found = new Map<string, ModelFacts>();
  return (name) => {
    const facts = found.get(name) ?? factsOf(setting.models.get(name) as EstimatedModel, evidence, setting);
    found.set(name, facts);
    return facts;
  };
}

const bare = (name: string) => ({ name, rank: -1, perCall: null, passRate: null });

function isForVectors({ name, places }: EstimatedModel, { models }: Config): boolean {
  const config = models.get(name);
  const kind = config?.kind ?? kindOf(config?.deployments[0]?.upstreamModel ?? '', places[0]?.spec ?? null);
  return kind === 'embedding';
}

/** The models of the route, the baseline, and those of the profile that there still are. */
function candidatesOf(route: TypicalRoute, { profile, counter }: Evidence, { models }: Setting): string[] {
  const profiled = profile?.models.map(({ model }) => model) ?? [];
  const names = [...route.models, ...(counter === null ? [] : [counter.name]), ...profiled];
  return [...new Set(names)].filter((name) => models.has(name));
}

function goneModels(profile: Profile | null, { models }: Setting): string[] {
  const gone = profile?.models.filter(({ model }) => !models.has(model)).map(({ model }) => model) ?? [];
  return gone.length === 0 ? [] : [`its profile has models that are not configured any more: ${gone.join(', ')}`];
}

/** Profiling asks one sample after the other, and may find the prompt cache warmer than traffic will. */
function paidOtherwise(models: readonly ModelBill[], { cachedShare, time }: Setting): string[] {
  if (!cachedShare.isZero || time.isBatch) return [];
  return models.flatMap(({ name, perCall, paidPerCall }) => {
    if (perCall === null || paidPerCall === null || perCall.isZero) return [];
    const share = paidPerCall.over(perCall).toNumber();
    if (share > 0.9 && share < 1.1) return [];
    const why = share < 1 ? ', most likely for its prompt cache (--cached-share)' : '';
    return [`while profiling a call on ${name} cost ${Math.round(share * 100)} % of what is reckoned here${why}`];
  });
}

function byPrice({ perCall: one }: ModelBill, { perCall: other }: ModelBill): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return one.compare(other);
}

interface Parts {
  strong: ModelFacts | null;
  route: TypicalRoute;
  evidence: Evidence;
  facts: FactsOf;
  models: readonly ModelBill[];
}

/** The route beside the baseline and a predictor; and the route alone, which needs no baseline. */
function toComparison(
  { strong, route, evidence, facts, models }: Parts,
  setting: Setting,
): { all: Comparison | null; routed: Comparison | null } {
  const ladder = toLadder(route.models.map((name) => toRung(facts(name), route.isGated, setting)));
  const last = ladder?.at(-1);
  const base = { calls: callsOf(evidence), time: setting.time };
  const routed = last === undefined ? null : { ...base, strong: last, ladder, predictor: null };
  if (strong === null || strong.side === null) return { all: null, routed };
  const predictor = toPredictor(predictable({ strong, route, models }).map(facts), setting);
  return { all: { ...base, strong: strong.side, ladder, predictor }, routed };
}

/** A predictor chooses among the models of the cascade; without one between the baseline and the cheapest model below it. */
function predictable({ strong, route, models }: Pick<Parts, 'route' | 'models'> & { strong: ModelFacts }): string[] {
  if (route.isCascade) return route.models;
  const limit = strong.bill.perCall;
  const below = models.filter(
    ({ perCall, passRate }) => limit !== null && perCall !== null && limit.isAbove(perCall) && passRate !== null,
  );
  return [...below.toSorted(byPrice).slice(0, 1), strong.bill].map(({ name }) => name);
}

/** Null where there is nothing to choose, or not enough known to choose by. */
function toPredictor(facts: readonly ModelFacts[], { overhead }: Setting): Predictor | null {
  const sides = facts.map(({ side, bill }): Choice | null => side && { ...side, share: bill.passRate?.share ?? null });
  if (!sides.every((side) => side !== null)) return null;
  const last = sides.at(-1);
  const [first, ...others] = sides.slice(0, -1);
  if (first === undefined || last === undefined) return null;
  return { choices: [first, ...others], last, overhead: overhead ?? Fraction.ZERO };
}

function toPredictorBill(comparison: Comparison, facts: FactsOf): PredictorBill | null {
  const { predictor, calls } = comparison;
  const steps = choicesOf(comparison);
  const baseline = priceOf(comparison.strong, comparison.time);
  if (steps === null || predictor === null || baseline === null) return null;
  const models = [...predictor.choices, predictor.last].map(({ model }) => model.name);
  const each = (cost: Fraction): Fraction | null =>
    calls && cost.plus(predictor.overhead ?? Fraction.ZERO).times(calls);
  const reach = reachWithin(models.map((name) => facts(name).bill.passRate));
  const ends =
    reach === null
      ? null
      : choiceBounds(
          steps.map(({ cost }) => cost),
          reach,
        );
  const cost = each(choiceCost(steps));
  return {
    models,
    shares: choiceShares(steps),
    amount: cost && { cost, low: ends && each(ends.low), high: ends && each(ends.high) },
    mayCost: baseline.minus(choiceCost(steps)),
  };
}

function unknownOf({ models, baseline, routed, comparison }: TaskBill, evidence: Evidence): string[] {
  const { task, isVectors } = evidence;
  const unknown: string[] = [];
  if (task.volume === null) unknown.push('its calls a month (`volume`)');
  const untold = models.filter(({ tokens }) => tokens === null);
  if (untold.length > 0) {
    const keys = [
      ...(task.input.typicalTokens === null ? ['`input.typical_tokens`'] : []),
      ...(task.typicalOutputTokens === null && !isVectors ? ['`output.typical_tokens`'] : []),
    ];
    unknown.push(`the tokens of a call on ${namesIn(untold)} (${keys.join(' and ')}, or a profile)`);
  }
  const unpriced = models.filter(({ tokens, perCall }) => tokens !== null && perCall === null);
  if (unpriced.length > 0) unknown.push(`the price of ${namesIn(unpriced)}`);
  if (baseline === null) unknown.push('what it is compared with (`baseline`)');
  if (comparison?.ladder?.some(({ check }) => check === null) === true)
    unknown.push('what its judge costs (--judge, or a profile)');
  const unrated = routed.models
    .slice(0, -1)
    .filter((name) => models.find((one) => one.name === name)?.passRate == null);
  if (unrated.length > 0) unknown.push(`the pass rate of ${unrated.join(', ')} (\`output.pass_rate\`, or a profile)`);
  return unknown;
}

function namesIn(models: readonly ModelBill[]): string {
  return models.map(({ name }) => name).join(', ');
}
