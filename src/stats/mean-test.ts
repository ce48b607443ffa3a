// Whether a mean lies above or below a bound, of values that come one by one: a test that may be looked at after every value, with a stated
// chance to ever say so wrongly, whatever the values' distribution. Somebody bets that it does, in a game that is fair or worse where it does
// not; who gets rich shows that it does (Ville 1939). Waudby-Smith, Ramdas (2024), Estimating means of bounded random variables by betting,
// section 4; one bettor for each distance that the mean may have from the bound.
import type { Range } from './mean-interval.ts';

export interface MeanClaim {
  /** What is to be shown: that the mean lies there. */
  side: 'above' | 'below';
  bound: number;
  /** Distances from the bound that are bet on, with the share of the stakes for each. Shares add up to 1. */
  distances: readonly { distance: number; share: number }[];
}

/** The claim and all that is known of it; plain numbers, to be kept and gone on with. */
export interface MeanTest extends MeanClaim {
  /** What each bettor holds of one unit. */
  holdings: readonly number[];
  /** The most that all of them ever held together: 1 / error and more shows the claim with that chance of being wrong. */
  most: number;
}

export interface BetOptions {
  /** Values are never outside of it. */
  range: Range;
  /** Of the value that comes, as far as it was known before: a wrong one costs speed, never soundness. */
  variance: number;
}

/** Nobody stakes more than what leaves this share of it at the worst. */
const LEAST_LEFT = 0.1;
/** Holdings stay numbers that JSON can write. */
const MOST_HELD = 1e100;
const LEAST_HELD = 1e-100;

export function noTest(claim: MeanClaim): MeanTest {
  return { ...claim, holdings: claim.distances.map(() => 1), most: 1 };
}

/** The test with one more value. Throws RangeError for a value outside of the range. */
export function withBet(test: Readonly<MeanTest>, value: number, { range, variance }: BetOptions): MeanTest {
  if (!(value >= range.low && value <= range.high))
    throw new RangeError(`${value} is not between ${range.low} and ${range.high}`);
  const gain = test.side === 'above' ? value - test.bound : test.bound - value;
  const worst = test.side === 'above' ? test.bound - range.low : range.high - test.bound;
  const mostStake = (1 - LEAST_LEFT) / Math.max(1e-9, worst);
  let all = 0;
  const holdings = test.holdings.map((held, at) => {
    const { distance = 0, share = 0 } = test.distances[at] ?? {};
    const stake = Math.min(distance / Math.max(1e-9, variance), mostStake);
    const next = Math.min(MOST_HELD, Math.max(LEAST_HELD, held * (1 + stake * gain)));
    all += share * next;
    return next;
  });
  return { ...test, holdings, most: Math.max(test.most, all) };
}

/** Whether the claim is shown, with at most this chance that it was ever said so wrongly. */
export function isShown({ most }: Pick<MeanTest, 'most'>, error: number): boolean {
  return most >= 1 / error;
}
