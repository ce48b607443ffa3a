// Writes final answers one way: case, spaces, quotes, LaTeX, and numbers with their signs and units. What it gives is for
// comparing only and is never shown.
import { strip } from './final-answer.ts';

/** Longest text in characters whose LaTeX is read; longer ones are no final answers. */
const LONGEST = 256;

/** One way of writing for texts that say the same; its own result stays as it is. */
export function normalise(text: string): string {
  let normal = fold(text);
  if (normal.length > LONGEST) return normal;
  for (;;) {
    const next = fold(plainLatex(normal));
    // Everything that changes something makes the text shorter.
    if (next.length >= normal.length) return next;
    normal = next;
  }
}

function fold(text: string): string {
  const plain = isAscii(text) ? text.toLowerCase() : plainSigns(text.normalize('NFC').toLowerCase().normalize('NFC'));
  const single = plain.replaceAll(/\s{2,}|[^\S ]/g, ' ');
  return strip(single.includes('**') ? single.replaceAll('**', '') : single);
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}

/** Quotes and minus signs as a keyboard has them. */
function plainSigns(text: string): string {
  return text.replaceAll(/[’‘ʼ]/g, "'").replaceAll(/[“”]/g, '"').replaceAll(/[−–]/g, '-');
}

/** LaTeX of short answers as plain text: `\frac{3}{4}` is 3/4, `\text{m}` is m, `\$` is $. */
function plainLatex(text: string): string {
  if (!/[\\{$^]/.test(text)) return text;
  return text
    .replaceAll(
      /\\[dt]?frac\s?\{([^{}]*)\}\s?\{([^{}]*)\}/g,
      (_, top: string, below: string) => ` ${part(top)}/${part(below)}`,
    )
    .replaceAll(/\\[dt]?frac\s?(\d)\s?(\d)/g, ' $1/$2')
    .replaceAll(/\\sqrt\{([^{}]*)\}/g, 'sqrt($1)')
    .replaceAll(/\\(?:text|mathrm|mathbf|textbf|mbox|boxed)\{([^{}]*)\}/g, '$1')
    .replaceAll(/\^\s?\{?\\circ\}?|\\(?:left|right)(?![a-z])|\\[!,;:() [\]]|\{(?=,\})|(?<=,)\}/g, '')
    .replaceAll(/\\([$%#&{}])/g, '$1')
    .replaceAll(/\$([^$]*)\$/g, '$1');
}

function part(text: string): string {
  return /^-?\w*$/.test(text) ? text : `(${text})`;
}

export interface ReadNumber {
  value: number;
  isPercent: boolean;
  /** Its word for what is counted, without a plural's s; empty when there is none. */
  unit: string;
}

const NUMBER =
  /^(?:[a-z]\w? ?= ?)?([-+]?) ?[$€£¥₹]? ?([-+]?)(?:(\d+) (\d+)\/(\d+)|((?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)(?: ?\/ ?(\d+(?:\.\d+)?))?) ?(%|percent)? ?([a-z°]*)(?: [a-z/ ]*)?$/;

/** A normalised text as one number, perhaps with a currency, a unit or a percent sign; null when it is something else. */
export function readNumber(normal: string): ReadNumber | null {
  const found = normal.length > 64 ? null : NUMBER.exec(normal);
  if (found === null) return null;
  const [, sign, inner, whole, top, below, plain, over, percent, unit = ''] = found;
  const size =
    whole === undefined
      ? Number((plain as string).replaceAll(',', '')) / Number(over ?? 1)
      : Number(whole) + Number(top) / Number(below);
  if (!Number.isFinite(size)) return null;
  const value = sign === '-' || inner === '-' ? -size : size;
  return { value, isPercent: percent !== undefined, unit: unit.replace(/s$/, '') };
}

/** The only number in a short text that says more; null when there is none or more than one. */
export function onlyNumber(normal: string): ReadNumber | null {
  if (normal.length > LONGEST) return null;
  const found = normal.match(/(?<![\w.])[-+]?[$€£]?\d[\d,]*(?:\.\d+)?(?:\/\d+)?%?/g) ?? [];
  const [only, ...others] = found;
  return only === undefined || others.length > 0 ? null : readNumber(only.replace(/,$/, ''));
}

/** A literal of a program without spaces outside its quotes, which are double ones. */
export function squeeze(text: string): string {
  let squeezed = '';
  let quote = '';
  for (const char of text) {
    if (quote === '' && /\s/.test(char)) continue;
    if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
    else {
      squeezed += char;
      continue;
    }
    squeezed += '"';
  }
  return squeezed;
}
