// Reads a profile as it is kept beside the configuration, strictly: a file that is not one is refused with what is wrong in it, never half
// used. Who makes profiles and what they mean is not known here.
import { z } from 'zod';
import { writePath } from '../config/problem.ts';

const share = z.number().min(0).max(1);
const count = z.number().int().min(0);
/** A sum of nano-dollars; means have a fraction. */
const amount = z.number().min(0);
const moment = z.iso.datetime({ offset: true });
const verdict = z.enum(['default', 'gated', 'next', 'undecided']);
const measure = z.number().min(0);

const distribution = z.strictObject({
  mean: measure,
  p50: measure,
  p90: measure,
  p95: measure,
  p99: measure,
  max: measure,
});

const rate = z
  .strictObject({ share: share.nullable(), low: share, high: share, trials: z.number().min(0) })
  .refine(({ low, high }) => low <= high, 'low is above high');

const model = z.strictObject({
  model: z.string().min(1),
  tier: z.string().nullable(),
  upstream: z.array(z.string()),
  snapshots: z.array(z.string()),
  firstAt: moment.nullable(),
  lastAt: moment.nullable(),
  judged: count,
  refused: count,
  missing: count,
  passRate: rate,
  accepted: rate,
  cost: z.strictObject({
    known: count,
    totalNanoUsd: amount.int(),
    perCallNanoUsd: amount.nullable(),
    perPassNanoUsd: amount.nullable(),
    basis: z.enum(['measured', 'estimated', 'unknown']),
  }),
  judgingNanoUsd: amount.nullable(),
  outputTokens: distribution.nullable(),
  inputTokens: distribution.nullable(),
  latencyMs: distribution.nullable(),
  byGate: z.array(z.strictObject({ gate: z.string(), judged: count, passed: count, broken: count })),
  verdict,
  moreSamples: count.nullable(),
  isOnFrontier: z.boolean(),
  say: z.string(),
});

const profileSchema = z.strictObject({
  version: z.literal(1),
  task: z.string().min(1),
  madeAt: moment,
  samples: z.strictObject({ count, digest: z.string(), withReference: count }),
  thresholds: z.strictObject({
    defaultFrom: share,
    gatedFrom: share,
    confidence: z.number().min(0.5).lt(1),
  }),
  gates: z.array(z.string()),
  models: z.array(model),
  recommendation: z.strictObject({
    model: z.string().nullable(),
    tier: z.string().nullable(),
    verdict,
    openModels: z.array(z.string()),
    say: z.string(),
  }),
  warnings: z.array(z.string()),
  spent: z.strictObject({ nanoUsd: amount.int(), unknown: count }),
});

/** The same as lifecycle's `Profile`, which a test holds it against. */
export type ProfileFile = z.infer<typeof profileSchema>;

/** Throws a sentence that begins with `path` for a text that is no profile. */
export function parseProfile(text: string, path: string): ProfileFile {
  const { success, data, error } = profileSchema.safeParse(parseJson(text, path));
  if (success) return data;
  const [issue, ...others] = error.issues;
  const at = writePath((issue?.path ?? []).map((step) => (typeof step === 'symbol' ? String(step) : step)));
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new Error(
    `${path} is no profile that can be read: ${at === '' ? '' : `${at}: `}${issue?.message}${more}. Make it again with \`tierline profile\`, or remove it.`,
  );
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON: ${(error as Error).message}.`, { cause: error });
  }
}
