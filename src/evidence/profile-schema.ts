// A profile as it is kept in its file, read strictly: a file that is not one is refused with what is wrong in it, never half used. Who
// makes profiles and what they mean is not known here.
import { z } from 'zod';
import { writePath } from '../config/problem.ts';

const share = z.number().min(0).max(1);
const whole = z.number().int().min(0);
const amount = z.number().min(0);
const moment = z.iso.datetime({ offset: true });
const verdict = z.enum(['default', 'gated', 'next', 'undecided']);

const distribution = z.strictObject({
  mean: amount,
  p50: amount,
  p90: amount,
  p95: amount,
  p99: amount,
  max: amount,
});

const rateSchema = z
  .strictObject({ share: share.nullable(), low: share, high: share, trials: amount })
  .refine(({ low, high }) => low <= high, 'low is above high');

const modelSchema = z.strictObject({
  model: z.string().min(1),
  tier: z.string().nullable(),
  upstream: z.array(z.string()),
  snapshots: z.array(z.string()),
  firstAt: moment.nullable(),
  lastAt: moment.nullable(),
  judged: whole,
  refused: whole,
  missing: whole,
  passRate: rateSchema,
  accepted: rateSchema,
  cost: z.strictObject({
    known: whole,
    totalNanoUsd: whole,
    perCallNanoUsd: amount.nullable(),
    perPassNanoUsd: amount.nullable(),
    basis: z.enum(['measured', 'estimated', 'unknown']),
  }),
  judgingNanoUsd: amount.nullable(),
  outputTokens: distribution.nullable(),
  inputTokens: distribution.nullable(),
  latencyMs: distribution.nullable(),
  byGate: z.array(z.strictObject({ gate: z.string(), judged: whole, passed: whole, broken: whole })),
  verdict,
  moreSamples: whole.nullable(),
  isOnFrontier: z.boolean(),
  say: z.string(),
});

const profileSchema = z.strictObject({
  version: z.literal(1),
  task: z.string().min(1),
  madeAt: moment,
  samples: z.strictObject({ count: whole, digest: z.string(), withReference: whole }),
  thresholds: z.strictObject({ defaultFrom: share, gatedFrom: share, confidence: z.number().min(0.5).lt(1) }),
  gates: z.array(z.string()),
  models: z.array(modelSchema),
  recommendation: z.strictObject({
    model: z.string().nullable(),
    tier: z.string().nullable(),
    verdict,
    openModels: z.array(z.string()),
    say: z.string(),
  }),
  warnings: z.array(z.string()),
  spent: z.strictObject({ nanoUsd: whole, unknown: whole }),
  stale: z.strictObject({ at: moment, reason: z.string() }).optional(),
});

/** The same as lifecycle's `Profile`, which a test holds it against. */
export type ProfileFile = z.infer<typeof profileSchema>;

/** Throws Error for a text that is no profile, with what is wrong as the rest of a sentence about the file. */
export function parseProfile(text: string): ProfileFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('is not JSON');
  }
  const { success, data, error } = profileSchema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  const path = writePath((issue?.path ?? []).map((step) => (typeof step === 'symbol' ? String(step) : step)));
  const more = error.issues.length === 1 ? '' : `, and ${error.issues.length - 1} more`;
  throw new Error(`is no profile: ${path === '' ? '' : `${path}: `}${issue?.message}${more}`);
}
