// What notes of kind `feedback` hold: what somebody said of an answer, and what was only concluded from how a conversation went on. The two
// must never be counted alike.
import type { Json } from './json.ts';
import type { Note } from './note.ts';

/** The body of a note that a client made. */
export type ClientFeedback = {
  source: 'client';
  /** How good the answer was, 0 to 1; null when it was not said. */
  score: number | null;
  label: string | null;
  comment: string | null;
  /** What would have been right; null when it was not said. */
  reference: Json;
  /** The configured model that gave the answer; null when none did. */
  model: string | null;
};

/** Why somebody may not have liked an answer: the same question came again, or one much like it. */
export type WeakKind = 'retried' | 'rephrased';

/** The body of a note that nobody made: the next question of the session is taken for a sign. */
export type WeakFeedback = {
  source: 'weak';
  what: WeakKind;
  /** Of the two questions, 0 to 1. */
  similarity: number;
  /** The id of the call with the later question. */
  later: string;
};

/** What a client said, out of a note; null for any other note. */
export function clientFeedback({ kind, body }: Note): ClientFeedback | null {
  if (kind !== 'feedback' || body['source'] !== 'client') return null;
  const { score, label, comment, reference, model } = body;
  return {
    source: 'client',
    score: typeof score === 'number' && score >= 0 && score <= 1 ? score : null,
    label: textOf(label),
    comment: textOf(comment),
    reference: reference ?? null,
    model: textOf(model),
  };
}

/** A weak signal out of a note; null for any other note. */
export function weakFeedback({ kind, body }: Note): WeakFeedback | null {
  if (kind !== 'feedback' || body['source'] !== 'weak') return null;
  const { what, similarity, later } = body;
  if (what !== 'retried' && what !== 'rephrased') return null;
  return { source: 'weak', what, similarity: Number(similarity ?? 0), later: textOf(later) ?? '' };
}

/** Of several feedbacks to one call the newest that has what is asked for; null when none has. `notes`: in any order. */
export function newestFeedback(
  notes: Iterable<Note>,
  has: (feedback: ClientFeedback) => boolean = () => true,
): ClientFeedback | null {
  let newest: { atMs: number; feedback: ClientFeedback } | null = null;
  for (const note of notes) {
    const feedback = clientFeedback(note);
    if (feedback === null || !has(feedback)) continue;
    // Of two in one millisecond the one that came in later.
    if (newest === null || note.atMs >= newest.atMs) newest = { atMs: note.atMs, feedback };
  }
  return newest?.feedback ?? null;
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
