// The sums in a text. It reads, and reckons what is written out, and takes time in proportion to the text.
import { isClose, numbersIn } from './numbers.ts';

/** A sum that is written out: what stands on the left of its `=`, and on the right. */
export interface Sum {
  operands: number[];
  /** What the left side comes to; null when it is not a sum that can be reckoned. */
  value: number | null;
  result: number;
  /** Its left side. */
  written: string;
}

const SIDE = new Set('0123456789.,$%+-*/x×÷()^ \\'.split(''));
const RESULT = /^[\s<>]*(-?)\s*\$?\s*(-?)(\d[\d,]*(?:\.\d+)?)(?![\d.,]*\s*[-+*/x×÷(^]\s*[$(]*\d)/;
/** Sums of a text that are read, and how many characters one side has at most. */
const MOST_SUMS = 40;
const LONGEST_SIDE = 80;

/** The sums of a text in their order, as in `3 * 12 = 36` and `<<3*12=36>>`; one that is written twice in a row counts once. */
export function sumsIn(text: string): Sum[] {
  const sums: Sum[] = [];
  for (let at = text.indexOf('='); at >= 0 && sums.length < MOST_SUMS; at = text.indexOf('=', at + 1)) {
    let from = at;
    // A stop or a comma with a space behind it ends what came before.
    while (from > 0 && at - from < LONGEST_SIDE && SIDE.has(text[from - 1] as string)) {
      if (text[from] === ' ' && (text[from - 1] === '.' || text[from - 1] === ',')) break;
      from--;
    }
    const left = text
      .slice(from, at)
      .trim()
      .replace(/^[.,)\s]+/, '');
    if (!/\d\s*[-+*/x×÷)%]/.test(left)) continue;
    const right = RESULT.exec(text.slice(at + 1, at + 1 + LONGEST_SIDE));
    const result =
      right === null
        ? sideAfter(text, at + 1)
        : Number((right[3] as string).replaceAll(',', '')) * (right[1] === '-' || right[2] === '-' ? -1 : 1);
    if (result === null) continue;
    const operands = numbersIn(left.replaceAll(/[^\d.,]+/g, ' '));
    if (operands.length < 2 || !Number.isFinite(result)) continue;
    const last = sums.at(-1);
    if (last !== undefined && last.result === result && last.operands.join() === operands.join()) continue;
    sums.push({ operands, value: reckon(left), result, written: left });
  }
  return sums;
}

const MARK = /<<([^<>]{0,160})>>\s*\$?(\d[\d,]*(?:\.\d+)?)?/g;

/** What is wrong with sums between `<<` and `>>`, which some models write for a calculator. */
export interface Marks {
  count: number;
  /** Without a result, or with one that the left side does not come to. */
  wrong: number;
  /** With another number behind them than their result. */
  belied: number;
  /** With more than one `=`. */
  chained: number;
}

export function marksIn(text: string): Marks {
  const marks = { count: 0, wrong: 0, belied: 0, chained: 0 };
  if (!text.includes('<<')) return marks;
  for (const [, inside = '', behind] of text.matchAll(MARK)) {
    marks.count++;
    const sides = inside.split('=');
    const right = (sides.at(-1) as string).trim().replaceAll(/[$,]/g, '');
    if (sides.length > 2) marks.chained++;
    if (sides.length < 2 || !/^-?(?:\d+\.?\d*|\.\d+)$/.test(right)) {
      marks.wrong++;
      continue;
    }
    const result = Number(right);
    const value = reckon(sides[0] as string);
    if (value !== null && !isClose(value, result)) marks.wrong++;
    if (behind !== undefined && !isClose(Number(behind.replaceAll(',', '')), Math.abs(result))) marks.belied++;
  }
  return marks;
}

function sideAfter(text: string, from: number): number | null {
  let to = from;
  while (to < text.length && to - from < LONGEST_SIDE && SIDE.has(text[to] as string)) to++;
  return reckon(text.slice(from, to).replace(/[.,\s]+$/, ''));
}

/** What a sum of numbers with + - * / ( ) % and ^ comes to; null when it is none. `x`, `×` and `÷` are read as people mean them. */
export function reckon(written: string): number | null {
  const tokens = written.replaceAll(/[$\\\s]/g, '').match(/\d[\d,]*\.?\d*|\.\d+|[-+*/()%x×÷^]/g) ?? [];
  if (tokens.join('').length !== written.replaceAll(/[$\\\s]/g, '').length) return null;
  const value = new Reckoning(tokens).whole();
  return value !== null && Number.isFinite(value) ? value : null;
}

/** A parser by descent over the usual precedence. NaN stands for what cannot be read. */
class Reckoning {
  private readonly tokens: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  whole(): number | null {
    const value = this.sum();
    return this.at === this.tokens.length && !Number.isNaN(value) ? value : null;
  }

  private sum(): number {
    let value = this.product();
    for (let sign = this.tokens[this.at]; sign === '+' || sign === '-'; sign = this.tokens[this.at]) {
      this.at++;
      const next = this.product();
      value = sign === '+' ? value + next : value - next;
    }
    return value;
  }

  private product(): number {
    let value = this.power();
    for (;;) {
      const sign = this.tokens[this.at];
      if (sign === '(') value *= this.power();
      else if (sign === '*' || sign === 'x' || sign === '×') {
        this.at++;
        value *= this.power();
      } else if (sign === '/' || sign === '÷') {
        this.at++;
        value /= this.power();
      } else return value;
    }
  }

  private power(): number {
    const base = this.atom();
    if (this.tokens[this.at] !== '^') return base;
    this.at++;
    return base ** this.atom();
  }

  private atom(): number {
    const token = this.tokens[this.at++];
    if (token === '-') return this.depth++ > 20 ? Number.NaN : -this.atom();
    if (token === '(') {
      if (this.depth++ > 20) return Number.NaN;
      const value = this.sum();
      return this.tokens[this.at++] === ')' ? this.percent(value) : Number.NaN;
    }
    return token !== undefined && /^[\d.]/.test(token) ? this.percent(Number(token.replaceAll(',', ''))) : Number.NaN;
  }

  private percent(value: number): number {
    if (this.tokens[this.at] !== '%') return value;
    this.at++;
    return value / 100;
  }
}
