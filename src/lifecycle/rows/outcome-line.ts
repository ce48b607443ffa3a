// A kept answer and what was made of it, as an outcome of a row. What nobody knows is left out; it is never 0.
import type { NanoUsd } from '../../call/money.ts';
import { totalInputTokens, type Usage } from '../../call/usage.ts';
import { meanLogprobOf, responseOf } from '../../learn/rows/response-of.ts';
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
  const meanLogprob = meanLogprobOf(answer?.logprobs ?? null);
  return {
    correct: pass ? 1 : 0,
    ...(answer === null ? {} : { response: responseOf(fromKept(answer)) }),
    ...(usage === null ? {} : { input_tokens: totalInputTokens(usage), output_tokens: outputOf(usage) }),
    ...(costNanoUsd === null ? {} : { cost_usd: costNanoUsd / 1e9 }),
    ...(meanLogprob === null ? {} : { mean_logprob: meanLogprob }),
  };
}

function outputOf({ outputTokens, audioOutputTokens }: Usage): number {
  return outputTokens + audioOutputTokens;
}
