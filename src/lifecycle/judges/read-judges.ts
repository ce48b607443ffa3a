// Reads what is known of the judges of a task, and tells whether a gate's judge is one whose word counts.
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Trust } from './judge-report.ts';

const trust = z.enum(['trusted', 'open', 'untrusted'] satisfies Trust[]);

/** Of the report what a verdict takes; its figures are for people. */
const reportSchema = z.object({
  version: z.literal(1),
  task: z.string(),
  madeAt: z.string(),
  judges: z.array(
    z.object({
      judge: z.string(),
      upstream: z.array(z.string()),
      rubric: z.string(),
      min: z.number(),
      verdict: trust,
      say: z.string(),
      pairwise: z.object({ verdict: trust, say: z.string() }),
    }),
  ),
});

export type KeptGradings = z.infer<typeof reportSchema>;

/** Null when there is none. Throws Error for a file that cannot be read as one. */
export function readJudges(path: string): KeptGradings | null {
  if (!existsSync(path)) return null;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`The grading of judges in ${path} is not JSON. Make it anew with \`tierline judge\`.`, { cause });
  }
  const result = reportSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new Error(
    `The grading of judges in ${path} cannot be read${where}: ${issue?.message}. Make it anew with \`tierline judge\`.`,
  );
}

/** The judge of a gate, as it is asked today. */
export interface GateJudge {
  model: string;
  upstreams: readonly string[];
  rubric: string;
  min: number;
}

/** What speaks against taking its word, as the end of a sentence about it; null when nothing does. */
export function doubtAbout({ upstreams, rubric, min }: GateJudge, gradings: KeptGradings | null): string | null {
  const same = (gradings?.judges ?? []).filter((one) =>
    isDeepStrictEqual([one.rubric, one.upstream.toSorted()], [rubric, upstreams.toSorted()]),
  );
  const graded = same.find((one) => one.min === min);
  if (graded === undefined)
    return same[0] === undefined
      ? 'has not been graded against labels'
      : `has been graded with min ${same[0].min} only`;
  if (graded.verdict === 'trusted') return null;
  const word = graded.verdict === 'open' ? 'is not trusted yet' : 'is not to be trusted';
  return `${word} (${graded.say})`;
}
