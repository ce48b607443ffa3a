// The gate `confidence`: the answer says how sure it is, and that is enough. An answer that does not say fails.
import type { Json } from '../call/json.ts';
import { textOf } from './answer-text.ts';
import { type Answer, failed, type Gate, passed, type Verdict } from './gate.ts';
import type { ConfidencePlace, GateConfigOf } from './gate-config.ts';
import { readJson } from './json-answer.ts';
import { readPointer, valueAt } from './json-pointer.ts';

const NAME = 'confidence';

export function createConfidenceGate({ min, place }: GateConfigOf<'confidence'>): Gate {
  const read = place.kind === 'pointer' ? pointerReader(place) : patternReader(place.pattern);
  const check = (answer: Answer): Verdict => {
    const confidence = toShare(read(textOf(answer)));
    if (confidence === null) return failed(NAME, 'does not say how sure it is');
    return confidence >= min
      ? passed(NAME, `is sure by ${confidence}`, confidence)
      : failed(NAME, `is sure by ${confidence} only, below ${min}`, confidence);
  };
  return { name: NAME, isCostly: false, check };
}

type Read = (text: string) => Json | undefined;

function pointerReader({ pointer, isFenced }: Extract<ConfidencePlace, { kind: 'pointer' }>): Read {
  const keys = readPointer(pointer);
  return (text) => {
    const reading = readJson(text, isFenced);
    return reading.ok ? valueAt(reading.value, keys) : undefined;
  };
}

/** The last match, for that is where an answer says how sure it is. */
function patternReader(pattern: RegExp): Read {
  const all = new RegExp(pattern.source, 'gu');
  return (text) => {
    let last: string | undefined;
    for (const match of text.matchAll(all)) last = match[1];
    return last;
  };
}

/** From 0 to 1 as a number or text, or a percentage; null for anything else. */
function toShare(value: Json | undefined): number | null {
  if (typeof value === 'number') return value >= 0 && value <= 1 ? value : null;
  if (typeof value !== 'string') return null;
  const [, digits, percent] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)\s*$/.exec(value) ?? [];
  if (digits === undefined) return null;
  const number = percent === '%' ? Number(digits) / 100 : Number(digits);
  return number <= 1 ? number : null;
}
