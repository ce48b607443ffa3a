// The numbers and the sums in a text. It reads, and reckons what is written out, and takes time in proportion to the text.

const NUMBER = /(?<![\w.])\$?(\d[\d,]*(?:\.\d+)?|\.\d+)/g;
/** Numbers of a text that are read. */
const MOST = 200;

/** The numbers of a text, without signs and units, in their order. */
export function numbersIn(text: string): number[] {
  const found: number[] = [];
  for (const match of text.matchAll(NUMBER)) {
    const value = Number((match[1] as string).replaceAll(',', ''));
    if (Number.isFinite(value)) found.push(value);
    if (found.length === MOST) break;
  }
  return found;
}

/** Whether two numbers are the same as far as people write them out: whole ones exactly, others to a hundredth part or so. */
export function isClose(one: number, other: number): boolean {
  if (one === other) return true;
  if (Number.isInteger(one) && Number.isInteger(other)) return false;
  return Math.abs(one - other) <= 1e-6 + 0.006 * Math.max(Math.abs(one), Math.abs(other));
}

/** A sum that is written out: what stands on the left of its `=`, and on the right. */
export interface Sum {
  operands: number[];
  /** What the left side comes to; null when it is not a sum that can be reckoned. */
  value: number | null;
  result: number;
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
    if (right === null) continue;
    const result = Number((right[3] as string).replaceAll(',', '')) * (right[1] === '-' || right[2] === '-' ? -1 : 1);
    const operands = numbersIn(left.replaceAll(/[^\d.,]+/g, ' '));
    if (operands.length < 2 || !Number.isFinite(result)) continue;
    const last = sums.at(-1);
    if (last !== undefined && last.result === result && last.operands.join() === operands.join()) continue;
    sums.push({ operands, value: reckon(left), result });
  }
  return sums;
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
