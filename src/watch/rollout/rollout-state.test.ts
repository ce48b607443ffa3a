import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { RolloutEvent } from './events.ts';
import { firstEvent, fold, isOver, nextEvent, type RolloutState } from './rollout-state.ts';

const STEPS = [5, 25, 50, 100];
const AT = '2026-03-01T10:00:00.000Z';
const AUTO = { approval: 'auto', steps: STEPS, at: AT } as const;
const ASK = { ...AUTO, approval: 'ask' } as const;
const PROMOTE = { verdict: 'promote', sentence: 'On.' } as const;
const ROLL_BACK = { verdict: 'roll_back', sentence: 'Back.' } as const;

function started(rollout = 'one', candidateDigest = 'abc'): RolloutEvent {
  return { at: AT, task: 'task', rollout, event: 'started', percent: 5, by: 'tierline', why: 'New.', candidateDigest };
}

function event(kind: Exclude<RolloutEvent['event'], 'started'>, percent: number, rollout = 'one'): RolloutEvent {
  return { at: AT, task: 'task', rollout, event: kind, percent, by: 'tierline', why: 'Why.' };
}

function stateOf(...events: RolloutEvent[]): RolloutState {
  return fold(events).get('task') ?? assert.fail('no state');
}

/** The state after what a verdict makes of it. */
function after(
  state: RolloutState,
  verdict: typeof PROMOTE | typeof ROLL_BACK,
  going: typeof AUTO | typeof ASK = AUTO,
): RolloutState {
  const next = nextEvent(state, verdict, going);
  return next === null ? state : stateOf(...state.history, next);
}

describe('where a rollout stands', () => {
  test('is nowhere before it began, whatever else was written', () => {
    assert.equal(fold([]).size, 0);
    assert.equal(fold([event('step', 25), event('rolled_back', 0)]).size, 0);
  });

  test('goes through its steps to the end when every verdict is good', () => {
    let state = stateOf(started());
    assert.deepEqual([state.percent, state.step, state.status], [5, 0, 'running']);
    const seen: unknown[] = [];
    for (let turn = 0; turn < 3; turn++) {
      state = after(state, PROMOTE);
      seen.push([state.percent, state.step, state.status]);
    }
    assert.deepEqual(seen, [
      [25, 1, 'running'],
      [50, 2, 'running'],
      [100, 3, 'finished'],
    ]);
    assert.deepEqual(
      state.history.map(({ event: kind }) => kind),
      ['started', 'step', 'step', 'finished'],
    );
    assert.equal(nextEvent(state, ROLL_BACK, AUTO), null);
  });

  test('asks before every promotion where a person is to approve, once', () => {
    const held = after(stateOf(started()), PROMOTE, ASK);
    assert.deepEqual([held.percent, held.status], [5, 'waiting_for_approval']);
    assert.equal(nextEvent(held, PROMOTE, ASK), null);
    const approved = stateOf(...held.history, event('approved', 25));
    assert.deepEqual([approved.percent, approved.step, approved.status], [25, 1, 'running']);
    assert.equal(after(held, ROLL_BACK, ASK).status, 'rolled_back');
    assert.equal(stateOf(started(), event('approved', 25)).percent, 5, 'nothing was asked');
    assert.equal(stateOf(started(), event('step', 50), event('held', 50), event('approved', 100)).status, 'finished');
  });

  test('is back at nobody when it was rolled back or given up, and stays there', () => {
    for (const kind of ['rolled_back', 'aborted'] as const) {
      const state = stateOf(started(), event('step', 25), event(kind, 0), event('step', 50), event('finished', 100));
      assert.deepEqual([state.percent, state.status, state.history.length], [0, kind, 3]);
      assert.ok(isOver(state));
    }
  });

  test('never goes down a step, and waits only where it stands', () => {
    const state = stateOf(started(), event('step', 50), event('step', 25), event('held', 25));
    assert.deepEqual([state.percent, state.status, state.history.length], [50, 'running', 2]);
  });

  test('is that of the newest rollout of its task: a changed candidate is another', () => {
    const state = stateOf(
      started(),
      event('step', 25),
      started('two', 'def'),
      event('step', 50),
      event('rolled_back', 0),
    );
    assert.deepEqual([state.rollout, state.percent, state.history.length], ['two', 5, 1]);
    assert.equal(stateOf(started(), event('rolled_back', 0), started('two')).rollout, 'two', 'tried a second time');
  });

  test('is one where two processes began the same at once', () => {
    const state = stateOf(started(), started('two'), event('step', 25), event('step', 50, 'two'));
    assert.deepEqual([state.rollout, state.percent], ['one', 25]);
  });

  test('is told for each task by itself', () => {
    const states = fold([started(), { ...started(), task: 'other' }, event('step', 25)]);
    assert.deepEqual(
      [...states].map(([task, { percent }]) => [task, percent]),
      [
        ['task', 25],
        ['other', 5],
      ],
    );
  });

  const kinds = fc.constantFrom('step', 'held', 'finished', 'rolled_back', 'aborted', 'approved');
  const anyEvent: fc.Arbitrary<RolloutEvent> = fc.oneof(
    fc
      .tuple(fc.constantFrom('one', 'two', 'three'), fc.constantFrom('abc', 'def'))
      .map(([id, digest]) => started(id, digest)),
    fc
      .tuple(kinds, fc.constantFrom(0, 5, 25, 50, 100), fc.constantFrom('one', 'two', 'three'))
      .map(([kind, percent, rollout]) => event(kind as 'step', percent, rollout)),
  );

  test('law: what is written twice changes nothing, nor does leaving out what did not count', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
        const once = fold(events);
        assert.deepEqual(fold(events.flatMap((one) => [one, one])), once);
        assert.deepEqual(fold([...once.values()].flatMap(({ history }) => history)), once);
      }),
    );
  });

  test('law: callers move by written events only, upwards until it is over', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
        let before: RolloutState | undefined;
        for (let count = 1; count <= events.length; count++) {
          const state = fold(events.slice(0, count)).get('task');
          if (before !== undefined && state?.rollout === before.rollout) {
            if (isOver(before)) assert.deepEqual(state, before);
            else assert.ok(state.percent >= before.percent || isOver(state));
          }
          before = state;
        }
      }),
    );
  });

  test('law: a verdict makes at most one event; written again, then or much later, it makes no difference', () => {
    const looks = fc.array(fc.tuple(fc.constantFrom('wait', 'promote', 'roll_back', 'approve'), fc.boolean()), {
      maxLength: 10,
    });
    fc.assert(
      fc.property(looks, (all) => {
        let state = stateOf(started());
        for (const [look, isAuto] of all) {
          const next =
            look === 'approve'
              ? event('approved', STEPS[state.step + 1] ?? 100)
              : nextEvent(state, { verdict: look, sentence: 'Why.' }, isAuto ? AUTO : ASK);
          if (look === 'wait') assert.equal(next, null);
          if (next === null) continue;
          const moved = stateOf(...state.history, next);
          if (look !== 'approve') assert.equal(moved.history.length, state.history.length + 1, 'it counts');
          assert.deepEqual(stateOf(...state.history, next, next), moved);
          state = moved;
        }
        assert.deepEqual(stateOf(...state.history, ...state.history), state);
      }),
    );
  });
});

describe('a candidate that stands in the configuration', () => {
  const candidate = { task: 'task', candidateDigest: 'abcdef0123456789', steps: STEPS, at: AT };

  test('begins with the smallest step', () => {
    const first = firstEvent(undefined, candidate) ?? assert.fail();
    assert.deepEqual([first.event, first.percent, first.rollout.slice(0, 9)], ['started', 5, 'abcdef01-']);
    assert.equal(fold([first]).get('task')?.candidateDigest, candidate.candidateDigest);
  });

  test('does not begin again by itself, not even after it was rolled back', () => {
    const first = firstEvent(undefined, candidate) ?? assert.fail();
    const running = stateOf(first);
    assert.equal(firstEvent(running, candidate), null);
    assert.equal(firstEvent(after(running, ROLL_BACK), candidate), null);
  });

  test('begins anew when it was changed', () => {
    const running = stateOf(firstEvent(undefined, candidate) ?? assert.fail());
    const next = firstEvent(running, { ...candidate, candidateDigest: 'f'.repeat(24) }) ?? assert.fail();
    assert.equal(next.why, 'The candidate was changed.');
    assert.equal(stateOf(...running.history, next).rollout, next.rollout);
  });

  test('is refused without steps', () => {
    assert.throws(() => firstEvent(undefined, { ...candidate, steps: [] }), /at least one step/);
  });
});
