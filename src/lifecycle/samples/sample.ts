// A sample: one request of a task with what is known of its right answer. A line of a JSONL file, in the shortest form that says it.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { isObject, type Json, type JsonObject } from '../../call/json.ts';
import { acceptSchema, type FileGate } from '../../config/accept-schema.ts';
import type { Dialect } from '../../dialect/dialect.ts';
import { guessDialect, namedDialect } from '../../dialect/guess-dialect.ts';

const json = z.json();
const body = z.record(z.string(), json);

/** A line as it is written. Exactly one of `prompt`, `messages` and `request` says what is asked. */
const lineSchema = z
  .strictObject({
    id: z.string().min(1).optional(),
    /** Text of a single user message. */
    prompt: z.string().min(1).optional(),
    /** System prompt, beside `prompt`. */
    system: z.string().optional(),
    /** A conversation as OpenAI's chat completions take it. */
    messages: z.array(json).min(1).optional(),
    /** A whole body without `model`; beside `prompt` or `messages`, the other members of one. */
    request: body.optional(),
    /** `openai`, `responses` or `anthropic`; told by the shape of `request` when left out. */
    dialect: z.string().optional(),
    reference: json.optional(),
    /** What an answer to this one has to pass beside the gates of its task, as `accept` of a task says it. */
    accept: acceptSchema.optional(),
    /** How often it counts; 1 when left out. */
    weight: z.number().positive().finite().optional(),
    /** Answers that a person has graded. */
    graded: z.array(z.strictObject({ answer: z.string(), pass: z.boolean() })).optional(),
    /** What it was chosen for: `language`, `length`, `cluster`. */
    tags: z.record(z.string(), z.string()).optional(),
    /** When the request was made, ISO 8601. */
    at: z.iso.datetime({ offset: true }).optional(),
  })
  .superRefine((line, context) => {
    const message = problemOf(line);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
/** A line of a file of samples, as it is written. */
export type SampleLine = z.input<typeof lineSchema>;

export interface Sample {
  /** As given, else made of the digest. */
  id: string;
  /** Of dialect and request: two samples with the same one ask the same. */
  digest: string;
  dialect: Dialect;
  /** The body without its model. */
  request: JsonObject;
  /** Undefined when the right answer is not known; null is an answer. */
  reference: Json | undefined;
  accept: readonly FileGate[];
  weight: number;
  graded: readonly { answer: string; pass: boolean }[];
  tags: Readonly<Record<string, string>>;
  at: string | null;
}

function problemOf(line: {
  prompt?: unknown;
  system?: unknown;
  messages?: unknown;
  request?: Record<string, unknown> | undefined;
  dialect?: string | undefined;
}): string | null {
  const { prompt, system, messages, request, dialect } = line;
  if (prompt !== undefined && messages !== undefined) return 'has both `prompt` and `messages`; one of them is enough';
  if (prompt === undefined && messages === undefined && request === undefined)
    return 'says nothing to ask: write `prompt`, `messages` or `request`';
  if (system !== undefined && prompt === undefined) return '`system` goes with `prompt`; in `messages` it is a message';
  if (request?.model !== undefined) return '`request.model` is what a profile varies; leave it out';
  if ((prompt ?? messages) !== undefined && (request?.messages ?? request?.input) !== undefined)
    return '`request` repeats what `prompt` or `messages` say';
  if (dialect !== undefined && namedDialect(dialect) === null)
    return `\`dialect\` ${JSON.stringify(dialect)} is not one; there are openai, responses and anthropic`;
  return null;
}

/** A sample from a line's JSON. Throws Error with what is wrong, as the rest of a sentence about the line. */
export function toSample(line: unknown): Sample {
  const result = lineSchema.safeParse(line);
  if (!result.success) throw new Error(result.error.issues.map(sayIssue).join('; '));
  const {
    id,
    prompt,
    system,
    messages,
    request,
    dialect: named,
    reference,
    accept,
    weight,
    graded,
    tags,
    at,
  } = result.data;
  const instructions = system === undefined ? [] : [{ role: 'system', content: system }];
  const said = prompt === undefined ? messages : [...instructions, { role: 'user', content: prompt }];
  const whole: JsonObject = said === undefined ? { ...request } : { ...request, messages: said };
  delete whole['stream'];
  const dialect = (named === undefined ? null : namedDialect(named)) ?? guessDialect(whole);
  const digest = digestOf([dialect.name, whole]);
  return {
    id: id ?? digest.slice(0, 12),
    digest,
    dialect,
    request: whole,
    reference,
    accept: accept ?? [],
    weight: weight ?? 1,
    graded: graded ?? [],
    tags: tags ?? {},
    at: at ?? null,
  };
}

function sayIssue({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}

/** 24 hex digits of the SHA-256 of a JSON value, whatever the order of its keys. Patterns and maps count as what they hold. */
export function digestOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value, sortedKeys), 'hex').slice(0, 24);
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (value instanceof RegExp) return String(value);
  if (value instanceof Map) return [...value];
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
