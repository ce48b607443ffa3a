// Ids of notes that are not told by the call they are about: sortable by time, and never the same twice.
import { createRequestIds } from './request-id.ts';

/** A source of ids like `fb_0199a3f2c4d1000001a1b2c3d4`. */
export function createNoteIds(prefix: string): () => string {
  const next = createRequestIds();
  return () => next().replace(/^req/, prefix);
}
