// Makes features of a request: a walk over its text for words, runs of letters and facts. It is bounded, however long the text is, and
// leaves nothing for the garbage collector but the answer, which is used again for the next request.
import type { RequestFacts } from '../rows/row.ts';
import { FACT_NAMES, FactCounter } from './facts.ts';
import type { DenseMatrix, RequestFeatures, SparseMatrix } from './features.ts';
import { createTokens, hashLetters, hashWord, readTokens, stir, type Tokens, WORD } from './scan.ts';

/** A request as features are made of it. */
export interface FeatureRequest {
  /** The text of the user's last turn. */
  text: string;
  facts: RequestFacts;
  task: string | null;
  segment: string | null;
}

export interface GramSpec {
  /** Words fall into 2 to this power buckets, and runs of letters into as many of their own. */
  bits: number;
  /** Whether pairs of neighbouring words count, beside single ones. */
  pairs: boolean;
  /** Lengths of the runs of letters, the ends of words among them; null for none. */
  runs: readonly [shortest: number, longest: number] | null;
}

export interface FeatureSpec {
  grams: GramSpec;
  /** How much a bucket tells, by bucket: the fewer requests have it, the more. */
  rarity: Float32Array;
}

export const USUAL_GRAMS: GramSpec = { bits: 14, pairs: true, runs: [4, 4] };

/** Number of the hashed columns. */
export function columnsOf({ bits, runs }: GramSpec): number {
  return 2 ** bits * (runs === null ? 1 : 2);
}

const PAIR = 0x9e3779b1;
/** Most different buckets one request may have; what comes behind is not counted. */
const MOST = 16_384;

/** Counts the buckets of one text after the other. */
class GramCounter {
  readonly touched = new Int32Array(MOST);
  readonly counts: Float32Array;
  count = 0;
  private readonly spec: GramSpec;
  private readonly mask: number;

  constructor(spec: GramSpec) {
    this.spec = spec;
    this.mask = 2 ** spec.bits - 1;
    this.counts = new Float32Array(columnsOf(spec));
  }

  /** Forgets the text before, and counts the words and runs of this one. */
  read(tokens: Tokens): void {
    for (let at = 0; at < this.count; at++) this.counts[this.touched[at] as number] = 0;
    this.count = 0;
    const { pairs, runs } = this.spec;
    const { kinds, hashes } = tokens;
    let before = 0;
    for (let at = 0; at < tokens.count; at++) {
      const hash = hashes[at] as number;
      this.add(hash & this.mask);
      if (pairs) this.add(stir(Math.imul(before, PAIR) ^ hash) & this.mask);
      before = hash;
      if (kinds[at] === WORD && runs !== null) this.runs(tokens, at, runs);
    }
  }

  private runs(
    { spelled, froms, tos, letters }: Tokens,
    at: number,
    [shortest, longest]: readonly [number, number],
  ): void {
    const first = (spelled[at] as number) - 1;
    const end = first + (tos[at] as number) - (froms[at] as number) + 2;
    const base = this.mask + 1;
    for (let length = shortest; length <= longest; length++)
      for (let start = first; start + length <= end; start++)
        this.add((hashLetters(letters, start, length) & this.mask) + base);
  }

  /** A name is one word, whatever it is made of. */
  name(name: string): void {
    this.add(hashWord(name) & this.mask);
  }

  private add(bucket: number): void {
    const before = this.counts[bucket] as number;
    if (before === 0) {
      if (this.count === MOST) return;
      this.touched[this.count++] = bucket;
    }
    this.counts[bucket] = before + 1;
  }
}

/** Walks over one text after the other, for words and for facts. */
class Walk {
  readonly counter: GramCounter;
  readonly facts = new FactCounter();
  private readonly tokens = createTokens();

  constructor(grams: GramSpec) {
    this.counter = new GramCounter(grams);
  }

  read({ text, task, segment }: FeatureRequest): void {
    readTokens(text, this.tokens);
    this.facts.begin(text);
    this.facts.read(this.tokens);
    this.counter.read(this.tokens);
    if (task !== null) this.counter.name(`task ${task}`);
    if (segment !== null) this.counter.name(`segment ${segment}`);
  }
}

export interface Extractor {
  /** The features of a request; the same object every time. */
  extract: (request: FeatureRequest) => RequestFeatures;
}

/** Words and runs have a length of 1 each, so that neither drowns the other. */
export function createExtractor({ grams, rarity }: FeatureSpec): Extractor {
  const walk = new Walk(grams);
  const half = 2 ** grams.bits;
  const features: RequestFeatures = {
    indices: walk.counter.touched,
    values: new Float32Array(MOST),
    counts: new Float32Array(MOST),
    count: 0,
    dense: new Float64Array(FACT_NAMES.length),
    embedding: null,
  };
  return {
    extract: (request) => {
      walk.read(request);
      walk.facts.end(request.facts, features.dense);
      features.count = walk.counter.count;
      weigh(walk.counter, features, { rarity, half });
      return features;
    },
  };
}

/** 1 + ln(n) for the counts that come often. */
const LOGS = Float64Array.from({ length: 256 }, (_, count) => (count < 2 ? 1 : 1 + Math.log(count)));

function weigh(
  { touched, counts, count }: GramCounter,
  { values, counts: logs }: RequestFeatures,
  { rarity, half }: { rarity: Float32Array; half: number },
): void {
  let words = 0;
  let runs = 0;
  for (let at = 0; at < count; at++) {
    const bucket = touched[at] as number;
    const times = counts[bucket] as number;
    const log = times < LOGS.length ? (LOGS[times] as number) : 1 + Math.log(times);
    const value = log * (rarity[bucket] as number);
    logs[at] = log;
    values[at] = value;
    if (bucket < half) words += value * value;
    else runs += value * value;
  }
  const perWord = words === 0 ? 0 : 1 / Math.sqrt(words);
  const perRun = runs === 0 ? 0 : 1 / Math.sqrt(runs);
  for (let at = 0; at < count; at++)
    values[at] = (values[at] as number) * ((touched[at] as number) < half ? perWord : perRun);
}

/** ln((1 + n) / (1 + d)) + 1 for a bucket that d of n requests have, as is usual for words; 0 for one that only one has: it tells nothing of others. */
export function rarityOf(requests: readonly FeatureRequest[], grams: GramSpec): Float32Array {
  const walk = new Walk(grams);
  const { counter } = walk;
  const having = new Float32Array(columnsOf(grams));
  for (const request of requests) {
    walk.read(request);
    for (let at = 0; at < counter.count; at++) {
      const bucket = counter.touched[at] as number;
      having[bucket] = (having[bucket] as number) + 1;
    }
  }
  return having.map((count) => (count < 2 ? 0 : Math.log((1 + requests.length) / (1 + count)) + 1));
}

/** The features of many requests at once. */
export function extractAll(
  requests: readonly FeatureRequest[],
  spec: FeatureSpec,
): { sparse: SparseMatrix; dense: DenseMatrix } {
  const extractor = createExtractor(spec);
  const dense = new Float64Array(requests.length * FACT_NAMES.length);
  const starts = new Int32Array(requests.length + 1);
  const kept = requests.map((request, at) => {
    const { indices, values, counts, count, dense: facts } = extractor.extract(request);
    dense.set(facts, at * FACT_NAMES.length);
    starts[at + 1] = (starts[at] as number) + count;
    return { indices: indices.slice(0, count), values: values.slice(0, count), counts: counts.slice(0, count) };
  });
  const total = starts[requests.length] as number;
  const sparse: SparseMatrix = {
    rows: requests.length,
    columns: columnsOf(spec.grams),
    starts,
    indices: new Int32Array(total),
    values: new Float32Array(total),
    counts: new Float32Array(total),
  };
  for (const [at, { indices, values, counts }] of kept.entries()) {
    sparse.indices.set(indices, starts[at]);
    sparse.values.set(values, starts[at]);
    sparse.counts.set(counts, starts[at]);
  }
  return { sparse, dense: { rows: requests.length, columns: FACT_NAMES.length, values: dense } };
}
