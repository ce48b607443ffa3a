// What an AI SDK answer says about itself: usage, finish, warnings, and the call's row as provider metadata.
import type { Json, JsonObject } from '../call/json.ts';
import type { CallRow } from '../call/row.ts';
import { totalInputTokens, type Usage } from '../call/usage.ts';
import type { NeutralFinish } from '../dialect/neutral.ts';
import type { SdkFinish, SdkUsage, SdkWarning } from './language-model-spec.ts';

const NO_COUNTS: SdkUsage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/** `raw` has our own classes, which tell how long a write to the cache lasts. */
export function toSdkUsage(usage: Usage | null): SdkUsage {
  if (usage === null) return NO_COUNTS;
  const output = usage.outputTokens + usage.audioOutputTokens;
  return {
    inputTokens: {
      total: totalInputTokens(usage),
      noCache: usage.inputTokens + usage.audioInputTokens,
      cacheRead: usage.cacheReadTokens,
      cacheWrite: usage.cacheWrite5mTokens + usage.cacheWrite1hTokens,
    },
    outputTokens: { total: output, text: output - usage.reasoningTokens, reasoning: usage.reasoningTokens },
    raw: { ...usage },
  };
}

const UNIFIED: Readonly<Record<NeutralFinish['reason'], SdkFinish['unified']>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  refusal: 'content-filter',
  pause: 'other',
  unknown: 'other',
};

export function toSdkFinish({ reason, raw }: NeutralFinish): SdkFinish {
  return { unified: UNIFIED[reason], raw };
}

export function toSdkWarnings(...losses: (readonly string[])[]): SdkWarning[] {
  return [...new Set(losses.flat())].map((feature) => ({ type: 'unsupported', feature }));
}

/** Plan, served model, cost and baseline. Amounts in nano-dollars, null when not known. */
export function toTierlineMetadata(row: CallRow): JsonObject {
  return {
    requestId: row.id,
    task: row.task,
    model: row.model,
    tier: row.tier,
    provider: row.provider,
    planned: [...row.planned],
    reasons: row.reasons.map(({ step, say }) => ({ step, say })),
    attempts: row.attempts.length,
    escalated: row.escalated,
    losses: [...row.losses],
    costNanoUsd: row.costNanoUsd,
    costBasis: row.costBasis,
    baselineModel: row.baselineModel,
    baselineNanoUsd: row.baselineNanoUsd,
    baselineBasis: row.baselineBasis,
  } satisfies Record<string, Json>;
}

/** A provider's headers as the SDK wants them: one text each. */
export function toSdkHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
