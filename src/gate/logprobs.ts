// The gate `logprobs`: the model gave its own words enough probability. An answer without log probabilities fails: no
// evidence is not a good sign.
import { type Answer, failed, type Gate, passed, type Verdict } from './gate.ts';
import type { GateConfigOf } from './gate-config.ts';

const NAME = 'logprobs';

export function createLogprobsGate({ min, at }: GateConfigOf<'logprobs'>): Gate {
  const judge = (probability: number): Verdict => {
    const what = at === 'mean' ? 'mean probability of a token' : 'probability of the first token';
    const score = Math.min(1, Math.max(0, probability));
    return score >= min
      ? passed(NAME, `${what} ${score.toFixed(3)}`, score)
      : failed(NAME, `${what} ${score.toFixed(3)}, below ${min}`, score);
  };
  const check = ({ logprobs }: Answer): Verdict => {
    const probability = at === 'mean' ? meanOf(logprobs) : firstOf(logprobs);
    return probability === null ? failed(NAME, 'came without log probabilities') : judge(probability);
  };
  const early = ({ logprobs }: Answer): Verdict | null => {
    const probability = firstOf(logprobs);
    if (probability === null) return null;
    const verdict = judge(probability);
    return verdict.pass ? null : verdict;
  };
  return { name: NAME, isCostly: false, check, ...(at === 'first-token' ? { early } : {}) };
}

function firstOf(logprobs: readonly number[] | null): number | null {
  const first = logprobs?.[0];
  return first === undefined ? null : Math.exp(first);
}

/** The geometric mean, which does not depend on the length of the answer. */
function meanOf(logprobs: readonly number[] | null): number | null {
  if (logprobs === null || logprobs.length === 0) return null;
  return Math.exp(logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length);
}
