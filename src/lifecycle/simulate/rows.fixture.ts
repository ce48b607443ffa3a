// What the tests of simulated ledgers share: rows as the gateway writes them, played through two policies.
import type { AttemptRow, CallRow } from '../../call/row.ts';
import { toUsage } from '../../call/usage.ts';
import type { Verdict } from '../../call/verdict.ts';
import type { Prior } from '../../evidence/priors.ts';
import { sampleAttempt, sampleRow } from '../../ledger/sample-row.test.ts';
import type { Pair } from './compare.ts';
import { policyOf } from './kept.fixture.ts';
import { playRows } from './simulate-ledger.ts';

/** Noon of a Monday, UTC. */
export const MONDAY_MS = Date.UTC(2026, 10, 2, 12);

export const USAGE = toUsage({ inputTokens: 1000, outputTokens: 100 });

const verdict = (pass: boolean, fields: Partial<Verdict> = {}): Verdict => ({
  gate: 'one_of',
  pass,
  score: null,
  reason: '',
  costNanoUsd: 0,
  ...fields,
});

/** What the gates of `label` say: they stop at the first that refuses. */
export const judged = (isPassed: boolean): Verdict[] =>
  isPassed ? [verdict(true), verdict(true, { gate: 'finish' })] : [verdict(false)];

export const attemptOf = (model: string, fields: Partial<AttemptRow> = {}): AttemptRow =>
  sampleAttempt({
    model,
    provider: 'p',
    upstreamModel: `up-${model}`,
    usage: USAGE,
    startMs: 0,
    latencyMs: 100,
    costNanoUsd: 1_200_000,
    ...fields,
  });

/** A call of `label` that the last of these attempts answered. */
export function rowOf(attempts: AttemptRow[], fields: Partial<CallRow> = {}): CallRow {
  const answered = attempts.at(-1);
  return sampleRow({
    atMs: MONDAY_MS,
    task: 'label',
    session: null,
    requestedModel: 'auto/label',
    asks: '',
    maxOutputTokens: null,
    messages: 1,
    reasons: [{ step: 'task', say: 'the model name names the task label' }],
    model: answered?.model ?? null,
    usage: answered?.usage ?? null,
    costNanoUsd: attempts.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0),
    attempts: attempts.map((attempt, index) => ({ ...attempt, index })),
    ...fields,
  });
}

/** Calls of `label`, each with an id of its own. */
export const many = (count: number, make: (at: number) => CallRow): CallRow[] =>
  Array.from({ length: count }, (_, at) => ({ ...make(at), id: `req_${String(at).padStart(4, '0')}` }));

export async function playLedger(
  rows: readonly CallRow[],
  [current, candidate]: [current: string, candidate: string],
  priors: readonly Prior[] = [],
): Promise<Pair[]> {
  return playRows({ current: await policyOf(current), candidate: await policyOf(candidate) }, rows, { priors });
}

export const priorOf = (model: string, fields: Partial<Prior> = {}): Prior => ({
  task: 'label',
  model,
  passRate: { share: 0.8, trials: 100 },
  acceptRate: 0.8,
  judgingNanoUsd: null,
  outputTokens: 50,
  latencyMs: { mean: 200, p95: 400 },
  ...fields,
});
