// Reads profiles back from their files. What is in them was measured once; what cannot be trusted to be a profile is refused.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Profile } from './profile.ts';

const amount = z.number().min(0);
const count = z.int().min(0);
const rate = z.number().min(0).max(1);
const moment = z.iso.datetime();

const distribution = z.object({ mean: amount, p50: amount, p90: amount, p95: amount, p99: amount, max: amount });
const verdict = z.enum(['default', 'gated', 'next', 'undecided']);
const basis = z.enum(['measured', 'estimated', 'unknown']);

const modelSchema = z.object({
  model: z.string(),
  tier: z.string().nullable(),
  upstream: z.array(z.string()),
  snapshots: z.array(z.string()),
  firstAt: moment.nullable(),
  lastAt: moment.nullable(),
  judged: count,
  refused: count,
  missing: count,
  passRate: z.object({ share: rate.nullable(), low: rate, high: rate, trials: amount }),
  cost: z.object({
    known: count,
    totalNanoUsd: amount,
    perCallNanoUsd: amount.nullable(),
    perPassNanoUsd: amount.nullable(),
    basis,
  }),
  outputTokens: distribution.nullable(),
  inputTokens: distribution.nullable(),
  latencyMs: distribution.nullable(),
  byGate: z.array(z.object({ gate: z.string(), judged: count, passed: count, broken: count })),
  verdict,
  moreSamples: count.nullable(),
  isOnFrontier: z.boolean(),
  say: z.string(),
});

/** Members that a later release may add are left out. */
const profileSchema: z.ZodType<Profile> = z.object({
  version: z.literal(1),
  task: z.string(),
  madeAt: moment,
  samples: z.object({ count, digest: z.string(), withReference: count }),
  thresholds: z.object({ defaultFrom: rate, gatedFrom: rate, confidence: rate }),
  gates: z.array(z.string()),
  models: z.array(modelSchema),
  recommendation: z.object({
    model: z.string().nullable(),
    tier: z.string().nullable(),
    verdict,
    openModels: z.array(z.string()),
    say: z.string(),
  }),
  spent: z.object({ nanoUsd: amount, unknown: count }),
});

/** The profile in a file. Throws Error for one that is missing or is none, with what is wrong. */
export function readProfile(path: string): Profile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new Error(`Profile ${path}: ${reason}.`, { cause: error });
  }
  const result = profileSchema.safeParse(parse(text, path));
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 5).map(({ path: at, message }) => `${at.join('.')}: ${message}`);
  throw new Error(`Profile ${path} is none: ${problems.join('; ')}.`);
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Profile ${path} is not JSON.`, { cause: error });
  }
}
