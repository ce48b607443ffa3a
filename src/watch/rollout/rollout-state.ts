// Where each task's rollout stands, by the events that were written, and what comes next. Pure. An event that was written twice, by two
// processes or by one that was killed, counts once; what ended stays ended.

import type { RolloutEvent } from './events.ts';
import type { StepVerdict } from './judge-step.ts';

export interface RolloutState {
  rollout: string;
  task: string;
  /** Digest of the candidate route as written. */
  candidateDigest: string;
  /** Share of the task's callers that are on the candidate, 0 to 100. */
  percent: number;
  /** How often it has moved on: the place of its percent among the steps. */
  step: number;
  status: 'running' | 'waiting_for_approval' | 'finished' | 'rolled_back' | 'aborted';
  /** Since when it stands there, milliseconds since 1970. */
  sinceMs: number;
  /** The events that counted, the oldest first. */
  history: readonly RolloutEvent[];
}

/** The newest rollout of each task. */
export function fold(events: Iterable<RolloutEvent>): Map<string, RolloutState> {
  const states = new Map<string, RolloutState>();
  const known = new Set<string>();
  for (const event of events) {
    const state = states.get(event.task);
    const next = event.event === 'started' ? started(state, event, known) : advanced(state, event);
    if (next !== null) states.set(event.task, next);
  }
  return states;
}

function started(
  state: RolloutState | undefined,
  event: Extract<RolloutEvent, { event: 'started' }>,
  known: Set<string>,
): RolloutState | null {
  const { rollout, task, percent, candidateDigest } = event;
  const name = JSON.stringify([task, rollout]);
  if (known.has(name)) return null;
  known.add(name);
  // Two processes that began the same at once began one rollout.
  if (state !== undefined && state.candidateDigest === candidateDigest && !isOver(state)) return null;
  return {
    rollout,
    task,
    candidateDigest,
    percent,
    step: 0,
    status: 'running',
    sinceMs: Date.parse(event.at),
    history: [event],
  };
}

function advanced(state: RolloutState | undefined, event: RolloutEvent): RolloutState | null {
  if (state === undefined || state.rollout !== event.rollout || isOver(state)) return null;
  const changed = { ...state, sinceMs: Date.parse(event.at), history: [...state.history, event] };
  switch (event.event) {
    case 'step':
    case 'finished':
      return event.percent > state.percent ? moved(changed, event.percent) : null;
    case 'approved':
      return state.status === 'waiting_for_approval' && event.percent > state.percent
        ? moved(changed, event.percent)
        : null;
    case 'held':
      return state.status === 'running' && event.percent === state.percent
        ? { ...changed, status: 'waiting_for_approval' }
        : null;
    case 'rolled_back':
    case 'aborted':
      return { ...changed, percent: 0, status: event.event };
    case 'started':
      return null;
  }
}

function moved(state: RolloutState, percent: number): RolloutState {
  return { ...state, percent, step: state.step + 1, status: percent === 100 ? 'finished' : 'running' };
}

/** Whether nothing more can happen to it. */
export function isOver({ status }: Pick<RolloutState, 'status'>): boolean {
  return status === 'finished' || status === 'rolled_back' || status === 'aborted';
}

export interface Candidate {
  task: string;
  candidateDigest: string;
  steps: readonly number[];
  /** ISO 8601. */
  at: string;
}

/**
 * What starts the rollout of a candidate that stands in the configuration; null when it was begun before: one that was rolled back is not
 * tried again until it is changed, or a person says so. Throws RangeError when there are no steps.
 */
export function firstEvent(state: RolloutState | undefined, candidate: Candidate): RolloutEvent | null {
  const why = state === undefined || isOver(state) ? 'The candidate is new.' : 'The candidate was changed.';
  const event = startEvent(candidate, { by: 'tierline', why });
  return state?.candidateDigest === candidate.candidateDigest ? null : event;
}

/** What starts a rollout, whatever there was before. Throws RangeError when there are no steps. */
export function startEvent(
  { task, candidateDigest, steps, at }: Candidate,
  { by, why }: Pick<RolloutEvent, 'by' | 'why'>,
): RolloutEvent {
  const [percent] = steps;
  if (percent === undefined) throw new RangeError('a rollout has at least one step');
  const rollout = `${candidateDigest.slice(0, 8)}-${Date.parse(at).toString(36)}`;
  return { at, task, rollout, event: 'started', percent, by, why, candidateDigest };
}

interface Going {
  /** `ask`: a person approves every promotion. */
  approval: 'auto' | 'ask';
  steps: readonly number[];
  /** ISO 8601. */
  at: string;
}

/** What a verdict makes of a rollout; null when nothing changes. */
export function nextEvent(
  state: RolloutState,
  { verdict, sentence }: Pick<StepVerdict, 'verdict' | 'sentence'>,
  { approval, steps, at }: Going,
): RolloutEvent | null {
  if (isOver(state) || verdict === 'wait') return null;
  const event = { at, task: state.task, rollout: state.rollout, by: 'tierline', why: sentence } as const;
  if (verdict === 'roll_back') return { ...event, event: 'rolled_back', percent: 0 };
  const next = steps.find((step) => step > state.percent);
  if (next === undefined) return null;
  if (approval === 'auto') return { ...event, event: next === 100 ? 'finished' : 'step', percent: next };
  return state.status === 'running' ? { ...event, event: 'held', percent: state.percent } : null;
}
