// Rows from canaries: requests that were captured and answered twice, by the model that served and by a stronger one, with how both turned
// out. A person's grade has the last word.
import type { Json } from '../../call/json.ts';
import type { Note } from '../../call/note.ts';
import type { TaskConfig } from '../../config/config.ts';
import { LeftOut } from './left-out.ts';
import { answerOutcome, type JudgedCall, type NotedSource, notedRows, wantedModel } from './noted-rows.ts';
import type { OutcomeLine } from './outcome-line.ts';
import type { SourcedRows } from './sourced-rows.ts';

interface Scores {
  cheap: number | null;
  reference: number | null;
}

/** What a grade says of both answers: in a tie both are as good as anybody wants. */
const GRADES: Readonly<Record<string, Scores>> = {
  cheap: { cheap: 1, reference: 0 },
  reference: { cheap: 0, reference: 1 },
  tie: { cheap: 1, reference: 1 },
};

/** A call is one row, however often it was answered again; of two canaries with one model the newest counts. Rejects with what the files say. */
export async function canaryRows({ name: task }: TaskConfig, source: NotedSource): Promise<SourcedRows> {
  const left = new LeftOut();
  const grades = gradesIn(source);
  const judged = new Map<string, JudgedCall>();
  for (const { note } of source.ledger.notes({ kind: 'canary', task })) {
    if (note.about === null) continue;
    const outcomes = outcomesOf(note, { scores: grades.get(note.id) ?? scoresOf(note), source, left });
    const known = judged.get(note.about);
    if (Object.keys(outcomes).length > 0)
      judged.set(note.about, { key: note.about, id: note.about, outcomes: { ...known?.outcomes, ...outcomes } });
  }
  return notedRows([...judged.values()], { task, source: 'canary', captured: source.captured, left });
}

/** The newest grade of each canary, by its id. */
function gradesIn({ ledger }: NotedSource): Map<string, Scores> {
  const grades = new Map<string, Scores>();
  for (const { note } of ledger.notes({ kind: 'grade' })) {
    const { better } = note.body;
    const scores = typeof better === 'string' && Object.hasOwn(GRADES, better) ? GRADES[better] : undefined;
    if (note.about !== null && scores !== undefined) grades.set(note.about, scores);
  }
  return grades;
}

function scoresOf({ body }: Note): Scores {
  return { cheap: scoreIn(body['cheapScore']), reference: scoreIn(body['referenceScore']) };
}

function scoreIn(value: Json | undefined): number | null {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : null;
}

function outcomesOf(
  note: Note,
  { scores, source, left }: { scores: Scores; source: NotedSource; left: LeftOut },
): Record<string, OutcomeLine> {
  const call = source.ledger.call(note.about ?? '');
  const judged = (named: string | null, score: number | null): { model: string; score: number } | null => {
    const model = wantedModel(named, { source, left });
    if (model !== null && score === null) left.add(model, 'nobody could say how good it is');
    return model === null || score === null ? null : { model, score };
  };
  const cheap = judged(nameIn(note.body['model']) ?? call?.model ?? null, scores.cheap);
  const reference = judged(nameIn(note.body['reference']), scores.reference);
  return {
    ...(cheap === null ? {} : { [cheap.model]: answerOutcome(cheap.score, call, cheap.model) }),
    ...(reference === null ? {} : { [reference.model]: { score: reference.score, ...costOf(note, reference.model) } }),
  };
}

function nameIn(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** What the second answer cost; not known where the same model was paid for something else, too. */
function costOf({ costs }: Note, model: string): Pick<OutcomeLine, 'cost_usd'> {
  const paid = costs.filter((cost) => cost.model === model);
  const amount = paid.length === 1 ? paid[0]?.nanoUsd : null;
  return amount === null || amount === undefined ? {} : { cost_usd: amount / 1e9 };
}
