// The gate `one_of`: the answer, or one value inside it, is one of a closed set of labels.
import type { Json } from '../call/json.ts';
import { ONLY_CALLS, onlyCalls, openingOf, textOf } from './answer-text.ts';
import { type Answer, failed, type Gate, passed, type Verdict } from './gate.ts';
import type { GateConfigOf } from './gate-config.ts';
import { readJson, startsOf } from './json-answer.ts';
import { readPointer, valueAt } from './json-pointer.ts';

const NAME = 'one_of';

export function createLabelsGate(config: GateConfigOf<'one_of'>): Gate {
  return config.at === null ? createTextLabels(config) : createPointerLabels(config, config.at);
}

/** The whole answer is a label. */
function createTextLabels({ values, ignoreCase }: GateConfigOf<'one_of'>): Gate {
  const fold = folding(ignoreCase);
  const labels = values.map((value) => fold(String(value).trim()));
  const known = new Set(labels);
  const wrong = failed(NAME, `is none of ${listOf(values)}`, 0);
  const early = (answer: Answer): Verdict | null => {
    const opening = openingOf(answer);
    if (opening === null) return null;
    const start = fold(opening);
    return labels.some((label) => label.startsWith(start)) ? null : wrong;
  };
  const check = (answer: Answer): Verdict => {
    if (onlyCalls(answer)) return passed(NAME, ONLY_CALLS);
    return known.has(fold(textOf(answer))) ? passed(NAME, 'is one of the labels', 1) : wrong;
  };
  return { name: NAME, isCostly: false, early, check };
}

/** A value inside a JSON answer is a label; a text "1" and the number 1 are two. */
function createPointerLabels({ values, ignoreCase, isFenced }: GateConfigOf<'one_of'>, at: string): Gate {
  const fold = folding(ignoreCase);
  const plain = (value: Json): Json => (typeof value === 'string' ? fold(value) : value);
  const known = new Set(values.map(plain));
  const keys = readPointer(at);
  const starts = startsOf(['object', 'array'], isFenced);
  const early = (answer: Answer): Verdict | null => {
    const first = openingOf(answer)?.[0];
    return first === undefined || starts.has(first) ? null : failed(NAME, `has no value at ${at}`, 0);
  };
  const check = (answer: Answer): Verdict => {
    if (onlyCalls(answer)) return passed(NAME, ONLY_CALLS);
    const reading = readJson(textOf(answer), isFenced);
    if (!reading.ok) return failed(NAME, reading.reason, 0);
    const value = valueAt(reading.value, keys);
    if (value === undefined) return failed(NAME, `has no value at ${at}`, 0);
    return known.has(plain(value))
      ? passed(NAME, `${at} is one of the labels`, 1)
      : failed(NAME, `${at} is none of ${listOf(values)}`, 0);
  };
  return { name: NAME, isCostly: false, early, check };
}

/** Upper case, because lower case depends on what follows: a sigma at the end of a word is another letter. */
function folding(ignoreCase: boolean): (text: string) => string {
  return ignoreCase ? (text) => text.toUpperCase() : (text) => text;
}

function listOf(values: readonly unknown[]): string {
  return values.slice(0, 8).map(String).join(', ') + (values.length > 8 ? ', ...' : '');
}
