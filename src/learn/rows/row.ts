// A row: one request and how the answers of several models to it turned out. What learning starts from; profiles, canaries, feedback
// and imports all write it. A line of JSONL, in the shortest form that says it.
import { z } from 'zod';
import { isObject } from '../../call/json.ts';

const amount = z.number().nonnegative().finite();

const outcomeSchema = z
  .looseObject({
    /** Whether the answer was acceptable: 0 or 1. */
    correct: z.union([z.number().min(0).max(1), z.boolean()]).optional(),
    /** How good it was, 0 to 1, where that is not a matter of yes or no. */
    score: z.number().min(0).max(1).optional(),
    /** What it comes down to, where somebody has taken it out of the response. */
    answer: z.unknown().optional(),
    /** Its whole text. */
    response: z.string().nullish(),
    input_tokens: amount.nullish(),
    output_tokens: amount.nullish(),
    /** Estimated, where nobody measured. */
    input_tokens_est: amount.nullish(),
    output_tokens_est: amount.nullish(),
    /** What this answer cost, in dollars. */
    cost_usd: amount.nullish(),
    /** Mean natural logarithm of the probability of its tokens, where the provider told. */
    mean_logprob: z.number().max(0).nullish(),
  })
  .readonly();

/** A line as it is written. Members that are not named here are kept by nobody and hurt nothing. */
export const rowSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  dataset: z.string().nullish(),
  task: z.string().nullish(),
  /** Tenant, topic, or whatever a task is divided by. */
  segment: z.string().nullish(),
  /** The text of the user's last turn. */
  prompt: z.string(),
  category: z.string().nullish(),
  subject: z.string().nullish(),
  request: z
    .looseObject({
      /** Characters of all text, instructions and earlier turns included. */
      characters: amount.optional(),
      turns: amount.optional(),
      tools: z.boolean().optional(),
      schema: z.boolean().optional(),
      images: z.boolean().optional(),
    })
    .nullish(),
  /** How often it counts; 1 when left out. */
  weight: z.number().positive().finite().optional(),
  /** Where the outcomes come from: `profile`, `canary`, `feedback`, `import`. */
  source: z.string().nullish(),
  /** When the request was made, ISO 8601. */
  at: z.string().nullish(),
  outcomes: z.record(z.string(), outcomeSchema),
});

export type RowLine = z.input<typeof rowSchema>;

/** What is known of a request beside its text. */
export interface RequestFacts {
  characters: number;
  turns: number;
  hasTools: boolean;
  hasSchema: boolean;
  hasImages: boolean;
}

/** How one model's answer turned out. */
export interface Outcome {
  /** 0 to 1. */
  quality: number;
  /** What the answer comes down to, as told or as found in the response; null when there is none. */
  answer: string | null;
  /** Null when it was not kept. */
  response: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  /** As measured; null when it has to be reckoned from tokens. */
  costUsd: number | null;
  meanLogprob: number | null;
}

export interface Row {
  id: string;
  dataset: string | null;
  task: string | null;
  segment: string | null;
  /** Category or subject: what the request is about, as its source says. Never known of a request that comes in. */
  topic: string | null;
  prompt: string;
  facts: RequestFacts;
  weight: number;
  /** By model; models whose answer nobody has judged are left out. */
  outcomes: ReadonlyMap<string, Outcome>;
}

/** What of a line is read as a row. */
export interface Reading {
  /** The member of an outcome that says how good it was; where an outcome lacks it, `correct` or `score` does. */
  label: string;
  /** Only outcomes of these models; null: of all. */
  models: readonly string[] | null;
}

export const AS_PUBLISHED: Reading = { label: 'correct', models: null };

/** A row of a line's JSON; null when no outcome of it counts. Throws Error with what is wrong, as the rest of a sentence about the line. */
export function toRow(line: unknown, at: number, { label, models }: Reading): Row | null {
  const result = rowSchema.safeParse(line);
  if (!result.success) throw new Error(result.error.issues.map(sayIssue).join('; '));
  const { id, dataset, task, segment, prompt, category, subject, request, weight, outcomes: told } = result.data;
  const outcomes = new Map<string, Outcome>();
  for (const [model, outcome] of Object.entries(told)) {
    if (models !== null && !models.includes(model)) continue;
    const quality = qualityOf(outcome, label);
    if (quality !== null) outcomes.set(model, toOutcome(outcome, quality));
  }
  if (outcomes.size === 0) return null;
  const { characters, turns = 1, tools = false, schema = false, images = false } = request ?? {};
  return {
    id: String(id ?? `line-${at}`),
    dataset: dataset ?? null,
    task: task ?? null,
    segment: segment ?? null,
    topic: category ?? subject ?? null,
    prompt,
    facts: {
      characters: characters ?? prompt.length,
      turns,
      hasTools: tools,
      hasSchema: schema,
      hasImages: images,
    },
    weight: weight ?? 1,
    outcomes,
  };
}

/** How many outcomes of a line say by the label how good they were, and how many by `correct` or `score` instead. */
export function countLabels(line: unknown, { label, models }: Reading): { labelled: number; instead: number } {
  const outcomes = isObject(line) && isObject(line.outcomes) ? Object.entries(line.outcomes) : [];
  const count = { labelled: 0, instead: 0 };
  for (const [model, outcome] of outcomes) {
    if (!isObject(outcome) || (models !== null && !models.includes(model))) continue;
    if (toQuality(outcome[label]) !== null) count.labelled++;
    else if (qualityOf(outcome, label) !== null) count.instead++;
  }
  return count;
}

type Told = z.output<typeof outcomeSchema>;

function qualityOf(outcome: Readonly<Record<string, unknown>>, label: string): number | null {
  return toQuality(outcome[label]) ?? toQuality(outcome.correct) ?? toQuality(outcome.score);
}

function toQuality(value: unknown): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : null;
}

function toOutcome(told: Told, quality: number): Outcome {
  return {
    quality,
    answer: told.answer === undefined || told.answer === null ? null : sayAnswer(told.answer),
    response: told.response ?? null,
    inputTokens: told.input_tokens ?? told.input_tokens_est ?? null,
    outputTokens: told.output_tokens ?? told.output_tokens_est ?? null,
    costUsd: told.cost_usd ?? null,
    meanLogprob: told.mean_logprob ?? null,
  };
}

function sayAnswer(answer: unknown): string {
  return typeof answer === 'string' ? answer : JSON.stringify(answer);
}

function sayIssue({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
