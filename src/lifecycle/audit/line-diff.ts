// The difference of two texts as people read it: lines that go and come, with a few around them.

const CONTEXT = 2;

/** A line that stays, goes or comes. `at`: its place in the text before, from 1; for one that comes, that of the line it comes before. */
export type Step = { sign: ' ' | '-' | '+'; line: string; at: number };

/** Lines with their sign, `@@ line n` before each place; empty for equal texts. For texts of some thousand lines at most. */
export function lineDiff(before: string, after: string): string[] {
  const steps = stepsOf(before.split('\n'), after.split('\n'));
  const near = steps.map((_, index) =>
    steps.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== ' '),
  );
  const lines: string[] = [];
  for (const [index, { sign, line, at }] of steps.entries()) {
    if (near[index] !== true) continue;
    if (near[index - 1] !== true) lines.push(`@@ line ${at} @@`);
    lines.push(`${sign}${line}`);
  }
  return lines;
}

/** From one list of lines to another, by the longest common lines. For some thousand lines at most. */
export function stepsOf(before: readonly string[], after: readonly string[]): Step[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail++;
  const same = (lines: readonly string[], from: number): Step[] =>
    lines.map((line, index) => ({ sign: ' ', line, at: from + index + 1 }));
  return [
    ...same(before.slice(0, head), 0),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail), head),
    ...same(before.slice(before.length - tail), before.length - tail),
  ];
}

/** The longest common lines stay. */
function middle(before: readonly string[], after: readonly string[], from: number): Step[] {
  const width = after.length + 1;
  const common = new Uint16Array((before.length + 1) * width);
  const at = (one: number, other: number): number => common[one * width + other] as number;
  for (let one = before.length - 1; one >= 0; one--) {
    for (let other = after.length - 1; other >= 0; other--)
      common[one * width + other] =
        before[one] === after[other] ? at(one + 1, other + 1) + 1 : Math.max(at(one + 1, other), at(one, other + 1));
  }
  const steps: Step[] = [];
  let one = 0;
  let other = 0;
  while (one < before.length || other < after.length) {
    const place = from + one + 1;
    if (one < before.length && before[one] === after[other]) {
      steps.push({ sign: ' ', line: before[one++] as string, at: place });
      other++;
    } else if (other >= after.length || (one < before.length && at(one + 1, other) >= at(one, other + 1)))
      steps.push({ sign: '-', line: before[one++] as string, at: place });
    else steps.push({ sign: '+', line: after[other++] as string, at: place });
  }
  return steps;
}
