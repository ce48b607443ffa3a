// The bills of tasks for programs: snake_case, dollars as plain numbers, what is not known as null.
import type { Rate } from '../lifecycle/estimate/evidence.ts';
import type { Amount, RouteBill } from '../lifecycle/estimate/route-bill.ts';
import { isWhole, type PredictorBill, type TaskBill } from '../lifecycle/estimate/task-bill.ts';
import type { ModelBill } from '../lifecycle/estimate/task-facts.ts';
import { type Total, totalsOf } from '../lifecycle/estimate/total.ts';
import { difference, savedShare, toSensitivityRecords, toShareNumber, toUsdNumber } from './estimate-figures.ts';
import { routedWays, type TasksPage, tasksVerdict } from './estimate-tasks-page.ts';

export function tasksJson(page: TasksPage): string {
  const { setting, bills, sensitivity, notes, pricesAsOf } = page;
  return JSON.stringify({
    verdict: tasksVerdict(page),
    baseline: setting.baseline,
    tasks: bills.map(toTask),
    total: toTotal(bills),
    known_total: { tasks: bills.filter(isWhole).map(({ task }) => task), ...toTotal(bills.filter(isWhole)) },
    sensitivity: toSensitivityRecords(sensitivity, routedWays(setting)).map(renamed),
    overhead_usd: toUsdNumber(setting.overhead),
    batch: setting.time.isBatch,
    cached_share: toShareNumber(setting.cachedShare),
    at: new Date(setting.time.atMs).toISOString(),
    prices_as_of: pricesAsOf,
    notes,
  });
}

function toTotal(bills: readonly TaskBill[]): Record<string, unknown> {
  const totals = totalsOf(bills);
  const [baseline, routed] = [totals.baseline.amount?.cost ?? null, totals.routed.amount?.cost ?? null];
  return {
    calls: totals.calls.amount?.cost.toNumber() ?? null,
    baseline_usd: toUsdNumber(baseline),
    ...spread('routed', totals.routed.amount),
    recommended_usd: toUsdNumber(totals.recommended.amount?.cost ?? null),
    ...spread('predicted', totals.predicted.amount),
    savings_usd: toUsdNumber(difference(baseline, routed)),
    savings_share: toShareNumber(savedShare(baseline, routed)),
    missing: Object.fromEntries(Object.entries(totals).map(([way, { missing }]: [string, Total]) => [way, missing])),
  };
}

/** The cascade of a comparison is here whatever the route is. */
function renamed(record: Record<string, unknown>): unknown {
  const { cascade_usd: routed, cheapest, ...rest } = record;
  return { ...rest, routed_usd: routed, cheapest: cheapest === 'cascade' ? 'routed' : cheapest };
}

function toTask(bill: TaskBill): unknown {
  const { task, calls, profile, baseline, models, recommended, routed, predictor, unknown, notes } = bill;
  const base = baseline?.month ?? null;
  const cost = routed.amount?.cost ?? null;
  return {
    task,
    calls: calls?.toNumber() ?? null,
    profile: profile && { made_at: profile.madeAt, samples: profile.samples.count },
    baseline: baseline?.name ?? null,
    baseline_usd: toUsdNumber(base),
    routed: toRoute(routed),
    recommended: recommended?.name ?? null,
    recommended_usd: toUsdNumber(recommended?.month ?? null),
    predicted: predictor && toPredicted(predictor),
    savings_usd: toUsdNumber(difference(base, cost)),
    savings_share: toShareNumber(savedShare(base, cost)),
    models: models.map(toModel),
    unknown,
    notes,
  };
}

function toRoute(route: RouteBill): unknown {
  return {
    models: route.models,
    is_cascade: route.isCascade,
    ...spread(null, route.amount),
    reach: route.reaches?.map(toShareNumber) ?? null,
    break_even_pass_rate: toShareNumber(route.breakEven),
    step_break_even_pass_rates: route.stepBreakEvens.map(toShareNumber),
    cheapest_order: route.betterOrder,
    latency_ms: route.latencyMs === null ? null : Math.round(route.latencyMs),
  };
}

function toPredicted({ models, shares, amount, mayCost }: PredictorBill): unknown {
  return {
    models,
    shares: shares.map(toShareNumber),
    ...spread(null, amount),
    break_even_overhead_usd: toUsdNumber(mayCost),
  };
}

function toModel(bill: ModelBill): unknown {
  return {
    model: bill.name,
    usd: toUsdNumber(bill.month),
    usd_per_call: toUsdNumber(bill.perCall),
    profiled_usd_per_call: toUsdNumber(bill.paidPerCall),
    input_tokens: bill.tokens?.input.toNumber(2) ?? null,
    output_tokens: bill.tokens?.output.toNumber(2) ?? null,
    tokens_from: bill.tokensFrom,
    pass_rate: bill.passRate && toRate(bill.passRate),
    verdict: bill.verdict,
    latency_ms: bill.latencyMs === null ? null : Math.round(bill.latencyMs),
  };
}

function toRate({ share, interval, from }: Rate): unknown {
  return {
    share: toShareNumber(share),
    low: toShareNumber(interval?.low ?? null),
    high: toShareNumber(interval?.high ?? null),
    from,
  };
}

/** `usd`, `low_usd` and `high_usd`, with a name before them where there are several. */
function spread(name: string | null, amount: Amount | null): Record<string, number | null> {
  const prefix = name === null ? '' : `${name}_`;
  return {
    [`${prefix}usd`]: toUsdNumber(amount?.cost ?? null),
    [`${prefix}low_usd`]: toUsdNumber(amount?.low ?? null),
    [`${prefix}high_usd`]: toUsdNumber(amount?.high ?? null),
  };
}
