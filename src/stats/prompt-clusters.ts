// Finds prompts that are made from one template although their texts differ: MinHash over pairs of words, cut into bands; prompts that
// share a band are one. Sharing is carried on from prompt to prompt, so the order in which they come does not matter.
// Broder, A. (1997), On the resemblance and containment of documents; bands as in Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4.
import { hashText, mix } from './hash.ts';

/** 12 bands of 8: two texts with 90 % of their word pairs in common meet in 999 of 1000 cases, with 55 % in one of ten. */
const BANDS = 12;
const ROWS = 8;
const MOST_PAIRS = 2000;
/** In a shorter text one word may be the whole difference between two tasks: only equal ones are one. */
const LEAST_PAIRS = 16;
/** Beyond so many different prompts, new ones only look for those that are there: from then on the order does matter. */
const MOST_PROMPTS = 50_000;
const SEEDS = Array.from({ length: BANDS * ROWS }, (_, index) => mix(index + 1) | 1);

export interface PromptClusters {
  /** The cluster of a template; `onMerge` is told of clusters that turn out to be one. Null when there is no room for another prompt. */
  clusterOf: (template: string) => number | null;
  /** Of all templates in the cluster the one with the smallest hash: it does not depend on the order. */
  leastOf: (cluster: number) => { template: string; hash: number };
  /** Whether there were more different prompts than can be told apart in any order. */
  readonly isFull: boolean;
}

export function createPromptClusters(onMerge: (kept: number, gone: number) => void): PromptClusters {
  const known = new Map<number, number>();
  const bands = new Map<number, number>();
  const parents: number[] = [];
  const least: { template: string; hash: number }[] = [];

  function rootOf(at: number): number {
    let root = at;
    while (parents[root] !== root) root = parents[root] as number;
    for (let next = at; next !== root; ) {
      const parent = parents[next] as number;
      parents[next] = root;
      next = parent;
    }
    return root;
  }

  function unite(one: number, other: number): number {
    const [kept, gone] = one < other ? [one, other] : [other, one];
    if (kept === gone) return kept;
    parents[gone] = kept;
    const [here, there] = [least[kept], least[gone]];
    if (here !== undefined && there !== undefined && there.hash < here.hash) least[kept] = there;
    onMerge(kept, gone);
    return kept;
  }

  return {
    clusterOf: (template) => {
      const hash = hashText(template);
      const before = known.get(hash);
      if (before !== undefined) return rootOf(before);
      const keys = bandsOf(template);
      const neighbours = keys.flatMap((key) => bands.get(key) ?? []);
      const isFull = known.size >= MOST_PROMPTS;
      if (isFull) return neighbours[0] === undefined ? null : rootOf(neighbours[0]);
      let root = parents.length;
      parents.push(root);
      least.push({ template: beginning(template), hash });
      for (const neighbour of neighbours) root = unite(rootOf(neighbour), rootOf(root));
      known.set(hash, root);
      for (const key of keys) bands.set(key, root);
      return root;
    },
    leastOf: (cluster) => least[cluster] as { template: string; hash: number },
    get isFull() {
      return known.size >= MOST_PROMPTS;
    },
  };
}

/** Enough for a title, in a text of its own: a slice would keep the whole template in memory. */
function beginning(template: string): string {
  return template.split(' ', 24).join(' ');
}

/** A key for each band; none for a short text. */
function bandsOf(template: string): number[] {
  const words = template.split(' ');
  const pairs = new Set<number>();
  for (let at = 1; at < words.length && pairs.size < MOST_PAIRS; at++)
    pairs.add(hashText(`${words[at - 1]} ${words[at]}`) | 0);
  if (pairs.size < LEAST_PAIRS) return [];
  const least = new Uint32Array(BANDS * ROWS).fill(0xffffffff);
  for (const pair of pairs) {
    for (let index = 0; index < least.length; index++) {
      const seed = SEEDS[index] as number;
      const value = Math.imul(pair ^ seed, 0x9e3779b1 ^ (seed << 1)) >>> 0;
      if (value < (least[index] as number)) least[index] = value;
    }
  }
  return Array.from({ length: BANDS }, (_, band) => {
    let one = mix(band + 1);
    let two = mix(band + 77);
    for (let row = 0; row < ROWS; row++) {
      const value = least[band * ROWS + row] as number;
      one = mix(one ^ value);
      two = mix(two + value);
    }
    return (two & 0x1fffff) * 2 ** 32 + one;
  });
}
