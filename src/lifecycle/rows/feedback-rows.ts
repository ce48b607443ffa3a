// Rows from feedback: requests that were captured, with what clients said of the answers. Weak signals are guesses: they count where somebody
// asks for them, less than a word, and never against one.
import { clientFeedback, newestFeedback, weakFeedback } from '../../call/feedback.ts';
import type { Note } from '../../call/note.ts';
import type { TaskConfig } from '../../config/config.ts';
import { LeftOut } from './left-out.ts';
import { answerOutcome, type JudgedCall, type NotedSource, notedRows, wantedModel } from './noted-rows.ts';
import type { SourcedRows } from './sourced-rows.ts';

export interface FeedbackSource extends NotedSource {
  /** Whether weak signals become rows. */
  isWeakTaken: boolean;
}

/** How much a weak signal counts beside a word; nobody has measured it. */
const WEAK_WEIGHT = 0.25;
/** Somebody had to ask again. */
const WEAK_SCORE = 0;

/** Of several feedbacks to one call the newest with a score counts, and the newest reference. Rejects with what the files say. */
export async function feedbackRows({ name: task }: TaskConfig, source: FeedbackSource): Promise<SourcedRows> {
  const left = new LeftOut();
  const judged: JudgedCall[] = [];
  const notes = [...source.ledger.notes({ kind: 'feedback', task })].map(({ note }) => note);
  for (const [id, said] of Map.groupBy(notes, ({ about }) => about)) {
    if (id === null) continue;
    const call = judgedBy(id, said, { source, left });
    if (call !== null) judged.push(call);
  }
  return notedRows(judged, { task, source: 'feedback', captured: source.captured, left });
}

function judgedBy(
  id: string,
  notes: readonly Note[],
  { source, left }: { source: FeedbackSource; left: LeftOut },
): JudgedCall | null {
  const scored = newestFeedback(notes, ({ score }) => score !== null);
  const isWeak = scored === null && source.isWeakTaken && notes.some((note) => weakFeedback(note) !== null);
  if (scored === null && !isWeak) {
    if (notes.some((note) => clientFeedback(note) !== null)) left.add(null, 'feedback without a score');
    return null;
  }
  const call = source.ledger.call(id);
  const model = wantedModel(scored?.model ?? call?.model ?? null, { source, left });
  if (model === null) return null;
  const outcomes = { [model]: answerOutcome(scored?.score ?? WEAK_SCORE, call, model) };
  // A row of its own: its weight is that of nobody else's outcome.
  if (isWeak) return { key: `${id} weak`, id, outcomes, more: { weight: WEAK_WEIGHT } };
  const right = newestFeedback(notes, ({ reference }) => reference !== null);
  return { key: id, id, outcomes, more: right === null ? {} : { reference: right.reference } };
}
