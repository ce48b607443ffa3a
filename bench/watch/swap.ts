// Whether another model behind an unchanged name is told on its first answer, and never where there is none.
import { createDrift } from '../../src/watch/drift/drift.ts';
import { type Step, traffic } from './traffic.ts';

/** Shares of the runs: told by the very first answer of the other model; told without one in as many calls before it. */
export function simulateSwaps({ runs, seed }: { runs: number; seed: number }): Record<string, number> {
  let told = 0;
  let early = 0;
  for (let run = 0; run < runs; run++) {
    const drift = createDrift();
    let isEarly = false;
    for (const { observation } of traffic({ seed: seed + run, calls: SWAP_AT })) {
      isEarly ||= isSwap(drift.observe(named(observation, 'up-model-2026-05-01')));
    }
    const after = [...traffic({ seed: seed + runs + run, calls: 20 })];
    // A call that failed is no answer.
    const next = after.find(({ observation }) => !observation.isFailed);
    if (next !== undefined && isSwap(drift.observe(named(next.observation, 'up-model-2026-11-01')))) told++;
    if (isEarly) early++;
  }
  return { swap_told_on_first_answer_share: told / runs, swap_false_alarm_share: early / runs };
}

const SWAP_AT = 1000;

type Told = ReturnType<ReturnType<typeof createDrift>['observe']>;

function isSwap(told: Told): boolean {
  return told.some((message) => 'rule' in message && message.rule === 'model_changed');
}

function named(observation: Step['observation'], responseModel: string): Step['observation'] {
  return { ...observation, responseModel };
}
