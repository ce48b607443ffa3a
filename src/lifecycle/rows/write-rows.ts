// Rows as lines of JSON, masked unless somebody says otherwise, in a file or for standard output; and what is in them.
import { gzipSync } from 'node:zlib';
import { replaceFile } from '../../config/replace-file.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import type { FoundCounts } from '../../mask/mask.ts';
import { maskRow } from './mask-row.ts';

export interface ModelOutcomes {
  /** Rows with an outcome of it. */
  count: number;
  /** The weighted mean of their qualities, 0 to 1. */
  mean: number;
}

export interface RowTally {
  rows: number;
  outcomes: Record<string, ModelOutcomes>;
  /** Requests without an outcome, which become no rows. */
  empty: number;
  /** Secrets and personal data that were masked, every occurrence counted; null when nothing was masked. */
  masked: FoundCounts | null;
}

/** Lines and what is in them. */
export function toLines(all: Iterable<RowLine>, isMasked: boolean): { text: string; tally: RowTally } {
  const lines: string[] = [];
  const sums = new Map<string, { count: number; sum: number; weight: number }>();
  const masked: FoundCounts = {};
  let empty = 0;
  for (const plain of all) {
    const outcomes = Object.entries(plain.outcomes);
    if (outcomes.length === 0) {
      empty++;
      continue;
    }
    for (const [model, { correct, score }] of outcomes) {
      const own = plain.weight ?? 1;
      const { count, sum, weight } = sums.get(model) ?? { count: 0, sum: 0, weight: 0 };
      sums.set(model, {
        count: count + 1,
        sum: sum + own * Number(correct ?? score ?? 0),
        weight: weight + own,
      });
    }
    const { row, found } = isMasked ? maskRow(plain) : { row: plain, found: {} };
    for (const [kind, times] of Object.entries(found)) masked[kind] = (masked[kind] ?? 0) + times;
    lines.push(`${JSON.stringify(row)}\n`);
  }
  const tally: RowTally = {
    rows: lines.length,
    outcomes: Object.fromEntries(
      [...sums].map(([model, { count, sum, weight }]) => [model, { count, mean: sum / weight }]),
    ),
    empty,
    masked: isMasked ? masked : null,
  };
  return { text: lines.join(''), tally };
}

/** Whole or not at all; packed when the name ends in `.gz`. Throws what the file system does. */
export function writeRows(path: string, text: string): void {
  replaceFile(path, path.endsWith('.gz') ? gzipSync(text) : text);
}
