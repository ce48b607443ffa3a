// Routes that choose by what is known: the cheapest model that is good enough, or the best that is cheap enough. They only
// sort the list. A model without evidence is never taken for a good one that is also cheap.
import { formatUsd } from '../call/money.ts';
import type { Expected, Reason } from '../call/plan.ts';
import type { Asked } from './asked.ts';
import { percent } from './attempts.ts';
import { expect } from './expected-cost.ts';
import type { Candidate } from './guard.ts';
import type { PolicyMode } from './policy.ts';

interface Known {
  candidate: Candidate;
  expected: Expected;
}

/** The candidates with the models of the route proper sorted by its mode; fallbacks stay behind them. */
export function sortByMode(candidates: readonly Candidate[], asked: Asked, reasons: Reason[]): readonly Candidate[] {
  const { route } = asked;
  if (route === null || route.mode === null) return candidates;
  const own = new Set(route.models.slice(0, route.ownCount));
  const known = candidates
    .filter(({ model }) => own.has(model.name))
    .map((candidate): Known => ({ candidate, expected: (candidate.expected ??= expect(candidate, asked)) }));
  const sorted = route.mode.best === 'cost' ? byCost(known, route.mode) : byQuality(known);
  const first = sorted[0];
  if (first !== undefined) reasons.push({ step: 'mode', say: sayChoice(first, route.mode, sorted) });
  return [...sorted.map(({ candidate }) => candidate), ...candidates.filter(({ model }) => !own.has(model.name))];
}

/** Models that are known to be good enough, cheapest first; then the others, the most trusted first. */
function byCost(known: readonly Known[], { quality }: { quality: number }): Known[] {
  const isGood = ({ expected: { passRate } }: Known): boolean => passRate !== null && passRate >= quality;
  const good = known.filter(isGood);
  const costOf = ({ expected }: Known): number => expected.costNanoUsd ?? Number.POSITIVE_INFINITY;
  return [
    ...good.toSorted((one, other) => compare(costOf(one), costOf(other)) || byTrust(one, other)),
    ...known.filter((one) => !isGood(one)).toSorted(byTrust),
  ];
}

/** The highest known pass rate first; but a higher tier of which nothing is known goes before it. */
function byQuality(known: readonly Known[]): Known[] {
  const rated = known.filter(({ expected }) => expected.passRate !== null);
  const best = rated.toSorted(
    (one, other) => compare(other.expected.passRate ?? 0, one.expected.passRate ?? 0) || byTrust(one, other),
  );
  const rank = best[0]?.candidate.model.rank ?? Number.NEGATIVE_INFINITY;
  const unrated = known.filter(({ expected }) => expected.passRate === null).toSorted(byTrust);
  const isAbove = ({ candidate }: Known): boolean => candidate.model.rank > rank;
  return [...unrated.filter(isAbove), ...best, ...unrated.filter((one) => !isAbove(one))];
}

/** The higher tier first; equal ones keep the order of the route. */
function byTrust(one: Known, other: Known): number {
  return other.candidate.model.rank - one.candidate.model.rank;
}

function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function sayChoice({ candidate, expected }: Known, mode: PolicyMode, among: readonly Known[]): string {
  const { name } = candidate.model;
  const { costNanoUsd: cost, passRate } = expected;
  const price = cost === null ? 'at an unknown cost' : `for an expected $${formatUsd(cost)}`;
  const rate = passRate === null ? 'its pass rate is not known' : `its answers pass in at least ${percent(passRate)}`;
  if (mode.best === 'quality') return `${name} is the best of ${among.length} under the ceiling ${price}: ${rate}`;
  const floor = percent(mode.quality);
  if (passRate !== null && passRate >= mode.quality)
    return `${name} is the cheapest that reaches ${floor}, ${price}: ${rate}`;
  return `none of ${among.length} is known to reach ${floor}, so ${name}, the highest tier, ${price}: ${rate}`;
}
