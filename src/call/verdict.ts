// What a gate said of an answer, as it is kept and told.
import type { NanoUsd } from './money.ts';

export interface Verdict {
  gate: string;
  pass: boolean;
  /** From 0 to 1; null when the gate has none or could not tell. */
  score: number | null;
  /** For people and the ledger: says what is wrong and never quotes the answer. A judge's and a module's are their own. */
  reason: string;
  /** 0 for gates that cost nothing, null when something was spent and nobody knows how much. */
  costNanoUsd: NanoUsd | null;
  /** The gate itself failed: nobody has vouched for the answer, and nothing is said of its model. */
  isBroken?: true;
  /** Of a gate that is content: the model whose earlier answer should be given in place of this one. */
  prefers?: string;
}
