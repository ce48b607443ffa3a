// A kept answer and what was made of it, as an outcome of a row. What nobody knows is left out; it is never 0.
import type { NanoUsd } from '../../call/money.ts';
import type { Usage } from '../../call/usage.ts';
import { responseOf } from '../../learn/rows/response-of.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import { fromKept, type KeptText } from '../profile/answer.ts';

export type OutcomeLine = RowLine['outcomes'][string];

export interface JudgedAnswer {
  pass: boolean;
  /** Null when the provider refused the request for good. */
  answer: KeptText | null;
  usage: Usage | null;
  costNanoUsd: NanoUsd | null;
}

export function toOutcomeLine({ pass, answer, usage, costNanoUsd }: JudgedAnswer): OutcomeLine {
  const meanLogprob = meanOf(answer?.logprobs ?? []);
  return {
    correct: pass ? 1 : 0,
    ...(answer === null ? {} : { response: responseOf(fromKept(answer)) }),
    ...(usage === null ? {} : { input_tokens: inputOf(usage), output_tokens: outputOf(usage) }),
    ...(costNanoUsd === null ? {} : { cost_usd: costNanoUsd / 1e9 }),
    ...(meanLogprob === null ? {} : { mean_logprob: meanLogprob }),
  };
}

/** Probabilities that are rounded up by a provider are 1 at most. */
function meanOf(logprobs: readonly number[]): number | null {
  if (logprobs.length === 0) return null;
  return Math.min(0, logprobs.reduce((sum, one) => sum + one, 0) / logprobs.length);
}

/** Whether or not it was read from a cache. */
function inputOf(usage: Usage): number {
  const { inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, audioInputTokens } = usage;
  return inputTokens + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens + audioInputTokens;
}

function outputOf({ outputTokens, audioOutputTokens }: Usage): number {
  return outputTokens + audioOutputTokens;
}
