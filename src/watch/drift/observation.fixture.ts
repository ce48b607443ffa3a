// A finished call with nothing special about it, and what a test changes of it.
import type { Observation } from '../observation.ts';

export const START_MS = Date.UTC(2026, 2, 1, 14);

/** The `at`th call of a task, one a second. */
export function observation(at: number, fields: Partial<Observation> = {}): Observation {
  return {
    id: `call-${at}`,
    atMs: START_MS + 1000 * at,
    task: 'triage',
    tenant: 'acme',
    segments: ['tenant:acme', 'language:en'],
    model: 'small',
    provider: 'openai',
    responseModel: null,
    fingerprint: null,
    upstreamModel: 'gpt-small',
    isPassed: true,
    isEscalated: false,
    isFailed: false,
    isFallback: false,
    isUnforeseen: null,
    inputTokens: 900,
    cachedShare: null,
    outputTokens: 200,
    costNanoUsd: 1000,
    latencyMs: 700,
    decisionUs: 80,
    arm: null,
    ...fields,
  };
}
