// Listens to what a judge replies, and ends when nothing of it is a verdict: what would follow is paid for nothing as well.
import { readGrade } from '../../gate/judge-prompt.ts';
import { readPreference } from '../../gate/pairwise-prompt.ts';

/** Replies in a row that are no verdicts, after which a judge is asked no further. */
export const UNREADABLE_IN_A_ROW = 20;

export class Hearing {
  private unreadable = 0;

  /** Whether the judge is to be asked no further. It never goes on again. */
  isOver(): boolean {
    return this.unreadable >= UNREADABLE_IN_A_ROW;
  }

  /** True when this reply ended it. */
  take(text: string): boolean {
    if (this.isOver()) return false;
    this.unreadable = readGrade(text) === null && readPreference(text) === null ? this.unreadable + 1 : 0;
    return this.isOver();
  }
}

/** What is told when it ended. */
export function sayOver(judge: string): string {
  return `${judge}: ${UNREADABLE_IN_A_ROW} replies in a row were no verdict; it is asked no further`;
}
