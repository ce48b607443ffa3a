// A finished call as watching sees it.
import type { AttemptRow, CallRow } from '../call/row.ts';
import { totalInputTokens } from '../call/usage.ts';
import type { Ended } from '../router.ts';
import type { Observation } from '../watch/observation.ts';

/** Null for a call of no task, and for one that nobody has answered because its client had left. */
export function toObservation(
  { row, fingerprint }: Pick<Ended, 'row' | 'fingerprint'>,
  segments: readonly string[],
): Observation | null {
  const { task, attempts, usage, prediction } = row;
  if (task === null || row.errorCode === 'client_gone') return null;
  const answering = attempts.findLast(({ model, status }) => model === row.model && status === 'ok');
  const input = usage === null ? null : totalInputTokens(usage);
  return {
    id: row.id,
    atMs: row.atMs,
    task,
    tenant: row.tenant,
    segments,
    model: row.model,
    provider: row.provider,
    responseModel: row.responseModel,
    fingerprint,
    upstreamModel: answering?.upstreamModel ?? null,
    isPassed: firstVerdict(row),
    isEscalated: row.escalated,
    isFailed: row.status === 'error' || row.status === 'partial',
    isFallback: row.status === 'ok' && attempts.some((attempt) => isFailedElsewhere(attempt, answering)),
    isUnforeseen: prediction === null ? null : prediction.why !== null,
    inputTokens: input,
    cachedShare: usage === null || input === null || input === 0 ? null : usage.cacheReadTokens / input,
    outputTokens: usage === null ? null : usage.outputTokens,
    costNanoUsd: row.costNanoUsd,
    latencyMs: row.latencyMs,
    decisionUs: row.decisionUs,
    arm: row.arm,
  };
}

/** Whether the upstream failed at another place than the one that answered: the same one, asked again, is no fallback. */
function isFailedElsewhere(attempt: AttemptRow, answering: AttemptRow | undefined): boolean {
  if (attempt.status !== 'error' || attempt.stopped !== null) return false;
  return (['model', 'provider', 'upstreamModel'] as const).some((part) => attempt[part] !== answering?.[part]);
}

/** Whether the first answer that gates looked at passed; null when none did, or a gate could not say. */
function firstVerdict({ attempts }: CallRow): boolean | null {
  const judged = attempts.find(
    ({ verdicts, stopped }) => verdicts !== null && stopped !== 'late' && stopped !== 'beaten',
  );
  if (judged?.verdicts == null || judged.verdicts.some(({ isBroken }) => isBroken === true)) return null;
  return judged.verdicts.every(({ pass }) => pass);
}
