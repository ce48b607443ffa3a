// What the evidence of a rollout says of one measure: fine, open or bad, with the figures and a sentence. Bad is said by evidence only, never by
// the lack of it; a measure that is not known is open.
import type { ArmName } from '../../call/arm.ts';
import { formatUsd } from '../../call/money.ts';
import { asymptoticInterval } from '../../stats/asymptotic-interval.ts';
import { differenceOf } from '../../stats/comparison.ts';
import type { Range } from '../../stats/mean-interval.ts';
import { isShown } from '../../stats/mean-test.ts';
import { type Moments, meanOf } from '../../stats/moments.ts';
import type { Evidence, PerArm } from './evidence.ts';
import type { RolloutRules } from './rules.ts';

export type MeasureName = 'quality' | 'cost' | 'latency' | 'errors';
export type Says = 'fine' | 'open' | 'bad';

export interface Measure {
  measure: MeasureName;
  /** Quality: mean gap or pass rate; cost: mean nano-dollars; latency: geometric mean in milliseconds; errors: share. Null when not known. */
  base: number | null;
  candidate: number | null;
  /** Candidate less base; of cost and latency candidate over base. Null when nothing is known, or an end is not. */
  difference: { mean: number | null; low: number | null; high: number | null } | null;
  says: Says;
  sentence: string;
}

/** How the chance of a stop that is none is shared out: quality needs most of it, for canaries are dear and calls are not. */
export const STOP_SHARES: Readonly<Record<MeasureName, number>> = {
  quality: 0.7,
  cost: 0.1,
  latency: 0.1,
  errors: 0.1,
};
/** Calls of an arm at which intervals of cost and latency are narrowest. */
const NARROWEST_AT = 500;

/** Whether the candidate fails more often than it may. Exact at any rate, and so at low ones. */
export function judgeErrors(evidence: Readonly<Evidence>, rules: Readonly<RolloutRules>): Measure {
  const { failures } = evidence;
  const [base, candidate] = [meanOf(failures.paired.base), meanOf(failures.paired.candidate)];
  const { low, high } = differenceOf(failures);
  const isBad = failures.tests.some((test) => isShown(test, rules.stopError * STOP_SHARES.errors));
  const says = isBad ? 'bad' : high <= rules.maxErrorRise ? 'fine' : 'open';
  const bound = inPoints(rules.maxErrorRise);
  const figures = `${inPercent(candidate)} of calls failed, ${inPercent(base)} of the base arm's`;
  const tells = {
    bad: `more than ${bound} more`,
    fine: `not more than ${bound} more`,
    open: `whether it is more than ${bound} more is open`,
  };
  return {
    measure: 'errors',
    base,
    candidate,
    difference: difference(base, candidate, { low: isBad ? Math.max(low, rules.maxErrorRise) : low, high }),
    says,
    sentence: base === null ? 'Errors: nothing is known yet.' : `Errors: ${figures}: ${tells[says]}.`,
  };
}

/** Whether the candidate's mean call costs more than it may. What is not known is left out and counted. */
export function judgeCost(evidence: Readonly<Evidence>, rules: Readonly<RolloutRules>): Measure {
  const { cost, unknownCosts } = evidence;
  const ends = endsOf(cost, rules, 'cost');
  const ratio =
    ends === null
      ? null
      : {
          low: ends.base.high > 0 ? Math.max(0, ends.candidate.low) / ends.base.high : null,
          high: ends.base.low > 0 ? ends.candidate.high / ends.base.low : null,
        };
  const bound = rules.maxCostRatio;
  // A base that costs nothing has no ratio: whatever costs something is more than that.
  const isBad = ends !== null && isEnough(evidence, rules) && ends.candidate.low > bound * ends.base.high;
  const isFine = ends !== null && ends.candidate.high <= bound * ends.base.low;
  const unknown = unknownCosts.base + unknownCosts.candidate;
  const left = unknown === 0 ? '' : ` The cost of ${count(unknown)} calls is not known and left out.`;
  const [base, candidate] = [meanOf(cost.base), meanOf(cost.candidate)];
  const says = isBad ? 'bad' : isFine ? 'fine' : 'open';
  const figures = `$${usd(candidate)} a call, $${usd(base)} on the base arm`;
  return {
    measure: 'cost',
    base,
    candidate,
    difference: ratio === null ? null : { mean: over(candidate, base), ...ratio },
    says,
    sentence:
      sayRatio({ name: 'Cost', figures: base === null || candidate === null ? null : figures, says, bound }) + left,
  };
}

/** Whether the candidate's answers take longer than they may: geometric means of the calls that did not fail. */
export function judgeLatency(evidence: Readonly<Evidence>, rules: Readonly<RolloutRules>): Measure {
  const { latency } = evidence;
  const ends = endsOf(latency, rules, 'latency');
  const ratio =
    ends === null
      ? null
      : {
          low: Math.exp(ends.candidate.low - ends.base.high),
          high: Math.exp(ends.candidate.high - ends.base.low),
        };
  const bound = rules.maxLatencyRatio;
  const isBad = ratio !== null && isEnough(evidence, rules) && ratio.low > bound;
  const says = isBad ? 'bad' : ratio !== null && ratio.high <= bound ? 'fine' : 'open';
  const [base, candidate] = [geometric(latency.base), geometric(latency.candidate)];
  const figures = `${count(candidate ?? 0)} ms, ${count(base ?? 0)} ms on the base arm`;
  return {
    measure: 'latency',
    base,
    candidate,
    difference: ratio === null ? null : { mean: over(candidate, base), ...ratio },
    says,
    sentence: sayRatio({ name: 'Latency', figures: base === null || candidate === null ? null : figures, says, bound }),
  };
}

/** Intervals of both arms that hold together; null while one has too few values. */
function endsOf(
  moments: PerArm<Moments>,
  { stopError }: Readonly<RolloutRules>,
  measure: 'cost' | 'latency',
): PerArm<Range> | null {
  const options = { error: (stopError * STOP_SHARES[measure]) / 2, narrowestAt: NARROWEST_AT };
  const base = asymptoticInterval(moments.base, options);
  const candidate = asymptoticInterval(moments.candidate, options);
  return base === null || candidate === null ? null : { base, candidate };
}

/** An interval that holds for many values is not acted upon by few. */
function isEnough({ calls }: Readonly<Evidence>, { minCalls }: Readonly<RolloutRules>): boolean {
  return (['base', 'candidate'] as const satisfies readonly ArmName[]).every((arm) => calls[arm] >= minCalls);
}

function sayRatio({
  name,
  figures,
  says,
  bound,
}: {
  name: string;
  figures: string | null;
  says: Says;
  bound: number;
}): string {
  if (figures === null) return `${name}: nothing is known yet.`;
  const tells = {
    bad: `more than ${bound} times as much`,
    fine: `not more than ${bound} times as much`,
    open: `whether it is more than ${bound} times as much is open`,
  };
  return `${name}: ${figures}: ${tells[says]}.`;
}

export function difference(base: number | null, candidate: number | null, { low, high }: Range): Measure['difference'] {
  return base === null || candidate === null ? null : { mean: candidate - base, low, high };
}

function over(candidate: number | null, base: number | null): number | null {
  return candidate === null || base === null || base === 0 ? null : candidate / base;
}

function geometric(moments: Moments): number | null {
  const mean = meanOf(moments);
  return mean === null ? null : Math.exp(mean);
}

/** Three digits: a mean is not known better. */
function usd(nanoUsd: number | null): string {
  return formatUsd(Math.round(Number((nanoUsd ?? 0).toPrecision(3))));
}

/** `1,204` */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `92.4 %` of 0.924. */
export function inPercent(share: number | null): string {
  return share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`;
}

/** `3 points` of 0.03. */
export function inPoints(share: number): string {
  const said = String(Number((share * 100).toFixed(1)));
  return `${said} ${said === '1' ? 'point' : 'points'}`;
}
