// What a learned router said about a call, as its row keeps it: enough to count how often it was followed, and to weigh the
// calls of one policy when another one is judged by them.

import type { NanoUsd } from './money.ts';

/** Why there was no forecast to go by. */
export type WhyStatic = 'no_evidence' | 'broken' | 'late' | 'resting';

export interface Prediction {
  /** Names the artifact: the first 12 hexadecimal digits of its digest. */
  artifact: string;
  /**
   * What chose the plan's first model: the forecast, a draw, the session's pin, or, without a forecast, what the route says of that
   * case.
   */
  how: 'predicted' | 'explored' | 'pinned' | 'static';
  /** Null when there was a forecast. */
  why: WhyStatic | null;
  /** P(acceptable answer), 0 to 1 in steps of 1e-4, by model; of the models that nothing was said about none. */
  chances: Readonly<Record<string, number>>;
  /** The plan's first model. */
  first: string;
  /** With which probability this request would have had this first model, above 0 and up to 1. */
  propensity: number;
  /** What an embedding of the request cost for its sake, part of the call's cost; null when not known, 0 when none was paid. */
  encoderNanoUsd: NanoUsd | null;
}
