// Where a call would go by a learned router is told by asking it, and only with what it was asked in earnest: a request that is not
// there any more is never put in place by a guess.
import type { Begun } from '../../policy/decide.ts';
import { encodingFor } from '../../policy/predict.ts';

/** Why nobody can say what the predictor of its route would say of a call; null when that can be asked. */
export function whyUnforeseen({ asked }: Begun, isCaptured: boolean): string | null {
  if (asked.route === null || asked.route.predict === null) return null;
  if (!isCaptured)
    return 'its predicted route depends on the text of the request, which the ledger does not keep; `capture` keeps it';
  const wanted = encodingFor(asked);
  return wanted === null
    ? null
    : `its predicted route depends on embeddings (${wanted.encoder}), which are not made here`;
}
