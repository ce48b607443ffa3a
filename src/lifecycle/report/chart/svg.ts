// A chart as data, and the two ways it is written: inside a page that has its style, or as a file that stands alone. No DOM is needed.
import { type Markup, markup } from '../markup.ts';
import { chartStyle } from './style.ts';

export interface Chart {
  /** Unique in its page: letters, digits and hyphens. */
  id: string;
  /** What it shows, for people who cannot see it. */
  title: string;
  /** What is to be seen in it, in words. */
  description: string;
  width: number;
  height: number;
  body: Markup;
}

export function inlineSvg({ id, title, description, width, height, body }: Chart): Markup {
  return markup`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>${body}</svg>`;
}

const MARGIN = 16;

/** A whole SVG file with its style, on its own ground, light or dark as its reader likes it. */
export function svgFile({ title, description, width, height, body }: Chart): string {
  const [wide, high] = [width + 2 * MARGIN, height + 2 * MARGIN];
  return `${String(markup`<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="${-MARGIN} ${-MARGIN} ${wide} ${high}" width="${wide}" height="${high}" role="img" aria-labelledby="t d"><title id="t">${title}</title><desc id="d">${description}</desc><style>${chartStyle}</style><rect class="ground" x="${-MARGIN}" y="${-MARGIN}" width="${wide}" height="${high}"/>${body}</svg>`)}\n`;
}

/** Path data through points, with hundredths of a pixel. */
export function pathThrough(points: readonly { x: number; y: number }[]): string {
  return points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
}

export function round(place: number): number {
  return Math.round(place * 100) / 100 + 0;
}

/** About how wide a text is in a sans-serif of that size; wide scripts count as such. */
export function textWidth(text: string, size = 12): number {
  let width = 0;
  for (const sign of text)
    width +=
      /[\u{1100}-\u{115f}\u{2e80}-\u{a4cf}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{ff00}-\u{ff60}\p{Emoji_Presentation}]/u.test(
        sign,
      )
        ? 1
        : 0.56;
  return width * size;
}

/** The text, or as much of its beginning and end as fits with an ellipsis between: names differ at both. */
export function fitText(text: string, width: number, size = 12): string {
  if (textWidth(text, size) <= width) return text;
  const signs = Array.from(text);
  for (let kept = signs.length - 1; kept > 1; kept--) {
    const head = Math.ceil(kept / 2);
    const short = `${signs.slice(0, head).join('')}…${signs.slice(signs.length - (kept - head)).join('')}`;
    if (textWidth(short, size) <= width) return short;
  }
  return '…';
}

/** Names that fit: without the vendor before the slash where that is enough and leaves no two alike, else shortened in their middle. */
export function fitNames(names: readonly string[], width: number, size = 12): string[] {
  const tails = names.map((name) => name.slice(name.lastIndexOf('/') + 1) || name);
  return names.map((name, at) => {
    if (textWidth(name, size) <= width) return name;
    const tail = tails[at] as string;
    const isAlone = tails.indexOf(tail) === tails.lastIndexOf(tail) && !names.includes(tail);
    return fitText(isAlone ? tail : name, width, size);
  });
}
