// Checks regular expressions that somebody else wrote before they meet texts that nobody has read. It knows the obvious
// ways to make a pattern take exponential time, (a+)+ and its kin, and claims no more than that.

const LONGEST = 1_000;

/** What is wrong with a pattern, or null. */
export function patternProblem(source: string): string | null {
  if (source === '') return 'an empty pattern matches everything';
  if (source.length > LONGEST) return `a pattern has at most ${LONGEST} characters`;
  try {
    void new RegExp(source, 'u');
  } catch (error) {
    const reason = (error as Error).message.split(': ').at(-1) ?? '';
    return `not a valid regular expression: ${reason.toLowerCase()}`;
  }
  return hasNestedRepeat(source)
    ? 'a repeated group holds a repetition itself, as in (a+)+, which can take forever; write it without nesting'
    : null;
}

/** Whether a group that is repeated without bound contains something that is too. The source must be a valid pattern. */
function hasNestedRepeat(source: string): boolean {
  /** Per open group: whether an unbounded repetition was seen inside. */
  const open: boolean[] = [false];
  let at = 0;
  while (at < source.length) {
    const char = source[at];
    if (char === '\\') at += 2;
    else if (char === '[') at = classEnd(source, at);
    else if (char === '(') {
      open.push(false);
      at += source[at + 1] === '?' ? 2 : 1;
    } else if (char === ')') {
      const inner = open.pop() ?? false;
      at += 1;
      if (inner && repeatsAt(source, at)) return true;
      if (inner) open[open.length - 1] = true;
    } else {
      if (repeatsAt(source, at)) open[open.length - 1] = true;
      at += 1;
    }
  }
  return false;
}

/** Whether an unbounded (or very large) quantifier stands here. */
function repeatsAt(source: string, at: number): boolean {
  const char = source[at];
  if (char === '*' || char === '+') return true;
  const [, , comma, most] = /^\{(\d+)(,?)(\d*)\}/.exec(source.slice(at, at + 24)) ?? [];
  return comma === ',' && (most === '' || Number(most) > 20);
}

function classEnd(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}
