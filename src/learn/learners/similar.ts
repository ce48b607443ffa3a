// Looks a request up among examples that were kept: how similar it is to each, and so whether anything like it has ever been seen.
import type { RequestFeatures } from '../features/features.ts';
import { createSketch, DIMENSIONS, lengthsOf, packPairs, products, type Sketch } from './sketch.ts';

/** Sketches of the examples that were kept, and what is usual among them. */
export interface Kept {
  count: number;
  /** What the sketches are of. */
  of: 'hashed' | 'embedding';
  sketches: Int8Array;
  /** A similarity that is high: half of the training rows have ten others above it. */
  bound: number;
  /** The mean similarity to the ten nearest that all but two in a hundred training rows reach. */
  familiar: number;
}

/** How near a request is to what has been seen. */
export interface Nearness {
  /** Number of kept examples that are more similar than the bound. */
  near: number;
  /** Mean similarity, -1 to 1, of the ten nearest. */
  similarity: number;
  /** Whether that is what training rows have to each other; where not, nobody knows how answers turn out. */
  isFamiliar: boolean;
}

export const NEAREST = 10;

export interface Lookup {
  /** Fills `similarities`; false for a request that nothing can be said of: no embedding, no features. */
  look(request: RequestFeatures): boolean;
  similarities: Float32Array;
  /** Of the request looked up last, `except` one kept example or none. */
  nearest(except?: number): { mean: number; last: number };
}

export function createLookup({ count, of, sketches }: Pick<Kept, 'count' | 'of' | 'sketches'>): Lookup {
  const sketch = createSketch();
  const own = new Int8Array(DIMENSIONS);
  const similarities = new Float32Array(count);
  const turned = new Int32Array(DIMENSIONS / 2);
  const pairs = packPairs(sketches, false);
  const inners = new Int32Array(count);
  const perLength = lengthsOf(sketches).map((length) => 1 / (length || 1));
  const top = new Float64Array(NEAREST);
  return {
    similarities,
    look: (request) => {
      const length = sketchOf(request, of, sketch, own);
      if (length === 0) return false;
      products(packPairs(own, true, turned), pairs, inners);
      for (let at = 0; at < count; at++)
        similarities[at] = ((inners[at] as number) * (perLength[at] as number)) / length;
      return true;
    },
    nearest: (except = -1) => nearestOf(similarities, except, top),
  };
}

/** The length of the sketch that is written to `out`; 0 where the request has not what sketches are made of. */
export function sketchOf(
  { indices, values, count, embedding }: RequestFeatures,
  of: Kept['of'],
  sketch: Sketch,
  out: Int8Array,
): number {
  if (of === 'hashed') return sketch(indices, values, count, out);
  return embedding === null ? 0 : sketch(null, embedding, embedding.length, out);
}

/** The ten highest, kept in order while going through all. */
function nearestOf(similarities: Float32Array, except: number, top: Float64Array): { mean: number; last: number } {
  let size = 0;
  for (let at = 0; at < similarities.length; at++) {
    const value = similarities[at] as number;
    if (at === except || (size === NEAREST && value <= (top[size - 1] as number))) continue;
    let place = size < NEAREST ? size++ : size - 1;
    for (; place > 0 && (top[place - 1] as number) < value; place--) top[place] = top[place - 1] as number;
    top[place] = value;
  }
  if (size === 0) return { mean: -1, last: -1 };
  let sum = 0;
  for (let at = 0; at < size; at++) sum += top[at] as number;
  return { mean: sum / size, last: top[size - 1] as number };
}

/** Asks of one request after the other; null where nothing can be said. */
export function nearness(kept: Kept): (request: RequestFeatures) => Nearness | null {
  const lookup = createLookup(kept);
  return (request) => {
    if (!lookup.look(request)) return null;
    let near = 0;
    for (let at = 0; at < kept.count; at++) if ((lookup.similarities[at] as number) > kept.bound) near++;
    const { mean } = lookup.nearest();
    return { near, similarity: mean, isFamiliar: mean >= kept.familiar };
  };
}
