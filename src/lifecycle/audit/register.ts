// The register of tasks, `tierline/tasks.yaml`: what an audit found and what people answered, kept for review beside the configuration. It
// is read strictly; what is in it of requests are numbers, names, labels and ids of calls, never their text.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { taskSchema } from '../../config/task-schema.ts';
import { artifactsFolder } from '../places.ts';

/** What an audit asks of every task, in the order in which it asks. */
export const QUESTIONS = ['owner', 'accept', 'consequence', 'latency_budget', 'private'] as const;
export type Question = (typeof QUESTIONS)[number];

/** Keys of an entry that mean the same as in a task of the configuration. */
export const TASK_KEYS = [
  'owner',
  'description',
  'match',
  'consequence',
  'private',
  'input',
  'output',
  'volume',
  'latency_budget',
  'accept',
] as const;
export type TaskKey = (typeof TASK_KEYS)[number];

const text = z.string().min(1);
const count = z.number().int().min(0);
const usd = z.number().min(0);
const counts = z.record(z.string(), count);
const share = z.number().min(0).max(1);

const logEvidence = z.strictObject({
  fingerprint: text,
  title: text.optional(),
  calls: count,
  errors: count.optional(),
  spend_usd: usd.nullable(),
  monthly_usd: usd.optional(),
  models: z.record(z.string(), share),
  latency_p50: text.optional(),
  latency_p95: text.optional(),
  cache_share: share.optional(),
  shares: z.record(z.string(), share).optional(),
  answers: count.optional(),
  personal_data: z.strictObject({ sampled: count, calls: count, kinds: counts }).optional(),
  samples: z.array(text).optional(),
});

const codeEvidence = z.strictObject({
  at: z.array(text),
  clients: z.array(text),
  models: z.array(text),
});

const evidenceSchema = z.strictObject({
  log: logEvidence.optional(),
  code: codeEvidence.optional(),
  /** Digests of what the audit wrote itself: what differs from them is a person's. */
  written: z.record(z.string(), text).optional(),
});

const entrySchema = z.strictObject({
  ...taskSchema.pick(Object.fromEntries(TASK_KEYS.map((key) => [key, true])) as Record<TaskKey, true>).shape,
  tier: text.optional(),
  reason: text.optional(),
  unanswered: z.array(z.enum(QUESTIONS)).default([]),
  evidence: evidenceSchema.optional(),
});

const sourceSchema = z.strictObject({
  source: text,
  digest: text.optional(),
  format: text.optional(),
  calls: count.optional(),
  sites: count.optional(),
  unreadable: count.optional(),
});

export const registerSchema = z.strictObject({
  version: z.literal(1),
  made: z.strictObject({
    at: text,
    from: z.array(sourceSchema),
    span: z.strictObject({ from: text, to: text, days: z.number().min(0) }).optional(),
    calls: count.optional(),
    spend_usd: usd.optional(),
  }),
  tasks: z.record(z.string(), entrySchema).default({}),
});

export type RegisterSource = z.output<typeof sourceSchema>;
export type LogEvidence = z.output<typeof logEvidence>;
export type Evidence = z.output<typeof evidenceSchema>;

/** An entry as the file has it, units as they are written. */
export type Entry = Partial<Record<TaskKey, unknown>> & {
  tier?: string;
  reason?: string;
  unanswered?: Question[];
  evidence?: Evidence;
};

export interface Register {
  version: 1;
  made: z.output<typeof registerSchema>['made'];
  tasks: Record<string, Entry>;
}

/** Where the register of a configuration lies; beside the working directory without one. */
export function registerPath(configFile: string | null): string {
  return path.join(path.relative('.', artifactsFolder({ file: configFile })), 'tasks.yaml');
}

/** The text of a register, null when there is none yet. */
export function readRegisterText(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Reads and checks a register. Throws a sentence that names the file and every mistake. */
export function parseRegister(source: string, file: string): Register {
  const document = parseDocument(source, { prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) throw new Error(`${file} is no valid YAML: ${broken.message.split('\n')[0]}`);
  const value: unknown = document.toJS();
  const result = registerSchema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `  ${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw new Error([`${file} is no register of tasks:`, ...new Set(problems)].join('\n'));
  }
  const register = value as Register;
  return { ...register, tasks: register.tasks ?? {} };
}

/** The questions that nobody has answered yet: what an audit only suggests is none until it is taken off the list. */
export function unansweredOf(entry: Entry): Question[] {
  return (entry.unanswered ?? []).filter((key) => key === 'accept' || entry[key] === undefined);
}
