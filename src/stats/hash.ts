// Hashes that are the same on every machine and in every run, for grouping and for drawing samples. Never for secrets.

/** A whole number below 2^53 for a text. Two lanes of multiply and xor with Murmur3's constants and its final mix. */
export function hashText(text: string, seed = 0): number {
  let one = 0x9e3779b9 ^ seed;
  let two = 0x85ebca6b ^ seed;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0xcc9e2d51);
    two = Math.imul(two ^ code, 0x1b873593);
    one ^= two >>> 15;
    two ^= one >>> 13;
  }
  return (mix(two) & 0x1fffff) * 2 ** 32 + mix(one ^ two);
}

/** The 32 bits of a number well stirred; unsigned. */
export function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A hash as 12 letters and digits, for files. */
export function showHash(hash: number): string {
  return hash.toString(36).padStart(11, '0');
}
