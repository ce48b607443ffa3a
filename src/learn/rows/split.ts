// Splits rows so that no part knows anything of another: requests that are made from one template stay together. A split is drawn by a
// hash of the family, so it is the same in every run with the same seed, and a row that is added moves no other.
import { hashText } from '../../stats/hash.ts';
import { createPromptClusters } from '../../stats/prompt-clusters.ts';
import type { Row } from './row.ts';

/** A line that more prompts have than this share is what they are all made from, not what makes two of them alike. */
const COMMON = 0.02;
const LEAST_COMMON = 4;
/** A family that has more of the rows is none: then all requests are of one kind, and each stands for itself. */
const LARGEST = 0.1;

/** For each row the number of its family: 0, 1, 2, ... */
export function familiesOf(rows: readonly Row[]): Int32Array {
  const parents = new Map<number, number>();
  const clusters = createPromptClusters((kept, gone) => void parents.set(gone, kept));
  const isCommon = commonLines(rows);
  const found = rows.map(({ task, prompt }, index) => {
    const own = linesOf(prompt).filter((line) => !isCommon(line));
    return clusters.clusterOf(`${task ?? ''} ${own.join(' ')}`) ?? -1 - index;
  });
  const rootOf = (at: number): number => {
    let root = at;
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent;
    return root;
  };
  const roots = found.map(rootOf);
  const sizes = new Map<number, number>();
  for (const root of roots) sizes.set(root, (sizes.get(root) ?? 0) + 1);
  const most = Math.max(20, LARGEST * rows.length);
  const numbers = new Map<string, number>();
  return Int32Array.from(roots, (root, row) => {
    const name = (sizes.get(root) as number) > most ? `row ${row}` : `root ${root}`;
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  });
}

function commonLines(rows: readonly Row[]): (line: string) => boolean {
  const having = new Map<number, number>();
  for (const { prompt } of rows) {
    const lines = new Set(linesOf(prompt).map((line) => hashText(line)));
    for (const line of lines) having.set(line, (having.get(line) ?? 0) + 1);
  }
  const most = Math.max(LEAST_COMMON, COMMON * rows.length);
  return (line) => (having.get(hashText(line)) ?? 0) > most;
}

function linesOf(prompt: string): string[] {
  return plain(prompt).split('\n');
}

/** Numbers are what templates are filled with first of all. */
function plain(prompt: string): string {
  return prompt
    .toLowerCase()
    .replaceAll(/\d+/g, '0')
    .replaceAll(/[^\S\n]+/g, ' ')
    .trim();
}

/**
 * For each row the number of its part, 0 to `shares.length` - 1; a part gets about its share. `families`: rows with the same number stay
 * together.
 */
export function splitRows(families: Int32Array, shares: readonly number[], seed: number): Int32Array {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const sizes = new Map<number, number>();
  for (const family of families) sizes.set(family, (sizes.get(family) ?? 0) + 1);
  const order = [...sizes]
    .map(([family, size]) => ({ family, size, drawn: hashText(`family ${family}`, seed) }))
    .sort((one, other) => one.drawn - other.drawn || one.family - other.family);
  const partOf = new Map<number, number>();
  let part = 0;
  let placed = 0;
  let bound = (shares[0] as number) / total;
  for (const { family, size } of order) {
    // A family goes where its middle falls.
    while (part < shares.length - 1 && (placed + size / 2) / families.length >= bound) {
      part++;
      bound += (shares[part] as number) / total;
    }
    partOf.set(family, part);
    placed += size;
  }
  return families.map((family) => partOf.get(family) as number);
}

/** The same with `count` parts of one size: folds for cross-validation. */
export function foldsOf(families: Int32Array, count: number, seed: number): Int32Array {
  return splitRows(
    families,
    Array.from({ length: count }, () => 1),
    seed,
  );
}
