// The difference of two texts that have the same lines but for some changed ones, as `diff -u` shows it.

const CONTEXT = 3;

/** Empty for equal texts. Throws RangeError when lines were added or taken away: it knows changed ones only. */
export function lineDiff(before: string, after: string, file: string): string {
  const [old, next] = [before.split('\n'), after.split('\n')];
  if (old.length !== next.length) throw new RangeError('the texts have not as many lines as each other');
  const changed = old.flatMap((line, at) => (line === next[at] ? [] : [at]));
  if (changed.length === 0) return '';
  const hunks: { from: number; to: number }[] = [];
  // The empty piece after the last line break is no line.
  const count = before.endsWith('\n') ? old.length - 1 : old.length;
  for (const at of changed) {
    const last = hunks.at(-1);
    const [from, to] = [Math.max(0, at - CONTEXT), Math.min(count, at + CONTEXT + 1)];
    if (last !== undefined && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  }
  const parts = hunks.map(({ from, to }) => {
    const range = `${from + 1},${to - from}`;
    return [`@@ -${range} +${range} @@`, ...linesOf(old, next, { from, to })].join('\n');
  });
  return `--- ${file}\n+++ ${file}\n${parts.join('\n')}\n`;
}

/** Changed lines in a row: the old ones, then the new ones. */
function linesOf(
  old: readonly string[],
  next: readonly string[],
  { from, to }: { from: number; to: number },
): string[] {
  const lines: string[] = [];
  for (let at = from; at < to; ) {
    let end = at;
    while (end < to && old[end] !== next[end]) end++;
    for (let line = at; line < end; line++) lines.push(`-${old[line]}`);
    for (let line = at; line < end; line++) lines.push(`+${next[line]}`);
    if (end === at) lines.push(` ${old[at]}`);
    at = Math.max(end, at + 1);
  }
  return lines;
}
