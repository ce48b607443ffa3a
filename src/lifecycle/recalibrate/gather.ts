// What the ledger tells of a task: its calls, what canaries and people found out about them, what clients said of them. It only reads.
import type { Note } from '../../call/note.ts';
import type { CallRow } from '../../call/row.ts';
import type { RuleConfig, WhenRule } from '../../config/config.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { segmentsOfNote, settledGaps } from '../../watch/canary/gap-book.ts';
import { type Decay, weightAt } from './weights.ts';

/** A canary whose gap is known. */
export interface GradedCanary {
  /** Of the call that it is about. */
  call: string;
  atMs: number;
  weight: number;
  /** The cheap answer's score less the reference's, -1 to 1. */
  gap: number;
  segments: readonly string[];
  /** The model that gave the cheap answer, and the one that answered again. */
  model: string | null;
  reference: string;
  /** What the second answer cost; null when nobody knows. */
  referenceNanoUsd: number | null;
  /** Null when the call began before the period, or another task's route decided it. */
  row: CallRow | null;
}

/** What a client said of an answer. */
export interface Opinion {
  call: string;
  atMs: number;
  /** 0 to 1; null for words alone. */
  score: number | null;
  /** Guessed from what was asked next, and not said by anybody. */
  isWeak: boolean;
}

export interface TaskEvidence {
  task: string;
  /** Calls of the period that the task's own route decided: no rule, no candidate of a rollout, and no client that named a model. */
  rows: readonly CallRow[];
  /** In the order in which they were made. */
  canaries: readonly GradedCanary[];
  /** Canaries that nobody could grade, or has yet. */
  ungraded: number;
  opinions: readonly Opinion[];
  /** How many attempts each model had, whatever decided them. */
  triedBy: ReadonlyMap<string, number>;
}

export interface NotesRead {
  canaries: Note[];
  grades: Note[];
  feedback: Note[];
}

/** Notes of all tasks since a time; a grade is never older than the canary it is about. */
export function readNotes(reader: Pick<LedgerReader, 'notes'>, sinceMs: number): NotesRead {
  const all = (query: Parameters<LedgerReader['notes']>[0]): Note[] => [...reader.notes(query)].map(({ note }) => note);
  return {
    canaries: all({ kind: 'canary', sinceMs }),
    grades: all({ kind: 'grade', sinceMs }),
    feedback: all({ kind: 'feedback', sinceMs }),
  };
}

export interface Gathering {
  rows: readonly CallRow[];
  notes: NotesRead;
  decay: Decay;
  /** Segments that rules of the task send elsewhere today; none when left out. */
  ruled?: ReadonlySet<string> | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/** Of one task; rows and notes of others are passed over. */
export function evidenceOf(task: string, { rows, notes, decay, ruled = NONE }: Gathering): TaskEvidence {
  const mine = rows.filter((row) => row.task === task);
  const byId = new Map(mine.map((row) => [row.id, row]));
  const canaries = notes.canaries.filter((note) => note.task === task);
  const settled = settledGaps([...canaries, ...notes.grades]);
  const known = new Set(settled.map(({ note }) => note.id));
  const triedBy = new Map<string, number>();
  for (const { attempts } of mine) for (const { model } of attempts) triedBy.set(model, (triedBy.get(model) ?? 0) + 1);
  return {
    task,
    rows: mine.filter((row) => isOwn(row) && !ruled.has(`tenant:${row.tenant}`)),
    canaries: settled
      .flatMap(({ note, gap }) => toGraded(note, gap, { byId, decay }))
      .filter(({ segments }) => !segments.some((segment) => ruled.has(segment))),
    ungraded: canaries.filter(({ id }) => !known.has(id)).length,
    opinions: notes.feedback.flatMap((note) => (note.task === task ? toOpinion(note) : [])),
    triedBy,
  };
}

/** Whether the route of the task decided it, as it stands there. */
function isOwn({ arm, reasons, latencyMs }: CallRow): boolean {
  return (
    latencyMs !== null && arm?.arm !== 'candidate' && !reasons.some(({ step }) => step === 'rule' || step === 'request')
  );
}

/** Segments that have a route of their own by now: calls from before tell of a route that they do not take any more. */
export function ruledSegments(rules: readonly RuleConfig[]): Set<string> {
  return new Set(rules.flatMap(({ when }) => (when === null ? [] : segmentsIn(when))));
}

/** None of a rule that holds for a part of them only. */
function segmentsIn({ headers, metadata, models, paths, when }: NonNullable<RuleConfig['when']>): string[] {
  if (when === null || headers.size + metadata.size + models.length + paths.length > 0) return [];
  const { tenants, languages, ...rest } = when;
  if (
    Object.values(rest satisfies Partial<WhenRule>).some((value) =>
      Array.isArray(value) ? value.length > 0 : value !== null,
    )
  )
    return [];
  if (tenants.length > 0 && languages.length > 0) return [];
  return [...tenants.map((tenant) => `tenant:${tenant}`), ...languages.map((language) => `language:${language}`)];
}

function toGraded(
  note: Note,
  gap: number,
  { byId, decay }: { byId: ReadonlyMap<string, CallRow>; decay: Decay },
): GradedCanary[] {
  const { about, atMs, body, costs } = note;
  if (about === null || isOfCandidate(note)) return [];
  const row = byId.get(about) ?? null;
  if (row !== null && !isOwn(row)) return [];
  const reference = textIn(body['reference']) ?? '';
  return [
    {
      call: about,
      atMs,
      weight: weightAt(atMs, decay),
      gap,
      segments: segmentsOfNote(note),
      model: textIn(body['model']) ?? row?.model ?? null,
      reference,
      referenceNanoUsd: costs.find(({ model }) => model === reference)?.nanoUsd ?? null,
      row,
    },
  ];
}

function isOfCandidate({ body: { arm } }: Note): boolean {
  return (
    arm === 'candidate' ||
    (typeof arm === 'object' && arm !== null && !Array.isArray(arm) && arm['arm'] === 'candidate')
  );
}

function toOpinion({ about, atMs, body }: Note): Opinion[] {
  if (about === null) return [];
  const { score } = body;
  const isScore = typeof score === 'number' && score >= 0 && score <= 1;
  return [{ call: about, atMs, score: isScore ? score : null, isWeak: body['source'] === 'weak' }];
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
