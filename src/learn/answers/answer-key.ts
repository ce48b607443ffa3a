// What an answer comes down to, as one text that is equal for answers that say the same. Unlike a comparison of two, equality is passed
// on: answers fall into groups.
import { finalAnswer } from '../../gate/final-answer.ts';
import { normalise, readNumber, squeeze } from '../../gate/normal-answer.ts';

/** The key of a whole answer; null when it says nothing. */
export function answerKey(text: string): string | null {
  const final = finalAnswer(text);
  return final === null ? null : finalKey(final.text);
}

/** The key of what an answer says in the end. */
export function finalKey(final: string): string {
  const normal = normalise(final);
  const number = readNumber(normal);
  if (number !== null) return `${Number(number.value.toPrecision(9))}${number.isPercent ? '%' : ''}`;
  return /^[[({\\]/.test(normal) ? squeeze(normal) : normal;
}
