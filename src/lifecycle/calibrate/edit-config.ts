// Puts other numbers into the text of a configuration. Only the characters of those numbers change: comments, order and spelling stay, and so
// does the unit, a percentage or a fraction.
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Scalar } from 'yaml';
import { hidePlaceholders } from '../../config/placeholders.ts';
import { type Path, writePath } from '../../config/problem.ts';

export interface Edit {
  path: Path;
  /** A share from 0 to 1, or a whole number. */
  value: number;
}

/** The text with the edits made. Throws Error for a number that does not stand there as one, with its place. */
export function editConfig(text: string, edits: readonly Edit[]): string {
  const lines = new LineCounter();
  const document = parseDocument(hidePlaceholders(text), { lineCounter: lines, prettyErrors: false, merge: true });
  const places = edits.map(({ path, value }) => {
    const node = scalarAt(document.contents, path);
    const [from, to] = node?.range ?? [0, 0];
    const written = text.slice(from, to);
    if (node === null || written.includes('${')) {
      const where = node === null ? '' : ` in line ${lines.linePos(from).line}`;
      const why =
        node === null ? 'is not written out in its place (an alias, or a default)' : 'comes from the environment';
      throw new Error(`${writePath(path)}${where} ${why}, so it cannot be changed there.`);
    }
    return { from, to, written: writeLike(written, value) };
  });
  let edited = text;
  for (const { from, to, written } of places.toSorted((one, other) => other.from - one.from))
    edited = edited.slice(0, from) + written + edited.slice(to);
  return edited;
}

function scalarAt(contents: unknown, path: Path): Scalar | null {
  let node = contents;
  for (const step of path) {
    // What an alias stands for is somebody else's as well.
    if (isAlias(node)) return null;
    if (isMap(node))
      node = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(step))?.value;
    else if (isSeq(node) && typeof step === 'number') node = node.items[step];
    else return null;
  }
  return isScalar(node) && node.range ? node : null;
}

/** The number in the form of the one that stands there: `70%`, `"0.7"`, `.7`. */
export function writeLike(written: string, value: number): string {
  const [, open = '', inner = '', close = ''] = /^(["']?)(.*?)(["']?)$/s.exec(written) ?? [];
  const space = /\d(\s*)%$/.exec(inner.trim())?.[1];
  const number = space === undefined ? plain(value) : `${plain(value * 100)}${space}%`;
  return `${open}${number}${close}`;
}

/** Without the noise of binary fractions, and never with an exponent. */
function plain(value: number): string {
  return value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 8 });
}
