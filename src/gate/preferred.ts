// Answers vote: a gate that is content with a call may still like an earlier answer of it better. Whose that is, and whether it may be given.
import type { Verdict } from './gate.ts';

/** What gates said of an earlier answer, which they refused. */
export interface RefusedBefore {
  model: string;
  verdicts: readonly Verdict[];
}

/**
 * The earlier answer that should be given in place of the one with these verdicts; null: none. No gate is overruled: what another gate than
 * the one that likes it has refused, or has not looked at, is not given.
 */
export function preferredAmong<Refused extends RefusedBefore>(
  verdicts: readonly Verdict[],
  earlier: readonly Refused[],
): Refused | null {
  const said = verdicts.findIndex(({ pass, prefers }) => pass && prefers !== undefined);
  const found = earlier.find(({ model }) => model === verdicts[said]?.prefers);
  if (found === undefined || found.verdicts.length < verdicts.length) return null;
  // The same gates in the same order looked at both; by their place and not by their name, which several may have.
  return found.verdicts.every(({ pass }, at) => pass || at === said) ? found : null;
}
