// The bill of a month for a report of profiles: an estimate over the tasks that were profiled, at the prices of the newest profile.
import { createCatalog } from '../../catalog/catalog.ts';
import type { Config } from '../../config/config.ts';
import { cheapestWay } from '../../lifecycle/estimate/comparison.ts';
import { configuredModels } from '../../lifecycle/estimate/model.ts';
import { addedUp, type Outcome, sensitivityOf } from '../../lifecycle/estimate/sensitivity.ts';
import { billOf, priceNotesOf, type Setting, type TaskBill } from '../../lifecycle/estimate/task-bill.ts';
import type { Profile } from '../../lifecycle/profile/profile.ts';
import type { BillLine, MonthlyBill, Scenario } from '../../lifecycle/report/bill.ts';
import { Fraction } from '../../stats/fraction.ts';
import { tasksVerdict, wholeComparisons } from '../estimate-tasks-page.ts';

/** Null where no profiled task has a volume: then a month costs nobody knows what. */
export function monthlyBill(profiles: readonly Profile[], config: Config): MonthlyBill | null {
  const known = profiles.flatMap((profile) => {
    const task = config.tasks.get(profile.task);
    return task === undefined ? [] : [{ task, profile }];
  });
  if (known.every(({ task }) => task.volume === null)) return null;
  const setting: Setting = {
    config,
    models: configuredModels(config, createCatalog()),
    baseline: config.baseline,
    time: { atMs: Math.max(...profiles.map(({ madeAt }) => Date.parse(madeAt))), isSpread: true, isBatch: false },
    cachedShare: Fraction.ZERO,
    overhead: null,
    judge: null,
  };
  const bills = known.map(({ task, profile }) => billOf(task, profile, setting));
  const comparisons = wholeComparisons(bills, setting);
  const usual = addedUp(comparisons);
  const now: Outcome = { say: 'it stays as it is', costs: usual, cheapest: cheapestWay(usual), isOther: false };
  const outcomes = comparisons.length === 0 ? [] : [now, ...sensitivityOf(comparisons)];
  const isKnown = ({ costs }: Outcome): boolean => costs.baseline !== null || costs.cascade !== null;
  return {
    verdict: tasksVerdict({ bills, setting }),
    lines: bills.map(toLine),
    scenarios: outcomes.filter(isKnown).map(toScenario),
    notes: [
      ...new Set([...bills.flatMap(priceNotesOf), ...bills.flatMap(unknownIn)]),
      ...saysUnknown(outcomes.filter((outcome) => !isKnown(outcome))),
      ...(bills.some(({ predictor }) => predictor !== null) ? [PERFECT] : []),
    ],
  };
}

const PERFECT =
  'Perfect predictor: what a router would cost that always knew, for nothing, which is the cheapest model that passes. A route that takes wrong answers can cost less, one that takes none cannot.';

function toLine({ task, calls, baseline, routed, predictor }: TaskBill): BillLine {
  return {
    task,
    calls: toNumber(calls),
    baseline: toNumber(baseline?.month),
    routed: toNumber(routed.amount?.cost),
    low: toNumber(routed.amount?.low),
    high: toNumber(routed.amount?.high),
    predicted: toNumber(predictor?.amount?.cost),
  };
}

function toScenario({ say, costs, cheapest, isOther }: Outcome): Scenario {
  const [baseline, routed] = [toNumber(costs.baseline), toNumber(costs.cascade)];
  // Where one of them is not known nobody knows which is cheapest.
  return { say, baseline, routed, isOther: isOther && cheapest !== null };
}

function unknownIn({ task, unknown }: TaskBill): string[] {
  return unknown.length === 0 ? [] : [`${task}: not known: ${unknown.join('; ')}.`];
}

function saysUnknown(outcomes: readonly Outcome[]): string[] {
  return outcomes.length === 0 ? [] : [`Not known, for want of prices: ${outcomes.map(({ say }) => say).join('; ')}.`];
}

function toNumber(amount: Fraction | null | undefined): number | null {
  return amount?.toNumber() ?? null;
}
