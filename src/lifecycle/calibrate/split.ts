// Divides cases into one half to choose by and one to report on: by their digests alone, so that every run divides them alike, and each half
// has its part of the right and the wrong answers.
import { digestOf } from '../samples/sample.ts';
import type { Case } from './cascade.ts';

export interface Split {
  choose: Case[];
  report: Case[];
}

export function splitCases(cases: readonly Case[]): Split {
  const split: Split = { choose: [], report: [] };
  const strata = Map.groupBy(cases, ({ steps }) => steps.map(({ quality }) => (quality === 1 ? '1' : '0')).join(''));
  let turn = 0;
  for (const [, stratum] of [...strata].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    for (const one of stratum.toSorted((left, right) => (lotOf(left) < lotOf(right) ? -1 : 1)))
      (turn++ % 2 === 0 ? split.choose : split.report).push(one);
  }
  return split;
}

/** Has nothing to do with the order in which samples are asked. */
function lotOf({ digest }: Case): string {
  return digestOf(['calibrate', digest]);
}
