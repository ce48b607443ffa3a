// How something to mask is found in a text: by a pattern, and by a check of what the pattern found. Time must stay linear in the text
// whatever it says, so a pattern here repeats without bound only what nothing that follows can reject.

export interface Finder {
  /** Name of what it finds, as in `<email-1>`. */
  kind: string;
  /** Global. What is masked is the first group where there is one; it has to end the match. */
  pattern: RegExp;
  /** The part of a value, from its beginning, that is one; null for none. Without it every match is one. */
  accept?: (value: string, before: string) => string | null;
}

export interface Found {
  start: number;
  value: string;
}

/** Characters before a value that are looked at for words which tell what it is. */
const CONTEXT = 40;

/** What a finder finds in a text, from left to right, without overlaps. */
export function* findAll({ pattern, accept }: Finder, text: string): Generator<Found> {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole, group = whole] = match;
    const start = match.index + whole.length - group.length;
    const value = accept === undefined ? group : accept(group, text.slice(Math.max(0, start - CONTEXT), start));
    pattern.lastIndex = value === null || value === '' ? match.index + 1 : start + value.length;
    if (value !== null && value !== '') yield { start, value };
  }
}

/** The longest beginning of a value that ends where a letter or digit does not go on, and passes. */
export function longestThat(passes: (value: string) => boolean): (value: string) => string | null {
  return (value) => {
    for (let end = value.length; end > 0; end--) {
      const isEnd = end === value.length || !isWordChar(value[end]);
      if (isEnd && isWordChar(value[end - 1]) && passes(value.slice(0, end))) return value.slice(0, end);
    }
    return null;
  };
}

function isWordChar(char: string | undefined): boolean {
  return char !== undefined && /[A-Za-z0-9]/.test(char);
}
