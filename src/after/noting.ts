// Notes of those who wait for nobody: what becomes of one is no concern of whoever made it, and a ledger that keeps none is told of once.
import type { Note } from '../call/note.ts';

export interface NotingParts {
  /** The ledger's `note`. */
  note: (note: Note) => unknown;
  warn: (sentence: string) => void;
}

/** Never throws, and leaves no promise behind that nobody catches. */
export function createNoting({ note, warn }: NotingParts): (note: Note) => void {
  let isFailing = false;
  const keep = async (one: Note): Promise<void> => {
    try {
      await note(one);
      isFailing = false;
    } catch (error) {
      if (!isFailing) warn(`watching: a note was not kept: ${error instanceof Error ? error.message : String(error)}`);
      isFailing = true;
    }
  };
  return (one) => void keep(one);
}
