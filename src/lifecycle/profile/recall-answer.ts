// What another model answered to a sample, from the answers that are kept: a gate that wants a second one asks nobody here.
import type { GateContext } from '../../gate/gate.ts';
import type { Sample } from '../samples/sample.ts';
import { answerKey, fromKept } from './answer.ts';
import type { KeptAnswers } from './answer-store.ts';

/** At the price it was kept with, as it would cost in production. `upstreams` of a configured model. */
export function recallAnswer(
  store: Pick<KeptAnswers, 'answer'>,
  sample: Pick<Sample, 'digest'>,
  upstreams: (model: string) => readonly string[],
): NonNullable<GateContext['again']> {
  return async (model) => {
    const kept = store.answer(answerKey(sample, upstreams(model)));
    if (kept === null) return { answer: null, failure: 'no answer of it to this sample is kept', costNanoUsd: 0 };
    if (kept.answer === null)
      return { answer: null, failure: kept.error?.message ?? 'it refused', costNanoUsd: kept.costNanoUsd };
    return { answer: fromKept(kept.answer), costNanoUsd: kept.costNanoUsd };
  };
}
