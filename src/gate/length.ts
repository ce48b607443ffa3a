// The gate `length`: how long the answer is, in characters, words, lines or tokens.
import { ONLY_CALLS, onlyCalls, settled, textOf } from './answer-text.ts';
import { type Answer, failed, type Gate, passed, type Verdict } from './gate.ts';
import { type Bounds, type GateConfigOf, LENGTH_UNITS, type LengthUnit } from './gate-config.ts';

const NAME = 'length';

export type Count = (text: string) => number;

/** `countTokens` is needed for bounds in tokens; what it says is an estimate. */
export function createLengthGate({ bounds }: GateConfigOf<'length'>, countTokens: Count): Gate {
  const counts = lengthCounts(countTokens);
  const limits = LENGTH_UNITS.flatMap((unit) => {
    const bound = bounds[unit];
    return bound === undefined ? [] : [{ unit, bound, count: counts[unit] }];
  });
  const early = ({ text }: Answer): Verdict | null => {
    for (const { unit, bound, count } of limits) {
      // An estimate may shrink when more text comes, so tokens wait for the end.
      if (unit === 'tokens' || bound.max === null || text.length <= shortest(unit, bound.max)) continue;
      if (count(settled(text)) > bound.max) return failed(NAME, tooLong(unit, bound.max), 0);
    }
    return null;
  };
  const check = (answer: Answer): Verdict => {
    if (onlyCalls(answer)) return passed(NAME, ONLY_CALLS);
    const text = textOf(answer);
    for (const { unit, bound, count } of limits) {
      const problem = outside(count(text), unit, bound);
      if (problem !== null) return failed(NAME, problem, 0);
    }
    return passed(NAME, 'is within bounds', 1);
  };
  return { name: NAME, isCostly: false, early, check };
}

/** How a text is measured, by unit. */
export function lengthCounts(countTokens: Count): Readonly<Record<LengthUnit, Count>> {
  return { characters: countCharacters, words: countWords, lines: countLines, tokens: countTokens };
}

function outside(length: number, unit: LengthUnit, { min, max }: Bounds): string | null {
  if (max !== null && length > max) return tooLong(unit, max);
  return min !== null && length < min ? `has ${length} ${unit}, fewer than ${min}` : null;
}

function tooLong(unit: LengthUnit, max: number): string {
  return `has more than ${max} ${unit}`;
}

/** A text of so many code units has at most `max` of the unit: spares counting. */
function shortest(unit: LengthUnit, max: number): number {
  return unit === 'words' ? 2 * max : max;
}

/** Code points. */
function countCharacters(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xdc00 || unit > 0xdfff) count++;
  }
  return count;
}

/** Runs of characters without white space. */
function countWords(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(/\S+/g)) count++;
  return count;
}

function countLines(text: string): number {
  if (text === '') return 0;
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
