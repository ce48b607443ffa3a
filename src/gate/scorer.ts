// What a learned gate is to the gates: something that says how likely an answer is to be acceptable, from the request, the
// answer and the answers that came before it. Pure and synchronous; it never sees a reference.
import type { GivenAnswer, RatedRequest } from './gate.ts';

export type { GivenAnswer };

export interface ScorerQuestion {
  request: RatedRequest;
  given: GivenAnswer;
  /** Complete answers of other models to the same request, in the order in which they came; refused ones, or second opinions. */
  earlier: readonly GivenAnswer[];
}

export interface Score {
  /** P(acceptable), 0 to 1; null when there is no evidence about an answer like this one. */
  chance: number | null;
  /** Whether the policy that the artifact holds would stop here; null when it holds none for this model. */
  accepts: boolean | null;
  /** The model whose complete earlier answer should be given in place of this one, because answers vote; null: this one. */
  prefers: string | null;
  /** What speaks for or against it, for the ledger. */
  say: string;
}

export interface Scorer {
  /** Names the artifact: the first 12 hexadecimal digits of its digest. */
  readonly id: string;
  /** The models whose answers it knows. */
  readonly models: readonly string[];
  /** Whether it may like an earlier answer better: an answer that might be the last is held back for that. */
  readonly mayPrefer: boolean;
  score(question: ScorerQuestion): Score;
}
