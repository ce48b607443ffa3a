// Whether two answers say the same, by the one comparison that fits them. It never says which of them is right, and what
// it cannot compare it says is not to be compared.
import { isObject, type Json } from '../call/json.ts';
import { answerMember, type FinalAnswer, finalAnswer } from './final-answer.ts';
import type { AnswerCall } from './gate.ts';
import { readJson } from './json-answer.ts';
import { valueAt } from './json-pointer.ts';
import { normalise, onlyNumber, type ReadNumber, readNumber, squeeze } from './normal-answer.ts';

/** `auto`: as JSON where both are, else by what they say in the end. */
export const LIKENESSES = ['auto', 'exact', 'normalised', 'label', 'number', 'json'] as const;
export type Likeness = (typeof LIKENESSES)[number];

export interface Comparing {
  compare: Likeness;
  /** Keys of a JSON pointer to what is compared; null: all of it. */
  keys: readonly string[] | null;
  /** Whose one group is what is compared; null: all of it. */
  pattern: RegExp | null;
  /** Numbers are the same when they differ by no more than this share of the greater one. */
  tolerance: number;
}

/** How answers are compared when nobody says. */
export const COMPARING: Comparing = { compare: 'auto', keys: null, pattern: null, tolerance: 1e-6 };

/** Whether two texts say the same; null when one of them holds nothing that can be compared so. */
export function isSameAnswer(one: string, other: string, comparing: Comparing = COMPARING): boolean | null {
  const first = partOf(one, comparing);
  const second = partOf(other, comparing);
  if (first === null || second === null) return null;
  return LIKE[comparing.compare](first, second, comparing.tolerance);
}

/** The part of a text that is compared; null when it has none. */
export function partOf(text: string, { keys, pattern }: Pick<Comparing, 'keys' | 'pattern'>): string | null {
  let part: string | null = text.trim();
  if (pattern !== null) part = pattern.exec(part)?.[1]?.trim() ?? null;
  if (part === null || keys === null) return part;
  const reading = readJson(part, true);
  const value = reading.ok ? valueAt(reading.value, keys) : undefined;
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type Like = (one: string, other: string, tolerance: number) => boolean | null;

const LIKE: Readonly<Record<Likeness, Like>> = {
  auto: (one, other, tolerance) => {
    if (one === other) return true;
    const [first, second] = [readContainer(one), readContainer(other)];
    if (first === undefined || second === undefined) return isSameFinal(one, other, tolerance);
    const within = { tolerance, isSameText: isSameNormal, depth: DEPTH };
    return isSameJson(answerMember(first) ?? first, answerMember(second) ?? second, within);
  },
  exact: (one, other) => one === other,
  normalised: isSameNormal,
  label: (one, other) => {
    const [first, second] = [finalAnswer(one), finalAnswer(other)];
    return first === null || second === null ? null : normalise(first.text) === normalise(second.text);
  },
  number: (one, other, tolerance) => {
    const [first, second] = [numberIn(one), numberIn(other)];
    return first === null || second === null ? null : isSameNumber(first, second, tolerance);
  },
  json: (one, other, tolerance) => {
    const [first, second] = [readJson(one, true), readJson(other, true)];
    if (!first.ok || !second.ok) return null;
    const within = { tolerance, isSameText: isSameNormal, depth: DEPTH };
    return one === other || isSameJson(first.value, second.value, within);
  },
};

/** The JSON object or array that a text is; undefined for anything else. */
function readContainer(text: string): Json | undefined {
  if (!/^[[{`]/.test(text)) return undefined;
  const reading = readJson(text, true);
  return reading.ok && typeof reading.value === 'object' && reading.value !== null ? reading.value : undefined;
}

function isSameFinal(one: string, other: string, tolerance: number): boolean {
  const [first, second] = [finalAnswer(one), finalAnswer(other)];
  if (first === null || second === null) return first === second;
  const [a, b] = [normalise(first.text), normalise(second.text)];
  if (a === b) return true;
  const [x, y] = [readNumber(a), readNumber(b)];
  if (x !== null && y !== null) return isSameNumber(x, y, tolerance);
  if (x !== null || y !== null) {
    // One says a number, the other a sentence with one.
    const [p, q] = [x ?? onlyNumber(a), y ?? onlyNumber(b)];
    return p !== null && q !== null && isSameNumber(p, q, tolerance);
  }
  return (isLiteral(first) || isLiteral(second)) && squeeze(a) === squeeze(b);
}

function isLiteral({ kind, text }: FinalAnswer): boolean {
  return kind === 'value' || kind === 'code' || /^[[({]/.test(text);
}

function numberIn(text: string): ReadNumber | null {
  const final = finalAnswer(text);
  if (final === null) return null;
  const normal = normalise(final.text);
  return readNumber(normal) ?? onlyNumber(normal);
}

function isSameNumber(one: ReadNumber, other: ReadNumber, tolerance: number): boolean {
  if (one.unit !== '' && other.unit !== '' && one.unit !== other.unit) return false;
  if (isNear(one.value, other.value, tolerance)) return true;
  if (one.isPercent === other.isPercent) return false;
  return one.isPercent
    ? isNear(one.value / 100, other.value, tolerance)
    : isNear(one.value, other.value / 100, tolerance);
}

function isNear(one: number, other: number, tolerance: number): boolean {
  return one === other || Math.abs(one - other) <= Math.max(Math.abs(one), Math.abs(other)) * tolerance;
}

interface Within {
  tolerance: number;
  isSameText: (one: string, other: string) => boolean;
  /** Levels that are still looked into: what is deeper is no answer, and would be deeper than the stack. */
  depth: number;
}

const DEPTH = 200;

function isSameNormal(one: string, other: string): boolean {
  return normalise(one) === normalise(other);
}

/** Whatever the order of keys. */
function isSameJson(one: Json, other: Json, within: Within): boolean {
  if (typeof one === 'number' && typeof other === 'number') return isNear(one, other, within.tolerance);
  if (typeof one === 'string' && typeof other === 'string') return within.isSameText(one, other);
  if (within.depth === 0) return false;
  const inner = { ...within, depth: within.depth - 1 };
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => isSameJson(item, other[at] as Json, inner));
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSameJson(one[key] as Json, other[key] as Json, inner))
  );
}

/** Whether the same tools are called with the same arguments, in the same order. */
export function isSameCalls(one: readonly AnswerCall[], other: readonly AnswerCall[]): boolean {
  return (
    one.length === other.length &&
    one.every((call, at) => {
      const { name, arguments: text } = other[at] as AnswerCall;
      return call.name === name && isSameArguments(call.arguments, text);
    })
  );
}

function isSameArguments(one: string, other: string): boolean {
  const [first, second] = [readJson(one.trim() || '{}', false), readJson(other.trim() || '{}', false)];
  if (one === other || !first.ok || !second.ok) return one === other;
  return isSameJson(first.value, second.value, { tolerance: 0, isSameText: (a, b) => a === b, depth: DEPTH });
}
