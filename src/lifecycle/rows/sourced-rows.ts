// Rows by the sample they ask, and what came of bringing those of two sources together.

import type { Verdict } from '../../call/verdict.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import type { Left } from './left-out.ts';

export interface SourcedRows {
  /** By the digest of the sample, in the order of the samples; those without an outcome are among them. */
  rows: ReadonlyMap<string, RowLine>;
  /** Answers that are kept, and not in a row. */
  left: readonly Left[];
  /** Samples that were never asked of a model, by its name. */
  unasked: ReadonlyMap<string, number>;
}

/** A sample is one row, whoever has asked it. Where both have an answer of one model, the first one's counts. */
export function joinRows(first: SourcedRows, second: SourcedRows): SourcedRows {
  const rows = new Map(first.rows);
  for (const [digest, row] of second.rows) {
    const known = rows.get(digest);
    const isKnown = known !== undefined && Object.keys(known.outcomes).length > 0;
    rows.set(digest, isKnown ? { ...known, outcomes: { ...row.outcomes, ...known.outcomes } } : row);
  }
  return { rows, left: [...first.left, ...second.left], unasked: new Map([...first.unasked, ...second.unasked]) };
}

/** Why nothing is known of an answer: the gates that could not say. */
export function sayUnjudged(verdicts: readonly Verdict[]): string {
  const broken = [...new Set(verdicts.filter(({ isBroken }) => isBroken === true).map(({ gate }) => gate))];
  return broken.length === 0 ? 'no verdict' : `no verdict, ${broken.join(', ')} could not say`;
}
