// Where a mean lies, of values without bounds that come one by one: an interval that may be looked at after every value, as the classic one
// may be after a fixed number of them. It holds for many values and a finite spread, by the central limit theorem, and promises nothing for
// few: never use it for what hardly ever happens, which looks like no spread at all.
import type { Range } from './mean-interval.ts';
import { type Moments, varianceOf } from './moments.ts';

export interface AsymptoticOptions {
  /** Chance that the interval is wrong at any of the moments it is looked at, both ends together, in the limit. */
  error: number;
  /** The count at which it is to be narrowest; it is a little wider at others. */
  narrowestAt: number;
}

/** Fewer values tell nothing. */
const LEAST = 30;

/**
 * Where the mean lies; null of fewer than 30 values. Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024), Time-uniform central limit theory
 * and asymptotic confidence sequences, theorem 2.2. Throws RangeError for an error that is no chance.
 */
export function asymptoticInterval(
  moments: Readonly<Moments>,
  { error, narrowestAt }: AsymptoticOptions,
): Range | null {
  if (!(error > 0 && error < 1)) throw new RangeError(`an error between 0 and 1 is expected, not ${error}`);
  const variance = varianceOf(moments);
  if (moments.count < LEAST || variance === null) return null;
  const { count, mean } = moments;
  const sharpness = -2 * Math.log(error);
  // The square of the paper's rho, by its section on how to choose it.
  const mixed = (count * (sharpness + Math.log1p(sharpness))) / narrowestAt;
  const margin = Math.sqrt((((variance / count) * 2 * (mixed + 1)) / mixed) * Math.log(Math.sqrt(mixed + 1) / error));
  return { low: mean - margin, high: mean + margin };
}
