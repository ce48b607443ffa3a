import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wilson } from '../../stats/proportion.ts';
import { exactly } from './bounds.ts';
import { compare, type Pair } from './compare.ts';
import { movedShare, type Played, refused, UNBOUNDED, untold } from './played.ts';
import { toReport } from './to-report.ts';

const played = (fields: Partial<Played> = {}): Played => ({
  refusal: null,
  first: 'small',
  answers: new Map([['small', 1]]),
  escalated: 0,
  cost: exactly(100),
  good: 1,
  rests: [],
  latencies: [{ ms: 10, share: 1 }],
  isStopped: false,
  gaps: [],
  ...fields,
});

const pair = (current: Partial<Played>, candidate: Partial<Played>, fields: Partial<Pair> = {}): Pair => ({
  id: 'a',
  task: 'label',
  tenant: 'acme',
  session: null,
  weight: 1,
  monthly: null,
  current: played(current),
  candidate: played(candidate),
  ...fields,
});

const FACTS = { policies: { current: 'a', candidate: 'b' }, period: null, recorded: null, notes: [] };
const report = (pairs: readonly Pair[]) => toReport(pairs, { ...FACTS, from: 'ledger' });

describe('two policies over the same calls', () => {
  test('are added up over the calls that can be told with both', () => {
    const pairs = [
      pair({ cost: exactly(100) }, { cost: exactly(70) }),
      pair({ cost: exactly(1000) }, { cost: { low: 1, high: 5 }, gaps: [{ of: 'cost', reason: 'x' }] }),
      pair({ cost: exactly(5000) }, { ...untold('y') }),
    ];
    const { told, current, candidate, difference, calls } = compare(pairs);
    assert.deepEqual([calls, told.plan, told.cost], [3, 2, 1]);
    assert.deepEqual([current.costNanoUsd, candidate.costNanoUsd, difference.costNanoUsd], [100, 70, -30]);
    assert.equal(difference.costShare, -0.3);
    assert.deepEqual(current.costBounds, { low: 1100, high: 1100 });
    assert.deepEqual(candidate.costBounds, { low: 71, high: 75 });
  });

  test('an amount that nothing bounds has no upper end', () => {
    assert.deepEqual(compare([pair({}, { cost: UNBOUNDED })]).candidate.costBounds, { low: 0, high: null });
  });

  test('nothing at all gives nothing, never zero', () => {
    const { current, difference, calls } = compare([]);
    assert.deepEqual([calls, current.costNanoUsd, current.perCallNanoUsd, current.quality], [0, null, null, null]);
    assert.deepEqual(difference, { costNanoUsd: null, costShare: null, perCall: null, quality: null });
  });

  test('weights count in means and intervals, never in what the calls cost together', () => {
    const { current } = compare([pair({ cost: exactly(100), good: 1 }, {}, { weight: 3 }), pair({ good: 0 }, {})]);
    assert.equal(current.costNanoUsd, 200);
    assert.equal(current.perCallNanoUsd, 100);
    assert.equal(current.quality?.share, 0.75);
    // Kish: (3 + 1)^2 / (9 + 1).
    assert.equal(current.quality?.trials, 1.6);
    assert.deepEqual([current.quality?.low, current.quality?.high], Object.values(wilson(0.75 * 1.6, 1.6)));
  });

  test('a month is told only where every call stands for so many', () => {
    assert.equal(compare([pair({}, {}, { monthly: 30 }), pair({}, {}, { monthly: 12 })]).current.perMonthNanoUsd, 4200);
    assert.equal(compare([pair({}, {}, { monthly: 30 }), pair({}, {})]).current.perMonthNanoUsd, null);
  });

  test('latencies are those of the answers, each with its share', () => {
    const split = {
      latencies: [
        { ms: 10, share: 0.9 },
        { ms: 500, share: 0.1 },
      ],
    };
    assert.deepEqual(compare([pair(split, {})]).current.latencyMs, { p50: 10, p95: 500 });
  });
});

describe('a pass rate that stands in for verdicts', () => {
  const rest = { rate: 'small on label by gates', share: 0.8, judged: 10, weight: 1 };
  const resting = { good: 0.8, rests: [rest] };
  const many = (count: number, current: Partial<Played>, candidate: Partial<Played>) =>
    Array.from({ length: count }, () => pair(current, candidate));

  test('makes no more trials than it was measured with, however many calls rest on it', () => {
    const { candidate } = compare(many(1000, {}, resting));
    assert.equal(candidate.quality?.trials, 10);
    assert.ok(Math.abs((candidate.quality?.low ?? 0) - wilson(8, 10).low) < 1e-9);
    assert.ok(Math.abs((candidate.quality?.high ?? 0) - wilson(8, 10).high) < 1e-9);
  });

  test('widens the difference by what is not sure about it', () => {
    const { quality } = compare(many(1000, {}, resting)).difference;
    const { low, high } = wilson(8, 10);
    assert.ok(quality !== null);
    assert.ok(Math.abs(quality.mean + 0.2) < 1e-9);
    assert.ok(Math.abs(quality.mean - quality.low - (0.8 - low)) < 1e-9);
    assert.ok(Math.abs(quality.high - quality.mean - (high - 0.8)) < 1e-9);
  });

  test('cancels where both policies rest on the same', () => {
    assert.deepEqual(compare(many(50, resting, resting)).difference.quality, { mean: 0, low: 0, high: 0 });
  });
});

describe('who is affected', () => {
  test('is told by the share of calls that another model would answer', () => {
    const split = played({
      answers: new Map([
        ['small', 0.75],
        ['mid', 0.25],
      ]),
    });
    assert.equal(movedShare(played(), split), 0.25);
    assert.equal(movedShare(played(), played()), 0);
    assert.equal(movedShare(played(), played({ answers: new Map([['mid', 1]]) })), 1);
    assert.equal(movedShare(played(), played({ answers: null })), 0);
    assert.equal(movedShare(played(), played({ answers: null, first: 'mid' })), null);
    assert.equal(movedShare(played(), refused('unsupported')), 1);
  });

  test('by task, tenant and session, with the largest changes first', () => {
    const toMid = { first: 'mid', answers: new Map([['mid', 1]]) };
    const pairs = [
      pair({}, { ...toMid, cost: exactly(400) }, { id: 'a', session: 's1' }),
      pair({}, { ...toMid, cost: exactly(900) }, { id: 'b', session: 's1', tenant: 'globex' }),
      pair({}, {}, { id: 'c', session: 's2', task: 'other' }),
    ];
    const { affected, tasks } = report(pairs);
    assert.deepEqual([affected.calls, affected.share], [2, 2 / 3]);
    assert.deepEqual(affected.tasks, [{ name: 'label', calls: 2, of: 2, costNanoUsd: 1100 }]);
    assert.deepEqual(
      affected.tenants.map(({ name, calls, of }) => [name, calls, of]),
      [
        ['acme', 1, 2],
        ['globex', 1, 1],
      ],
    );
    assert.deepEqual(affected.sessions, { count: 2, of: 3 });
    assert.deepEqual(affected.moves, [{ from: 'small', to: 'mid', calls: 2 }]);
    assert.deepEqual(
      affected.largest.map(({ id, costNanoUsd }) => [id, costNanoUsd]),
      [
        ['b', 800],
        ['a', 300],
      ],
    );
    assert.deepEqual(
      tasks.map(({ task, calls }) => [task, calls]),
      [
        ['label', 2],
        ['other', 1],
      ],
    );
  });

  test('an escalation is told as one where it is among the largest changes', () => {
    const escalated = { answers: new Map([['frontier', 1]]), escalated: 1, cost: exactly(600) };
    const { largest } = report([
      pair({}, escalated, { id: 'a' }),
      pair({}, refused('unsupported'), { id: 'b' }),
    ]).affected;
    assert.deepEqual(
      largest.map(({ id, from, to }) => [id, from, to]),
      [
        ['a', 'small', 'small > frontier'],
        ['b', 'small', 'unsupported'],
      ],
    );
  });

  test('a call that was served and would be refused is told by its code', () => {
    const { affected, candidate } = report([
      pair({}, refused('cost_limit_exceeded')),
      pair(refused('unsupported'), {}),
    ]);
    assert.deepEqual(affected.newlyRefused, [{ code: 'cost_limit_exceeded', calls: 1 }]);
    assert.deepEqual(candidate.refused, [{ code: 'cost_limit_exceeded', calls: 1 }]);
  });
});

test('what cannot be told is counted by reason and policy, the commonest first', () => {
  const gap = (reason: string) => ({ gaps: [{ of: 'cost' as const, reason }] });
  const { untold: told } = report([
    pair(gap('x'), gap('x')),
    pair({}, gap('x')),
    pair({}, gap('x')),
    pair(gap('y'), {}),
  ]);
  assert.deepEqual(told, [
    { of: 'cost', policy: 'candidate', reason: 'x', calls: 2 },
    { of: 'cost', policy: 'both', reason: 'x', calls: 1 },
    { of: 'cost', policy: 'current', reason: 'y', calls: 1 },
  ]);
});
