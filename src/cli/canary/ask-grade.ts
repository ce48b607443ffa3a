// Shows two answers in a terminal and asks which is better. Loaded only when somebody is asked.
import { isCancel, note, select } from '@clack/prompts';
import type { AskGrade, Word } from './grade.ts';

const MOST_LINES = 40;

export const askGrade: AskGrade = async ({ place, turns, first, second }) => {
  note(turns.map(({ role, text }) => `${role}: ${shorten(text)}`).join('\n\n'), place);
  note(shorten(first), 'Answer A');
  note(shorten(second), 'Answer B');
  const word = await select<Word>({
    message: 'Which is better?',
    options: [
      { value: 'first', label: 'A' },
      { value: 'second', label: 'B' },
      { value: 'tie', label: 'Equally good, or equally bad' },
      { value: 'skip', label: 'Later' },
      { value: 'stop', label: 'No more for now' },
    ],
  });
  return isCancel(word) ? 'stop' : word;
};

/** Control characters would speak to the terminal. */
function shorten(text: string): string {
  const lines = text.replaceAll(/[^\P{Cc}\n\t]/gu, '\u{fffd}').split('\n');
  return lines.length <= MOST_LINES ? lines.join('\n') : [...lines.slice(0, MOST_LINES), '[...]'].join('\n');
}
