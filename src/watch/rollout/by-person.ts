// What a person does to a rollout, as events. Pure. A running gateway reads them as it reads its own: a person is believed, and evidence is not
// asked.
import type { RolloutEvent } from './events.ts';
import type { Evidence } from './evidence.ts';
import { isOver, type RolloutState } from './rollout-state.ts';
import { nextPercent, type RolloutRules } from './rules.ts';

interface Said {
  /** ISO 8601. */
  at: string;
  why: string;
  /** What is known at that time; null when that is not known. */
  evidence: Evidence | null;
}

/** Moves a rollout to its next step, which is an approval where it waits for one. Throws RangeError where there is no next step. */
export function moveByPerson(state: RolloutState, { steps }: Pick<RolloutRules, 'steps'>, said: Said): RolloutEvent {
  const percent = isOver(state) ? null : nextPercent({ steps }, state.percent);
  if (percent === null) throw new RangeError(`${state.task} has no next step`);
  const event = state.status === 'waiting_for_approval' ? 'approved' : percent === 100 ? 'finished' : 'step';
  return { ...placed(state, said), event, percent };
}

/** Ends a rollout: nobody is on the candidate from then on. Throws RangeError for one that has ended. */
export function abortByPerson(state: RolloutState, said: Said): RolloutEvent {
  if (isOver(state)) throw new RangeError(`the rollout of ${state.task} has ended already`);
  return { ...placed(state, said), event: 'aborted', percent: 0 };
}

function placed({ task, rollout }: RolloutState, { at, why, evidence }: Said) {
  return { at, task, rollout, by: 'person' as const, why, ...(evidence === null ? {} : { evidence }) };
}
