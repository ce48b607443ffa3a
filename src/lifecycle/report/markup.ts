// HTML and SVG as text that cannot be broken out of: whatever is put into a template is escaped, unless it is markup itself. Names of
// models, tasks and gates come from files and from providers, so nothing else may make a page.

/** Text that is markup already; only `markup` makes it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What stands in a template; nothing is left of null and false. */
export type Piece = Markup | string | number | null | false | readonly Piece[];

/** Markup with its pieces filled in. They belong between tags or inside quoted attributes, nowhere else. */
export function markup(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(parts.map((part, at) => (at === 0 ? '' : write(pieces[at - 1] ?? null)) + part).join(''));
}

function write(piece: Piece): string {
  if (piece === null || piece === false) return '';
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'object') return piece.map(write).join('');
  return escape(String(piece));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for quoted attributes of HTML and XML; what neither may hold, and what turns the direction of text, is `U+FFFD`. */
export function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(FORBIDDEN, '\u{fffd}')
    .replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] as string);
}

/** Control characters, overrides and isolates of direction (Unicode 16, UAX 9), and the two that are no characters. */
const FORBIDDEN = /[\p{Cc}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{fffe}\u{ffff}]/gu;
