// Makes of a regular expression one that tells whether a text can still grow into a match. It must never say no to a text
// that could: where a construct cannot be followed it gives nothing at all.

/**
 * A pattern that every beginning of a matching text matches, for a pattern that is anchored at its beginning (`^`); null
 * for others and for constructs that are not followed. `source` must be valid with the flag `u`.
 *
 * Each step of the pattern may stop where the text stops: `^ab` becomes `^(?:a|$)(?:b|$)`. Conditions that take up no
 * text are left out, which only lets more pass.
 */
export function prefixPattern(source: string): RegExp | null {
  if (!source.startsWith('^') || hasTopLevelChoice(source)) return null;
  const out = ['^'];
  let at = 1;
  while (at < source.length) {
    const token = tokenAt(source, at);
    if (token === null) return null;
    out.push(token.written);
    at = token.end;
  }
  return new RegExp(out.join(''), 'u');
}

/** In `^a|b` the anchor holds for one branch only. */
function hasTopLevelChoice(source: string): boolean {
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '[') at = classEnd(source, at) - 1;
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) return true;
  }
  return false;
}

interface Token {
  written: string;
  end: number;
}

function tokenAt(source: string, at: number): Token | null {
  const char = source[at] as string;
  switch (char) {
    case '(':
      return openingAt(source, at);
    case ')':
    case '|':
    case '$':
    case '*':
    case '+':
    case '?':
      return { written: char, end: at + 1 };
    case '{': {
      const end = source.indexOf('}', at) + 1;
      return { written: source.slice(at, end), end };
    }
    case '^':
      return null;
    case '[':
      return step(source, at, classEnd(source, at));
    case '\\':
      return escapeAt(source, at);
    default:
      return step(source, at, at + String.fromCodePoint(source.codePointAt(at) as number).length);
  }
}

/** Something that takes up one character of the text. */
function step(source: string, from: number, end: number): Token {
  return { written: `(?:${source.slice(from, end)}|$)`, end };
}

/** Groups only group here. Lookarounds, flags and whatever else begins with `(?` are not followed. */
function openingAt(source: string, at: number): Token | null {
  if (source[at + 1] !== '?') return { written: '(?:', end: at + 1 };
  const [opening] = /^\(\?(?::|<(?![=!])[^>]*>)/.exec(source.slice(at)) ?? [];
  return opening === undefined ? null : { written: '(?:', end: at + opening.length };
}

function escapeAt(source: string, at: number): Token | null {
  const rest = source.slice(at);
  if (/^\\[bB]/.test(rest)) return { written: '', end: at + 2 };
  // References to groups, by number or by name.
  if (/^\\[1-9k]/.test(rest)) return null;
  const [escape = ''] =
    /^\\(?:u\{[^}]*\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|c[A-Za-z]|.)/su.exec(
      rest,
    ) ?? [];
  return step(source, at, at + escape.length);
}

function classEnd(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}
