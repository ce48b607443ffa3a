// Whether a candidate's answers are as good as the base arm's: by canaries of both arms, or by what gates say where there are no canaries. The
// claims were declared when the rollout began; here is only read what was shown of them. Where canaries begin to come in the midst of a rollout that
// gates decided until then, the chances of being wrong of both add up.
import { type Comparison, differenceOf } from '../../stats/comparison.ts';
import { isShown } from '../../stats/mean-test.ts';
import { meanOf } from '../../stats/moments.ts';
import type { Evidence } from './evidence.ts';
import { count, difference, inPercent, inPoints, type Measure, type Says, STOP_SHARES } from './measure.ts';
import { allowedLoss, type RolloutRules } from './rules.ts';

export interface Quality extends Measure {
  /** What told it; null while nothing does. */
  by: 'canaries' | 'gates' | null;
  pairs: number;
}

/** Rounding of what a step allows. */
const SAME = 1e-9;

/** What is shown of quality, for callers to be as many as `percent` says. */
export function judgeQuality(
  evidence: Readonly<Evidence>,
  rules: Readonly<RolloutRules>,
  { percent, isByGates }: { percent: number; isByGates: boolean },
): Quality {
  const compared: Comparison = isByGates ? evidence.passes : evidence.gaps;
  const [base, candidate] = [meanOf(compared.paired.base), meanOf(compared.paired.candidate)];
  const allowed = allowedLoss(rules, percent);
  const isWorse = compared.tests.some(
    (test) => test.side === 'below' && isShown(test, rules.stopError * STOP_SHARES.quality),
  );
  const kept = compared.tests.filter((test) => test.side === 'above' && isShown(test, rules.promoteError));
  const least = Math.max(...kept.map(({ bound }) => bound));
  const says: Says = isWorse ? 'bad' : -least <= allowed + SAME ? 'fine' : 'open';
  const { low, high } = differenceOf(compared);
  const ends = { low: Math.max(low, least), high: isWorse ? Math.min(high, 0) : high };
  return {
    measure: 'quality',
    by: compared.pairs === 0 ? null : isByGates ? 'gates' : 'canaries',
    pairs: compared.pairs,
    base,
    candidate,
    difference: difference(base, candidate, ends),
    says,
    sentence: sayQuality({ base, candidate, ends, says, allowed, pairs: compared.pairs, isByGates }),
  };
}

interface Told {
  base: number | null;
  candidate: number | null;
  ends: { low: number; high: number };
  says: Says;
  allowed: number;
  pairs: number;
  isByGates: boolean;
}

function sayQuality({ base, candidate, ends, says, allowed, pairs, isByGates }: Told): string {
  if (base === null || candidate === null)
    return isByGates ? 'Quality: neither canaries nor gates tell anything.' : 'Quality: no canaries of both arms yet.';
  const gap = candidate - base;
  const side = gap < 0 ? 'below' : 'above';
  const by = isByGates
    ? `No canaries: pass rates of gates are compared instead. Quality: ${inPercent(candidate)} pass, ${inPercent(base)} of the base arm's, by ${count(pairs)} pairs of calls`
    : `Quality: ${inPoints(Math.abs(gap))} ${side} the base arm, by ${count(pairs)} pairs of canaries`;
  const between = `the difference lies between ${signed(ends.low)} and ${signed(ends.high)}`;
  const tells = {
    bad: 'the candidate is worse',
    fine: `it loses less than the ${inPoints(allowed)} that the next step allows`,
    open: `whether it loses more than the ${inPoints(allowed)} that the next step allows is open`,
  };
  return `${by}; ${between}: ${tells[says]}.`;
}

function signed(share: number): string {
  return share > 0 ? `+${inPoints(share)}` : inPoints(share);
}
