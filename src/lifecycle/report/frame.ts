// What every page has around its sections: the policy that forbids scripts and requests, the style, the heading.
import { chartStyle } from './chart/style.ts';
import { type Markup, markup } from './markup.ts';
import { pageStyle } from './page-style.ts';

export interface Framed {
  /** The command that made it. */
  eyebrow: string;
  title: string;
  /** What it is about, in a line. */
  meta: Markup;
  /** Rules beside those of pages and charts. */
  style?: Markup | null;
  /** Sections. */
  body: Markup;
}

/** A whole page, with everything it needs inside it. */
export function framed({ eyebrow, title, meta, style = null, body }: Framed): string {
  return `${String(markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${title}</title><style>${pageStyle}${chartStyle}${style}</style></head>
<body><main><header><p class="eyebrow">${eyebrow}</p><h1>${title}</h1>${meta}</header>
${body}</main></body></html>`)}\n`;
}
