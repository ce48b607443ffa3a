// The gate `learned`: a scorer that was learned from recorded answers says how likely the answer is to be acceptable. Where
// it has no evidence, or breaks, the answer fails, because nobody has vouched for it.
import { type Answer, broken, type Gate, type GateContext, type Question, type Verdict } from './gate.ts';
import type { Score, Scorer } from './scorer.ts';
import { shorten } from './shorten.ts';

const NAME = 'learned';

/** `min`: the least chance that passes; null: what the policy in the artifact accepts. */
export function createLearnedGate(scorer: Scorer, { min }: { min: number | null }): Gate {
  const check = (answer: Answer, _question: Question, { model, earlier, request }: GateContext): Verdict => {
    if (model === null) return broken(NAME, 'it is not known which model gave the answer');
    if (request === null) return broken(NAME, 'the request is not at hand');
    let score: Score;
    try {
      score = scorer.score({ request, given: { model, answer }, earlier });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return broken(NAME, shorten(`the artifact ${scorer.id} failed: ${reason}`));
    }
    const { chance, accepts, prefers, say } = score;
    if (chance === null) return broken(NAME, shorten(`${scorer.id} has no evidence: ${say}`));
    const pass = min === null ? accepts : chance >= min;
    if (pass === null) return broken(NAME, `${scorer.id} holds no policy for ${model}; say a \`min\``);
    const verdict = { gate: NAME, pass, score: chance, reason: shorten(`${scorer.id}: ${say}`), costNanoUsd: 0 };
    return pass && prefers !== null && prefers !== model ? { ...verdict, prefers } : verdict;
  };
  return { name: NAME, isCostly: false, isGuess: true, mayPrefer: scorer.mayPrefer, check };
}
