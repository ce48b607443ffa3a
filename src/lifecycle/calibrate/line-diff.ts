// The difference of two texts as `diff -u` shows it. For texts of some thousand lines at most.
import { type Step, stepsOf } from '../audit/line-diff.ts';

const CONTEXT = 3;

/** Empty for equal texts. */
export function lineDiff(before: string, after: string, file: string): string {
  const steps = stepsOf(linesOf(before), linesOf(after));
  const hunks = hunksIn(steps);
  if (hunks.length === 0) return '';
  const parts = hunks.map((hunk) => toText(hunk, steps));
  return `--- ${file}\n+++ ${file}\n${parts.join('\n')}\n`;
}

/** The empty piece after the last line break is no line. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Positions in the list of steps. */
interface Hunk {
  from: number;
  to: number;
}

/** Changes with the lines around them; what touches is one. */
function hunksIn(steps: readonly Step[]): Hunk[] {
  const hunks: Hunk[] = [];
  for (const [at, { sign }] of steps.entries()) {
    if (sign === ' ') continue;
    const last = hunks.at(-1);
    const [from, to] = [Math.max(0, at - CONTEXT), Math.min(steps.length, at + CONTEXT + 1)];
    if (last !== undefined && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  }
  return hunks;
}

function toText({ from, to }: Hunk, steps: readonly Step[]): string {
  const own = steps.slice(from, to);
  const count = (some: readonly Step[], without: Step['sign']): number =>
    some.filter(({ sign }) => sign !== without).length;
  const ahead = steps.slice(0, from);
  const old = rangeOf(count(ahead, '+'), count(own, '+'));
  const next = rangeOf(count(ahead, '-'), count(own, '-'));
  return [`@@ -${old} +${next} @@`, ...own.map(({ sign, line }) => `${sign}${line}`)].join('\n');
}

/** A side without lines is told by the line before it. */
function rangeOf(ahead: number, count: number): string {
  return `${count === 0 ? ahead : ahead + 1},${count}`;
}
