// The text of an answer as gates look at it: without white space around it, and, while it is being written, without what
// the next characters could still change.
import type { Answer } from './gate.ts';

/**
 * Gates that look at how an answer begins stop looking once it is longer than this: they have had their say, and reading
 * a growing text after every event would cost more the longer it gets.
 */
export const OPENING = 1_024;

/** The text without white space around it. */
export function textOf(answer: Answer): string {
  return answer.text.trim();
}

/**
 * What is certain of a text under way: every whole text that begins with `answer.text` begins with this after trimming.
 * Null once it is longer than the opening.
 */
export function openingOf(answer: Answer): string | null {
  return answer.text.length > OPENING ? null : settled(answer.text);
}

/** Without white space around it, and without half of a character at its end. */
export function settled(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return (isHalf ? text.slice(0, -1) : text).trim();
}

/** An answer that only calls tools has no text for the gates of texts; they let it pass. */
export function onlyCalls(answer: Answer): boolean {
  return answer.toolCalls.length > 0 && textOf(answer) === '';
}

export const ONLY_CALLS = 'calls tools and says nothing';

/** Lower case, plain apostrophes, single spaces: how phrases are written. */
export function plainly(text: string): string {
  return text.toLowerCase().replaceAll(/[’‘ʼ]/g, "'").replaceAll(/\s+/g, ' ');
}
