// Finds texts that nearly are the same: MinHash over runs of characters, so that it works in languages without spaces, cut into bands by
// which alike texts meet without everyone being compared with everyone.
// Broder (1997), On the resemblance and containment of documents; one permutation as in Li, Owen, Zhang (2012), One Permutation Hashing.

export interface Likeness {
  /** The number of the text's group: that of the first text which is like it, else one of its own. */
  groupOf: (text: string) => number;
}

const BINS = 64;
const ROWS = 4;
/** Length of a run, in UTF-16 units. */
const RUN = 6;
/** A longer text is known by its beginning and its end. */
const LONGEST = 8_000;
/** Share of the bins that two texts have in common, when they are like each other. */
const LIKE = 0.85;
/** Where more meet, they share a phrase and not a text. */
const MOST_IN_BAND = 50;
const EMPTY = 0xffffffff;

export function createLikeness(): Likeness {
  const exact = new Map<string, number>();
  const bands = new Map<string, number[]>();
  const firsts: Uint32Array[] = [];
  return {
    groupOf: (text) => {
      const plain = text.toLowerCase().replaceAll(/\s+/g, ' ').trim();
      const known = exact.get(plain);
      if (known !== undefined) return known;
      const signature = signatureOf(plain);
      const keys = signature === null ? [] : keysOf(signature);
      const group = signature === null ? null : nearest(signature, keys);
      const found = group ?? firsts.length;
      exact.set(plain, found);
      if (group === null) {
        firsts.push(signature ?? new Uint32Array());
        for (const key of keys) {
          const band = bands.get(key);
          if (band === undefined) bands.set(key, [found]);
          else if (band.length < MOST_IN_BAND) band.push(found);
        }
      }
      return found;
    },
  };

  function nearest(signature: Uint32Array, keys: readonly string[]): number | null {
    const candidates = new Set(keys.flatMap((key) => bands.get(key) ?? []));
    for (const candidate of candidates)
      if (resemblance(signature, firsts[candidate] as Uint32Array) >= LIKE) return candidate;
    return null;
  }
}

/** Null for a text that is too short to be nearly anything. */
function signatureOf(text: string): Uint32Array | null {
  const seen = text.length <= LONGEST ? text : text.slice(0, LONGEST / 2) + text.slice(-LONGEST / 2);
  if (seen.length < RUN * 3) return null;
  const least = new Uint32Array(BINS).fill(EMPTY);
  for (let at = 0; at + RUN <= seen.length; at++) {
    const hash = hashRun(seen, at);
    const bin = hash % BINS;
    const value = Math.floor(hash / BINS);
    if (value < (least[bin] as number)) least[bin] = value;
  }
  // An empty bin takes what its next neighbour has, with the distance in it.
  return least.map((value, bin) => {
    if (value !== EMPTY) return value;
    for (let step = 1; step < BINS; step++) {
      const other = least[(bin + step) % BINS] as number;
      if (other !== EMPTY) return (other + Math.imul(step, 0x9e3779b1)) >>> 0;
    }
    return value;
  });
}

/** FNV-1a over the units of a run, and its bits mixed (the end of MurmurHash3): neighbours have to fall far apart. */
function hashRun(text: string, start: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < start + RUN; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function keysOf(signature: Uint32Array): string[] {
  return Array.from(
    { length: BINS / ROWS },
    (_, band) => `${band}:${signature.slice(band * ROWS, (band + 1) * ROWS).join()}`,
  );
}

function resemblance(one: Uint32Array, other: Uint32Array): number {
  let same = 0;
  for (let bin = 0; bin < BINS; bin++) if (one[bin] === other[bin]) same++;
  return same / BINS;
}
