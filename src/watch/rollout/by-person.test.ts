import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { abortByPerson, moveByPerson } from './by-person.ts';
import type { RolloutEvent } from './events.ts';
import { noEvidence } from './evidence.ts';
import { fold, type RolloutState, startEvent } from './rollout-state.ts';
import { DEFAULT_RULES } from './rules.ts';

const AT = '2026-03-01T10:00:00.000Z';
const LATER = '2026-03-02T10:00:00.000Z';
const SAID = { at: LATER, why: 'Seen.', evidence: null };
const { steps } = DEFAULT_RULES;
const started = (at = AT): RolloutEvent =>
  startEvent({ task: 'task', candidateDigest: 'abcdef0123456789', steps, at }, { by: 'person', why: 'Again.' });
const held: RolloutEvent = {
  at: AT,
  task: 'task',
  rollout: started().rollout,
  event: 'held',
  percent: 5,
  by: 'tierline',
  why: 'Enough.',
};

function stateOf(...events: RolloutEvent[]): RolloutState {
  return fold(events).get('task') ?? assert.fail('no state');
}

describe('what a person does to a rollout', () => {
  test('a move goes to the next step, up to the end, and says that a person did it', () => {
    let state = stateOf(started());
    const seen: unknown[] = [];
    while (state.status === 'running') {
      const event = moveByPerson(state, { steps }, SAID);
      seen.push([event.event, event.percent, event.by, event.why, 'evidence' in event]);
      state = stateOf(...state.history, event);
    }
    assert.deepEqual(seen, [
      ['step', 25, 'person', 'Seen.', false],
      ['step', 50, 'person', 'Seen.', false],
      ['finished', 100, 'person', 'Seen.', false],
    ]);
    assert.equal(state.status, 'finished');
    assert.throws(() => moveByPerson(state, { steps }, SAID), /task has no next step/);
  });

  test('where approval is waited for it is one', () => {
    const state = stateOf(started(), held);
    const event = moveByPerson(state, { steps }, { ...SAID, evidence: noEvidence(DEFAULT_RULES) });
    assert.deepEqual([event.event, event.percent, event.evidence?.calls], ['approved', 25, { base: 0, candidate: 0 }]);
    const next = stateOf(...state.history, event);
    assert.deepEqual([next.status, next.percent, next.sinceMs], ['running', 25, Date.parse(LATER)]);
  });

  test('a share that is no step goes on to the first step above it', () => {
    const state = stateOf(started(), { ...held, event: 'step', percent: 30 });
    assert.equal(moveByPerson(state, { steps }, SAID).percent, 50);
  });

  test('an end takes everybody off the candidate, wherever it stood, and is the last', () => {
    for (const events of [[started()], [started(), held]]) {
      const state = stateOf(...events);
      const after = stateOf(...events, abortByPerson(state, SAID));
      assert.deepEqual([after.status, after.percent, after.history.at(-1)?.why], ['aborted', 0, 'Seen.']);
      assert.throws(() => abortByPerson(after, SAID), /has ended already/);
      assert.throws(() => moveByPerson(after, { steps }, SAID), /no next step/);
    }
  });

  test('a start begins one anew that had ended, as another rollout', () => {
    const state = stateOf(started());
    const ended = [started(), abortByPerson(state, SAID)];
    const again = stateOf(...ended, started(LATER));
    assert.deepEqual([again.status, again.percent, again.history.length], ['running', 5, 1]);
    assert.notEqual(again.rollout, state.rollout);
  });
});
