// Whether a cheap answer says what the reference's says. Prose that may be right in many ways is not compared: nothing is then said.
import { isSameAnswer, isSameCalls } from '../../gate/compare-answers.ts';
import type { Answer } from '../../gate/gate.ts';
import { ALONE, type Question } from '../../gate/gate.ts';
import { readJson } from '../../gate/json-answer.ts';
import { readPointer, valueAt } from '../../gate/json-pointer.ts';
import { createReferenceGate } from '../../gate/reference.ts';
import type { ReferenceConfig } from '../../gate/reference-config.ts';

/** What is longer, or has more than one line, is prose unless it is JSON. */
const LONGEST_LABEL = 80;

/** `config`: how the task compares answers with references; null: by their form. Null when the two are not to be compared. */
export function saysTheSame(
  cheap: Answer,
  reference: Answer,
  { config, question }: { config: ReferenceConfig | null; question: Question },
): boolean | null {
  if (cheap.toolCalls.length > 0 || reference.toolCalls.length > 0)
    return isSameCalls(cheap.toolCalls, reference.toolCalls);
  if (config !== null) return matches(cheap, reference, { config, question });
  const [said, right] = [cheap.text.trim(), reference.text.trim()];
  if (said === right) return true;
  return isShort(said) && isShort(right) ? isSameAnswer(said, right) : null;
}

function matches(
  cheap: Answer,
  reference: Answer,
  { config, question }: { config: ReferenceConfig; question: Question },
): boolean | null {
  let right: Parameters<typeof createReferenceGate>[0] | undefined = reference.text.trim();
  if (config.at !== null) {
    const reading = readJson(right, config.isFenced);
    right = reading.ok ? valueAt(reading.value, readPointer(config.at)) : undefined;
  }
  if (right === undefined) return null;
  const verdict = createReferenceGate(right, config).check(cheap, question, ALONE);
  return verdict instanceof Promise ? null : verdict.pass;
}

function isShort(text: string): boolean {
  return /^[[{`]/.test(text) ? readJson(text, true).ok : text.length <= LONGEST_LABEL && !text.includes('\n');
}
