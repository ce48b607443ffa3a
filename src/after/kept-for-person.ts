// What of a canary is kept until a person has compared the two answers: the end of the conversation and both answers, within bounds, and masked
// unless the configuration says otherwise.
import type { JsonObject } from '../call/json.ts';
import type { Answer, Question } from '../gate/gate.ts';
import { maskJson } from '../mask/mask.ts';

/** Longest texts that are kept, in characters. */
const MOST_KEPT = 20_000;
const TURNS_KEPT = 6;

/** `reference`: null where it gave no answer. */
export function keptForPerson(
  { turns }: Pick<Question, 'turns'>,
  answers: { cheap: Answer; reference: Answer | null },
  isMasked: boolean,
): JsonObject {
  const { cheap, reference } = answers;
  const kept: JsonObject = {
    turns: turns.slice(-TURNS_KEPT).map(({ role, text }) => ({ role, text: text.slice(0, MOST_KEPT) })),
    answers: { cheap: textOf(cheap), reference: reference === null ? null : textOf(reference) },
  };
  return isMasked ? maskJson(kept).value : kept;
}

function textOf({ text, toolCalls }: Answer): string {
  const calls = toolCalls.map(({ name, arguments: given }) => `[calls ${name} ${given}]`);
  return [text, ...calls]
    .filter((part) => part !== '')
    .join('\n')
    .slice(0, MOST_KEPT);
}
