// Regular expressions inside schemas that clients send. They meet texts that the client can steer, and a pattern that
// backtracks would hold up every other request; so only those run of which a bound can be told, and only on short texts.

/** Longest text that such a pattern is tried on, in code units; longer ones count as matching. */
const LONGEST_TEXT = 512;
/** Repetitions without a small bound; each multiplies the steps by the length of the text. */
const MOST_REPEATS = 2;
/** Choices (`?`, `|`); each may double the steps. */
const MOST_CHOICES = 6;

interface ForeignRegExp {
  test: (text: string) => boolean;
  toString: () => string;
}

/** A pattern as Ajv uses it. One whose steps have no small bound is not checked: it matches everything. */
export function foreignRegExp(source: string): ForeignRegExp {
  const pattern = isQuick(source) ? new RegExp(source, 'u') : null;
  return {
    test: (text) => pattern === null || text.length > LONGEST_TEXT || pattern.test(text),
    // Ajv takes two patterns with the same text for one.
    toString: () => source,
  };
}

/**
 * Whether a pattern takes a bounded number of steps: few repetitions (starting anywhere is one), few choices, no repeated
 * group, no reference to a group. Throws SyntaxError for what is no pattern.
 */
export function isQuick(source: string): boolean {
  void new RegExp(source, 'u');
  const plain = source.replaceAll(/\\(?:[pPuk][{<][^}>]*[}>]|.)|\[(?:\\.|[^\]\\])*\]/gsu, (atom) =>
    /^\\[1-9k]/.test(atom) ? '\\' : 'x',
  );
  if (plain.includes('\\')) return false;
  const marks = plain.replaceAll(/\(\?(?:<?[=!]|:|<[^>]*>)?/g, '(');
  // A group may be optional, not repeated.
  if (/\)(?:[*+]|\{)/.test(marks)) return false;
  const starts = marks.startsWith('^') && !marks.includes('|') ? 0 : 1;
  const repeats = marks.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0;
  const choices = marks.match(/[?|]/g)?.length ?? 0;
  return starts + repeats <= MOST_REPEATS && choices <= MOST_CHOICES;
}
