// What a client says of an answer it was given: read strictly, held against the call it is about, masked, and kept as a note. Behind the
// gateway and in process alike. Nobody may learn from it that a call of another tenant exists.
import { isUtf8 } from 'node:buffer';
import { TierlineError } from './call/errors.ts';
import type { ClientFeedback } from './call/feedback.ts';
import { isObject, type Json } from './call/json.ts';
import type { Note } from './call/note.ts';
import type { CallRow } from './call/row.ts';
import type { Config } from './config/config.ts';
import { nearest } from './config/nearest.ts';
import { maskJson } from './mask/mask.ts';
import { refuseAmbiguity, scanJson } from './wire/json-scan.ts';

/** What is said of a call. Null is left unsaid. */
export interface Feedback {
  requestId: string;
  /** 0 to 1. */
  score: number | null;
  label: string | null;
  comment: string | null;
  reference: Json;
}

/** What a configuration decides about feedback. */
export interface FeedbackRules {
  isMasked: boolean;
  /** Whether what people write about a call is not kept. */
  isPrivate: (call: Pick<CallRow, 'tenant' | 'task'>) => boolean;
}

/** Where feedback looks up calls, and goes. */
export interface FeedbackDesk {
  /** The call of a tenant by its id, with all its attempts; null when the tenant has none of this id. */
  findCall: (id: string, tenant: string) => Promise<CallRow | null>;
  /** Keeps a note; resolves when it outlives a kill of the process. */
  keep: (note: Note) => Promise<void>;
}

/** Texts that are not kept of a private call. */
type Text = 'comment' | 'reference';

/** What has become of a feedback. */
export interface Given {
  /** `fb_...` */
  id: string;
  /** Members that were not kept, because the call is private. */
  leftOut: readonly Text[];
}

/** A body that is longer is refused. */
export const MAX_FEEDBACK_BYTES = 32 * 1024;
const MAX_ID = 200;
const MAX_LABEL = 64;
const MAX_COMMENT = 4000;
const OPINIONS = ['score', 'label', 'comment', 'reference'] as const;

/** Labels that say how good an answer was, as `docs/feedback.md` lists them. */
const LABEL_SCORES: ReadonlyMap<string, number> = new Map([
  ...['good', 'thumbs_up', 'yes', 'accepted', 'correct'].map((label): [string, number] => [label, 1]),
  ...['bad', 'thumbs_down', 'no', 'rejected', 'wrong', 'incorrect'].map((label): [string, number] => [label, 0]),
]);

/** 1 or 0 for a label that means good or bad, in any case and with spaces or hyphens for the underscore; null for any other. */
export function scoreOfLabel(label: string): number | null {
  return (
    LABEL_SCORES.get(
      label
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, '_'),
    ) ?? null
  );
}

/** As a configuration wants it: masked and without private texts as calls are captured. */
export function feedbackRules({
  capture,
  tasks,
  tenants,
}: Pick<Config, 'capture' | 'tasks' | 'tenants'>): FeedbackRules {
  return {
    isMasked: capture?.isMasked ?? true,
    isPrivate: ({ tenant, task }) => {
      if (tenants.get(tenant)?.isPrivate === true) return true;
      return task !== null && tasks.get(task)?.isPrivate === true && capture?.tasks?.has(task) !== true;
    },
  };
}

/**
 * A feedback out of a JSON text. `idName` is what the call's id is called in it. Throws TierlineError: the codes of `scanJson` and
 * `refuseAmbiguity`, `invalid_encoding`, `body_too_large`, and `invalid_request` naming the member.
 */
export function readFeedback(
  body: Buffer,
  { maxDepth, idName = 'request_id' }: { maxDepth: number; idName?: string },
): Feedback {
  if (body.length > MAX_FEEDBACK_BYTES)
    throw new TierlineError('body_too_large', `The feedback is larger than ${MAX_FEEDBACK_BYTES} bytes.`);
  refuseAmbiguity(scanJson(body, maxDepth));
  if (!isUtf8(body)) throw new TierlineError('invalid_encoding', 'The body is not valid UTF-8.');
  const given: unknown = JSON.parse(body.toString('utf8'));
  // The scan has seen to it.
  if (!isObject(given)) throw new TierlineError('invalid_request', 'The body must be a JSON object.');
  const known = [idName, ...OPINIONS];
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw sayUnknown(unknown, known);
  const label = textIn(given['label'], 'label', MAX_LABEL);
  const feedback: Feedback = {
    requestId: requireId(given[idName], idName),
    score: scoreIn(given['score']) ?? (label === null ? null : scoreOfLabel(label)),
    label,
    comment: textIn(given['comment'], 'comment', MAX_COMMENT),
    reference: given['reference'] ?? null,
  };
  if (OPINIONS.every((name) => feedback[name] === null))
    throw invalid(`A feedback says at least one of ${listOf(OPINIONS)}.`, 'score');
  return feedback;
}

function sayUnknown(name: string, known: readonly string[]): TierlineError {
  const near = nearest(name, known);
  const hint = near === null ? `Known are ${listOf(known, 'and')}.` : `Did you mean ${JSON.stringify(near)}?`;
  return invalid(`There is no member ${JSON.stringify(name.slice(0, 100))} of a feedback. ${hint}`, name.slice(0, 100));
}

function requireId(value: unknown, idName: string): string {
  if (value === undefined || value === null) throw invalid(`${idName} is missing.`, idName);
  if (typeof value !== 'string' || value === '' || value.length > MAX_ID)
    throw invalid(`${idName} must be the id of a call, as its answer has it in x-tierline-request-id.`, idName);
  return value;
}

function scoreIn(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw invalid('score must be a number from 0 to 1.', 'score');
}

/** A text with nothing in it says nothing. */
function textIn(value: unknown, name: string, most: number): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw invalid(`${name} must be a text.`, name);
  if (value.length > most) throw invalid(`${name} must have at most ${most} characters; it has ${value.length}.`, name);
  return value.trim() === '' ? null : value;
}

function invalid(message: string, param: string): TierlineError {
  return new TierlineError('invalid_request', message, { param });
}

function listOf(names: readonly string[], last = 'or'): string {
  return `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

export interface Giving {
  tenant: string;
  /** Of the note. */
  id: string;
  /** Milliseconds since 1970. */
  atMs: number;
  rules: FeedbackRules;
}

/**
 * Keeps what a tenant says of a call of its own. Rejects with TierlineError `not_found` for any other call, and with `invalid_request` when
 * nothing of it may be kept.
 */
export async function giveFeedback(desk: FeedbackDesk, feedback: Feedback, giving: Giving): Promise<Given> {
  const { requestId } = feedback;
  const call = await desk.findCall(requestId, giving.tenant);
  if (call === null) throw new TierlineError('not_found', `Call with id '${requestId.slice(0, 100)}' not found.`);
  const { note, leftOut } = toNote(feedback, call, giving);
  await desk.keep(note);
  return { id: note.id, leftOut };
}

/** Throws TierlineError `invalid_request` when nothing would be left. */
function toNote(
  feedback: Feedback,
  { id: about, tenant, task, model }: CallRow,
  { id, atMs, rules }: Giving,
): { note: Note; leftOut: readonly Text[] } {
  const isPrivate = rules.isPrivate({ tenant, task });
  const texts: Text[] = ['comment', 'reference'];
  const leftOut = isPrivate ? texts.filter((name) => feedback[name] !== null) : [];
  const { score, label } = feedback;
  if (isPrivate && score === null && label === null)
    throw invalid('The call is private: of its feedback only score and label are kept.', leftOut[0] ?? 'comment');
  const said: Json[] = [label, isPrivate ? null : feedback.comment, isPrivate ? null : feedback.reference];
  // A list and not an object: no member has a name by which its whole text would count as a secret.
  const [kept, comment, reference] = rules.isMasked ? maskJson(said).value : said;
  const body: ClientFeedback = {
    source: 'client',
    score,
    label: kept as string | null,
    comment: comment as string | null,
    reference: reference ?? null,
    model,
  };
  return { note: { id, kind: 'feedback', atMs, tenant, task, about, costs: [], body }, leftOut };
}
