import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failed, type Gate } from '../../gate/gate.ts';
import { createRowEvidence, hear, spread } from './row-evidence.ts';
import { attemptOf, judged, many, priorOf, rowOf } from './rows.fixture.ts';

const gate = (name: string, isCostly = false): Gate => ({ name, isCostly, check: () => failed(name, '') });
const GATES = [gate('one_of'), gate('finish')];
const says = (name: string, pass: boolean, costNanoUsd = 0) => ({
  gate: name,
  pass,
  score: null,
  reason: '',
  costNanoUsd,
});
const evidenceOf = (rows: ReturnType<typeof many>, priors = [priorOf('small')], gates = GATES) =>
  createRowEvidence(rows, { gatesOf: () => gates, priors });

describe('what is heard of gates', () => {
  const heard = (fields: Parameters<typeof attemptOf>[1], gates = GATES) => hear(attemptOf('small', fields), gates);

  test('is a pass when all were asked, a failure when one refused, and open otherwise', () => {
    assert.equal(heard({ verdicts: judged(true) }), 'passed');
    assert.equal(heard({ verdicts: judged(false) }), 'failed');
    assert.equal(heard({ verdicts: null }), 'open');
    assert.equal(heard({ verdicts: [says('one_of', true)] }), 'open');
    assert.equal(heard({ verdicts: judged(true) }, [...GATES, gate('judge', true)]), 'open');
  });

  test('is nothing from gates that broke, were cut short, or are no longer there', () => {
    assert.equal(heard({ verdicts: [{ ...says('one_of', false), isBroken: true }] }), 'open');
    assert.equal(heard({ verdicts: judged(false), stopped: 'late' }), 'open');
    assert.equal(heard({ verdicts: [says('pattern', false)] }), 'open');
  });
});

describe('evidence of a log', () => {
  test('goes before a profile from twenty verdicts on', () => {
    const rows = many(20, (at) => rowOf([attemptOf('small', { verdicts: judged(at < 15) })]));
    assert.equal(evidenceOf(rows).acceptOf('label', 'small')?.share, 0.75);
    assert.equal(evidenceOf(rows.slice(1)).acceptOf('label', 'small')?.share, 0.8);
    assert.equal(evidenceOf(rows.slice(1), []).acceptOf('label', 'small'), null);
    assert.equal(evidenceOf(rows).acceptOf('other', 'small'), null);
  });

  test('what is good is the profile to say, whose samples have references', () => {
    const rows = many(20, () => rowOf([attemptOf('small', { verdicts: judged(true) })]));
    const priors = [priorOf('small', { passRate: { share: 0.6, trials: 50 }, acceptRate: 0.9 })];
    const { goodOf, precisionOf } = evidenceOf(rows, priors);
    assert.deepEqual(goodOf('label', 'small'), { name: 'small on label by profile', share: 0.6, judged: 50 });
    assert.equal(precisionOf('label', 'small')?.share, 0.6 / 0.9);
    assert.equal(evidenceOf(rows, []).precisionOf('label', 'small'), null);
    assert.equal(evidenceOf(rows, []).goodOf('label', 'small')?.share, 1);
  });

  test('a latency is one that was seen, the same for the same call', () => {
    const rows = many(50, (at) => rowOf([attemptOf('small', { latencyMs: 100 + at })]));
    const { latencyOf } = evidenceOf(rows);
    const drawn = Array.from({ length: 500 }, (_, at) => latencyOf('label', 'small', `req_${at}`) ?? 0);
    assert.equal(latencyOf('label', 'small', 'req_7'), drawn[7]);
    assert.ok(drawn.every((ms) => ms >= 100 && ms < 150));
    assert.ok(new Set(drawn).size > 40);
    assert.equal(latencyOf('label', 'mid', 'req_7'), null);
  });

  test('judges cost what they did on the task, else what the profile says', () => {
    const rows = many(2, (at) => rowOf([attemptOf('small', { verdicts: [says('judge', true, 10 + 20 * at)] })]));
    assert.equal(evidenceOf(rows).judgeCostOf('label', 'mid'), 20);
    assert.equal(evidenceOf([], [priorOf('mid', { judgingNanoUsd: 7 })]).judgeCostOf('label', 'mid'), 7);
    assert.equal(evidenceOf([]).judgeCostOf('label', 'mid'), null);
  });

  test('the planner is told of all of it, of judgements no more than its own history would remember', () => {
    const rows = many(800, (at) => rowOf([attemptOf('small', { latencyMs: at, verdicts: judged(at % 4 !== 0) })]));
    const record = evidenceOf(rows).recordOf('label', 'small');
    assert.deepEqual([record?.judged, record?.passed, record?.outputTokens], [500, 375, 100]);
    assert.ok(Math.abs((record?.p95LatencyMs ?? 0) - 0.95 * 799) < 1);
    assert.equal(evidenceOf([], []).recordOf('label', 'small'), null);
  });
});

test('ids that differ little are spread over all numbers', () => {
  const quarters = [0, 0, 0, 0];
  for (let at = 0; at < 4000; at++) {
    const quarter = Math.floor((spread(`req_${String(at).padStart(4, '0')}`) / 2 ** 32) * 4);
    quarters[quarter] = (quarters[quarter] ?? 0) + 1;
  }
  for (const count of quarters) assert.ok(count > 900 && count < 1100, String(quarters));
});
