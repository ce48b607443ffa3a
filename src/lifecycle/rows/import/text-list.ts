// Lists of texts that stand in a cell of a table: as JSON, or as Python writes a list down, which is what its data frames export.

/** Null for a text that is no such list. Nothing is evaluated: a list holds texts and nothing, or it is none. */
export function readTextList(text: string): string[] | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[') || !trimmed.endsWith(']')) return null;
  return fromJson(trimmed) ?? fromPython(trimmed.slice(1, -1));
}

function fromJson(text: string): string[] | null {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list) || !list.every((item) => item === null || typeof item === 'string')) return null;
    return list.map((item: string | null) => item ?? '');
  } catch {
    return null;
  }
}

/** A text in quotes of either kind, or `None`; then a comma or the end. */
const ITEM = /\s*(?:'((?:[^'\\]|\\[^])*)'|"((?:[^"\\]|\\[^])*)"|(None))\s*(,|$)/y;

function fromPython(inside: string): string[] | null {
  const items: string[] = [];
  let at = 0;
  while (at < inside.length) {
    ITEM.lastIndex = at;
    const found = ITEM.exec(inside);
    if (found === null) return null;
    items.push(unescape(found[1] ?? found[2] ?? ''));
    at = ITEM.lastIndex;
  }
  return items;
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u{7}',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

/** Escapes of Python's string literals (its reference, 2.4.1); one that it does not know stays as it is, as there. */
function unescape(text: string): string {
  return text.replaceAll(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/g,
    (whole, byte?: string, short?: string, long?: string, simple?: string) => {
      const digits = byte ?? short ?? long;
      if (digits === undefined) return SIMPLE[simple ?? ''] ?? whole;
      const code = Number.parseInt(digits, 16);
      return code > 0x10_ffff ? whole : String.fromCodePoint(code);
    },
  );
}
