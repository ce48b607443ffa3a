// The gate `reference`: the answer says what the sample's reference says. It exists where the right answer is known, so in
// profiles and evaluations, never in production.
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../call/json.ts';
import { plainly, textOf } from './answer-text.ts';
import { type Answer, failed, type Gate, passed, type Verdict } from './gate.ts';
import { readJson } from './json-answer.ts';
import { readPointer, valueAt } from './json-pointer.ts';
import type { Comparison, ReferenceConfig } from './reference-config.ts';

const NAME = 'reference';

/** How a reference is compared when nobody says: JSON as JSON, numbers as numbers, anything else as text. */
export function comparisonFor(reference: Json): ReferenceConfig {
  const text = typeof reference === 'string' ? reference.trim() : null;
  return { compare: text === null ? 'json' : guess(text), at: null, tolerance: 0, isFenced: true };
}

function guess(text: string): Comparison {
  if (toNumber(text) !== null) return 'number';
  return /^[{[]/.test(text) && readJson(text, false).ok ? 'json' : 'text';
}

/** The gate for one sample. `config` null: compared by the form of the reference. */
export function createReferenceGate(reference: Json, config: ReferenceConfig | null): Gate {
  const { compare, at, tolerance, isFenced } = config ?? comparisonFor(reference);
  const isEqual = COMPARE[compare];
  const keys = at === null ? null : readPointer(at);
  const check = (answer: Answer): Verdict => {
    let said: Json = textOf(answer);
    if (keys !== null || compare === 'json') {
      const reading = readJson(said, isFenced);
      if (!reading.ok) return failed(NAME, reading.reason, 0);
      const value = keys === null ? reading.value : valueAt(reading.value, keys);
      if (value === undefined) return failed(NAME, `has no value at ${at}`, 0);
      said = value;
    }
    return isEqual(said, reference, tolerance)
      ? passed(NAME, 'says what the reference says', 1)
      : failed(NAME, 'differs from the reference', 0);
  };
  return { name: NAME, isCostly: false, check };
}

const COMPARE: Readonly<Record<Comparison, (said: Json, reference: Json, tolerance: number) => boolean>> = {
  exact: (said, reference) => toText(said) === toText(reference),
  text: (said, reference) => bare(said) === bare(reference),
  number: (said, reference, tolerance) => {
    const right = toNumber(toText(reference));
    const told = lastNumber(toText(said));
    return right !== null && told !== null && Math.abs(told - right) <= Math.abs(right) * tolerance;
  },
  json: (said, reference) => isDeepStrictEqual(toJson(said), toJson(reference)),
  contains: (said, reference) => plainly(toText(said)).includes(plainly(toText(reference))),
};

function toText(value: Json): string {
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}

/** Without case, and without quotes, brackets and full stops around it. */
function bare(value: Json): string {
  return plainly(toText(value)).replaceAll(/^[\s"'`*([]+|[\s"'`*)\].!]+$/g, '');
}

function toJson(value: Json): Json {
  if (typeof value !== 'string') return value;
  const reading = readJson(value.trim(), false);
  return reading.ok ? reading.value : value;
}

const NUMBER = /[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|[-+]?\.\d+/g;

/** All of the text is one number, perhaps with thousands and a currency sign or percent sign. */
function toNumber(text: string): number | null {
  const plain = text.trim().replace(/^[$€£]\s*|\s*%$/g, '');
  const [found] = plain.match(NUMBER) ?? [];
  return found !== undefined && found === plain ? Number(found.replaceAll(',', '')) : null;
}

function lastNumber(text: string): number | null {
  const found = text.match(NUMBER)?.at(-1);
  return found === undefined ? null : Number(found.replaceAll(',', ''));
}
