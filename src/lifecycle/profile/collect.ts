// Brings answers and verdicts together into outcomes, sample by sample. Whether judges may still be asked is the judging's business.

import type { Sample } from '../samples/sample.ts';
import { answerKey } from './answer.ts';
import type { KeptAnswers } from './answer-store.ts';
import type { Candidate } from './candidate.ts';
import type { Judging } from './judging.ts';
import { toRequest } from './question.ts';
import type { Outcome } from './summarise.ts';

const AT_ONCE = 16;

/** In the order of the samples. */
export async function collectOutcomes(
  samples: readonly Sample[],
  candidate: Candidate,
  { store, judging }: { store: KeptAnswers; judging: Judging },
): Promise<Outcome[]> {
  const outcomes = Array.from<Outcome>({ length: samples.length });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < samples.length; at = next++)
      outcomes[at] = await toOutcome(samples[at] as Sample, candidate, { store, judging });
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, samples.length) }, worker));
  return outcomes;
}

async function toOutcome(
  sample: Sample,
  candidate: Candidate,
  { store, judging }: { store: KeptAnswers; judging: Judging },
): Promise<Outcome> {
  const { id, weight } = sample;
  const kept = store.answer(answerKey(sample, candidate.upstreams));
  if (kept === null) return { sample: id, weight, kept, verdicts: [], pass: null, accepted: null };
  return { sample: id, weight, kept, ...(await judging.judge(sample, toRequest(sample, candidate), kept)) };
}
