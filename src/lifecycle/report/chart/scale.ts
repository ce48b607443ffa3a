// From values to places on a chart, with marks at values that people count in. Arithmetic only.

export interface Scale {
  kind: 'linear' | 'log';
  /** The place of a value; a value outside lies outside. */
  at: (value: number) => number;
  ticks: number[];
  low: number;
  high: number;
}

/** Two ends: of values, or of places. */
export type Ends = readonly [number, number];

/** Values between their two ends, and about so many ticks at round values among them. Equal ends are moved apart. */
export function linearScale([from, to]: Ends, range: Ends, count = 5): Scale {
  const spread = Math.abs(from) > 0 ? Math.abs(from) * 0.1 : 1;
  const [low, high] = from === to ? [from - spread, to + spread] : [from, to];
  const slope = (range[1] - range[0]) / (high - low);
  return {
    kind: 'linear',
    at: (value) => range[0] + (value - low) * slope,
    ticks: roundBetween(low, high, count),
    low,
    high,
  };
}

/** Both ends above zero. */
export function logScale([from, to]: Ends, range: Ends, count = 5): Scale {
  const [low, high] = from === to ? [from / 2, to * 2] : [from, to];
  const slope = (range[1] - range[0]) / Math.log(high / low);
  return {
    kind: 'log',
    at: (value) => range[0] + Math.log(value / low) * slope,
    ticks: powersBetween(low, high, count),
    low,
    high,
  };
}

/** How many times the largest value is the smallest before they are told apart by their ratio. */
const LOG_FROM = 8;

/** A scale that holds the values with some room at its ends: logarithmic where they span that much, from zero where that is near. */
export function fitScale(values: readonly number[], range: Ends, count = 5): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (values.length === 0) return linearScale([0, 1], range, count);
  if (low > 0 && high / low >= LOG_FROM) {
    const room = (high / low) ** 0.08;
    return logScale([low / room, high * room], range, count);
  }
  // Values that differ in their last digits only are one: between them there is no room for marks.
  const spread = high - low > 1e-9 * Math.abs(high) ? high - low : 0;
  const room = spread * 0.1 || Math.abs(high) * 0.1 || 1;
  const isNearZero = low >= 0 && (low < high * 0.7 || low - room < 0);
  return linearScale([isNearZero ? 0 : low - room, high + room], range, count);
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function roundBetween(low: number, high: number, count: number): number[] {
  const step = roundStep((high - low) / count);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toFixed(digits)) + 0);
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((step) => step * power >= rough * (1 - 1e-9)) ?? 10) * power;
}

/** 1, 2 and 5 of every power of ten, or the powers, or some of them: as many as there is room for, and at least two. */
function powersBetween(low: number, high: number, count: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const within = (value: number): boolean => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const powers = Array.from({ length: last - first + 1 }, (_, at) => Number(`1e${first + at}`));
  const fine = powers.flatMap((power) => [1, 2, 5].map((step) => Number((step * power).toPrecision(1)))).filter(within);
  if (fine.length >= 2 && fine.length <= count + 2) return fine;
  const coarse = powers.filter(within);
  if (coarse.length >= 2) return everyNth(coarse, Math.ceil(coarse.length / (count + 1)));
  return fine.length >= 2 ? everyNth(fine, Math.ceil(fine.length / (count + 1))) : roundBetween(low, high, count);
}

function everyNth(values: readonly number[], step: number): number[] {
  return values.filter((_, at) => at % step === 0);
}
