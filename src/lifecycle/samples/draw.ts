// Draws samples that stand for the traffic they come from: from every stratum some, small ones more than their share, and each with the
// weight that sets that right again. The same calls, seed and number give the same draw.
import { createRandom, shuffled } from '../../stats/random.ts';
import type { SortedCall, Stratum } from './strata.ts';

export interface DrawOptions<Drawn> {
  /** How many to draw. */
  count: number;
  seed: number;
  /** Groups of which there is a sample already. */
  takenGroups: ReadonlySet<number>;
  /** Makes the sample of a call; null when there is one like it. Asked only about calls that are drawn. */
  take: (call: SortedCall) => Drawn | null;
}

export interface StratumDraw {
  /** Null: all the strata that are too small for a sample of their own. */
  stratum: Stratum | null;
  /** Calls of the traffic in it. */
  calls: number;
  /** Of all calls. */
  share: number;
  /** Those that do not nearly repeat another one. */
  distinct: number;
  drawn: number;
  /** Of each of its samples; null when none was drawn. */
  weight: number | null;
}

export interface Draw<Drawn> {
  drawn: { sample: Drawn; stratum: Stratum; weight: number }[];
  /** The one with most calls first. */
  strata: StratumDraw[];
}

interface Cell {
  stratum: Stratum | null;
  calls: SortedCall[];
  free: number;
}

export function draw<Drawn>(calls: readonly SortedCall[], options: DrawOptions<Drawn>): Draw<Drawn> {
  const { count, seed, takenGroups, take } = options;
  const cells = toCells(calls, { takenGroups, most: count });
  const quotas = allocate(cells, count);
  const random = createRandom(seed);
  const taken = new Set(takenGroups);
  const found = cells.map((cell, index) => {
    const samples: { sample: Drawn; stratum: Stratum }[] = [];
    // Calls and not groups are shuffled: what is asked often is likelier to be drawn.
    for (const call of shuffled(cell.calls, random)) {
      if (samples.length >= (quotas[index] as number)) break;
      if (taken.has(call.group)) continue;
      taken.add(call.group);
      const sample = take(call);
      if (sample !== null) samples.push({ sample, stratum: call.stratum });
    }
    return samples;
  });
  const covered = cells.reduce((sum, { calls: own }, index) => sum + (found[index]?.length === 0 ? 0 : own.length), 0);
  const all = found.reduce((sum, { length }) => sum + length, 0);
  const weights = cells.map(({ calls: own }, index) => {
    const drawn = found[index]?.length ?? 0;
    return drawn === 0 ? null : own.length / covered / (drawn / all);
  });
  return {
    drawn: found.flatMap((samples, index) => samples.map((one) => ({ ...one, weight: weights[index] ?? 1 }))),
    strata: cells.map(({ stratum, calls: own, free }, index) => ({
      stratum,
      calls: own.length,
      share: own.length / calls.length,
      distinct: free,
      drawn: found[index]?.length ?? 0,
      weight: weights[index] ?? null,
    })),
  };
}

/** At most so many cells as there are samples to draw: the smallest strata share the last. */
function toCells(
  calls: readonly SortedCall[],
  { takenGroups, most }: { takenGroups: ReadonlySet<number>; most: number },
): Cell[] {
  const byStratum = Map.groupBy(
    calls,
    ({ stratum: { length, language, cluster } }) => `${cluster} ${language} ${length}`,
  );
  const toCell = (own: SortedCall[], stratum: Stratum | null): Cell => {
    const groups = new Set(own.map(({ group }) => group));
    return { stratum, calls: own, free: [...groups].filter((group) => !takenGroups.has(group)).length };
  };
  const cells = [...byStratum]
    .map(([key, own]) => ({ key, cell: toCell(own, (own[0] as SortedCall).stratum) }))
    .sort((one, other) => other.cell.calls.length - one.cell.calls.length || (one.key < other.key ? -1 : 1))
    .map(({ cell }) => cell);
  if (cells.length <= most) return cells;
  const own = cells.slice(0, most - 1);
  return [
    ...own,
    toCell(
      cells.slice(most - 1).flatMap(({ calls: rest }) => rest),
      null,
    ),
  ];
}

/**
 * One for each cell, the rest in proportion to the square roots of their calls, never more than a cell has (power allocation:
 * Bankier, 1988): a large one has enough to be known well, a small one enough to be known at all.
 */
export function allocate(cells: readonly { calls: { length: number }; free: number }[], count: number): number[] {
  const quotas = cells.map(({ free }) => Math.min(1, free));
  const priority = (index: number): number => {
    const { calls, free } = cells[index] as { calls: { length: number }; free: number };
    const quota = quotas[index] as number;
    return quota >= free ? -1 : Math.sqrt(calls.length) / (quota + 0.5);
  };
  // Highest averages (Sainte-Laguë): whole numbers that are as near to the proportion as they can be.
  for (let left = count - quotas.reduce((sum, quota) => sum + quota, 0); left > 0; left--) {
    let best = -1;
    for (let index = 0; index < cells.length; index++)
      if (priority(index) > (best === -1 ? 0 : priority(best))) best = index;
    if (best === -1) break;
    quotas[best] = (quotas[best] as number) + 1;
  }
  return quotas;
}
