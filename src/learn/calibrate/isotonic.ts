// Scores as chances along a curve of any shape that never falls: for many labels. Ayer et al. (1955), An empirical distribution function
// for sampling with incomplete information: pool adjacent violators. Zadrozny, Elkan (2002), Transforming classifier scores into accurate
// multiclass probability estimates.
import type { Labelled } from './calibrate.ts';

/** Steps, each at the mean score of those that were pooled, with straight lines between them: scores that differ are seldom tied. */
export interface IsotonicCurve {
  kind: 'isotonic';
  /** Rising. */
  scores: number[];
  /** Not falling; as many. */
  chances: number[];
}

interface Block {
  weight: number;
  /** Weighted sums. */
  scores: number;
  labels: number;
}

/** More steps say nothing more. */
const MOST_STEPS = 40;

/** Needs at least one label. */
export function fitIsotonic({ scores, labels, weights }: Labelled): IsotonicCurve {
  const blocks = fewer(pool(blocksOf({ scores, labels, weights })));
  return {
    kind: 'isotonic',
    scores: blocks.map((block) => block.scores / block.weight),
    chances: chancesOf(blocks),
  };
}

/** One block for each score that differs, in order. */
function blocksOf({ scores, labels, weights }: Labelled): Block[] {
  const order = Int32Array.from({ length: scores.length }, (_, at) => at).sort(
    (one, other) => (scores[one] as number) - (scores[other] as number) || one - other,
  );
  const blocks: Block[] = [];
  let before = Number.NaN;
  for (const at of order) {
    const score = scores[at] as number;
    const weight = weights[at] as number;
    if (!(weight > 0)) continue;
    const block = { weight, scores: score * weight, labels: (labels[at] as number) * weight };
    if (score === before) merge(blocks.at(-1) as Block, block);
    else blocks.push(block);
    before = score;
  }
  return blocks;
}

function merge(block: Block, next: Block): void {
  block.weight += next.weight;
  block.scores += next.scores;
  block.labels += next.labels;
}

/** A block that is not better than the one below it is one with it. */
function pool(blocks: readonly Block[]): Block[] {
  const pooled: Block[] = [];
  for (const block of blocks) {
    pooled.push({ ...block });
    for (let last = pooled.length - 1; last > 0; last--) {
      const [low, high] = [pooled[last - 1] as Block, pooled[last] as Block];
      if (low.labels * high.weight < high.labels * low.weight) break;
      merge(low, high);
      pooled.pop();
    }
  }
  return pooled;
}

/** Blocks of less weight than their share go together with the next one; means of neighbours do not fall either. */
function fewer(blocks: readonly Block[]): Block[] {
  const share = blocks.reduce((sum, { weight }) => sum + weight, 0) / MOST_STEPS;
  const kept: Block[] = [];
  for (const block of blocks) {
    const last = kept.at(-1);
    if (last !== undefined && last.weight < share) merge(last, block);
    else kept.push({ ...block });
  }
  return kept;
}

/** No chance is 0 or 1: the ends are cut where as many labels as the end's block has could not tell more. */
function chancesOf(blocks: readonly Block[]): number[] {
  const first = blocks[0] as Block;
  const last = blocks.at(-1) as Block;
  const floor = Math.min(0.5, 1 / (first.weight + 2));
  const ceiling = Math.max(0.5, 1 - 1 / (last.weight + 2));
  return blocks.map(({ labels, weight }) => Math.min(ceiling, Math.max(floor, labels / weight)));
}

export function isotonicChance({ scores, chances }: IsotonicCurve, score: number): number {
  let low = 0;
  let high = scores.length - 1;
  if (!(score > (scores[low] as number))) return chances[low] as number;
  if (score >= (scores[high] as number)) return chances[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((scores[middle] as number) <= score) low = middle;
    else high = middle;
  }
  const [from, to] = [scores[low] as number, scores[high] as number];
  const [least, most] = [chances[low] as number, chances[high] as number];
  return Math.min(most, least + ((score - from) / (to - from)) * (most - least));
}
