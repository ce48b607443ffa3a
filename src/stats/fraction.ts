// Exact fractions of whole numbers, for sums of prices, shares and counts that are rounded once, where they are shown. Every
// decimal is taken as it is written: 0.7 is seven tenths. Not for the path of a request.

const WRITTEN = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i;

export class Fraction {
  static readonly ZERO = new Fraction(0n, 1n);
  static readonly ONE = new Fraction(1n, 1n);

  /** In lowest terms; the sign is that of `top`. */
  readonly top: bigint;
  readonly bottom: bigint;

  private constructor(top: bigint, bottom: bigint) {
    const divisor = commonDivisor(top < 0n ? -top : top, bottom);
    this.top = top / divisor;
    this.bottom = bottom / divisor;
  }

  /** The shortest decimal that means this number; throws RangeError for one that is not finite. */
  static of(value: number | bigint): Fraction {
    const found = Fraction.parse(String(value));
    if (found === null) throw new RangeError(`${value} is no number to reckon with`);
    return found;
  }

  /** Null for what is no plain decimal number, with or without an exponent. */
  static parse(text: string): Fraction | null {
    const [, sign, whole = '', part = '', exponent = '0'] = WRITTEN.exec(text) ?? [];
    if (sign === undefined || whole + part === '') return null;
    const digits = BigInt(`${whole}${part}`) * (sign === '-' ? -1n : 1n);
    const shift = Number(exponent) - part.length;
    return shift < 0 ? new Fraction(digits, 10n ** BigInt(-shift)) : new Fraction(digits * 10n ** BigInt(shift), 1n);
  }

  plus({ top, bottom }: Fraction): Fraction {
    return new Fraction(this.top * bottom + top * this.bottom, this.bottom * bottom);
  }

  minus({ top, bottom }: Fraction): Fraction {
    return new Fraction(this.top * bottom - top * this.bottom, this.bottom * bottom);
  }

  times({ top, bottom }: Fraction): Fraction {
    return new Fraction(this.top * top, this.bottom * bottom);
  }

  /** Throws RangeError for a divisor of zero. */
  over({ top, bottom }: Fraction): Fraction {
    if (top === 0n) throw new RangeError('nothing can be divided by zero');
    return top < 0n
      ? new Fraction(-this.top * bottom, this.bottom * -top)
      : new Fraction(this.top * bottom, this.bottom * top);
  }

  /** Below, at or above 0 as `this` is smaller than, equal to or greater than `other`. */
  compare({ top, bottom }: Fraction): number {
    const difference = this.top * bottom - top * this.bottom;
    return difference === 0n ? 0 : difference < 0n ? -1 : 1;
  }

  isAbove(other: Fraction): boolean {
    return this.compare(other) > 0;
  }

  get isZero(): boolean {
    return this.top === 0n;
  }

  /** The next whole number, halves away from zero. */
  round(): bigint {
    const rounded = (2n * (this.top < 0n ? -this.top : this.top) + this.bottom) / (2n * this.bottom);
    return this.top < 0n ? -rounded : rounded;
  }

  /** The smallest whole number that is not below. */
  ceil(): bigint {
    const quotient = this.top / this.bottom;
    return this.top > 0n && quotient * this.bottom !== this.top ? quotient + 1n : quotient;
  }

  /** The number nearest to the decimal with so many places, halves away from zero: without the noise of binary sums. */
  toNumber(places = 15): number {
    const scaled = this.times(new Fraction(10n ** BigInt(places), 1n)).round();
    return Number(`${scaled}e-${places}`);
  }
}

/** The smallest and the largest of some fractions, at least one. */
export function least(first: Fraction, ...others: Fraction[]): Fraction {
  return others.reduce((best, other) => (best.isAbove(other) ? other : best), first);
}

export function greatest(first: Fraction, ...others: Fraction[]): Fraction {
  return others.reduce((best, other) => (other.isAbove(best) ? other : best), first);
}

export function sum(values: readonly Fraction[]): Fraction {
  return values.reduce((total, value) => total.plus(value), Fraction.ZERO);
}

function commonDivisor(one: bigint, other: bigint): bigint {
  let [large, small] = [one, other];
  while (small !== 0n) [large, small] = [small, large % small];
  return large;
}
