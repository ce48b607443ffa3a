import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arm } from '../call/arm.ts';
import { sampleAttempt } from '../ledger/sample-row.test.ts';
import { observation } from '../watch/drift/observation.fixture.ts';
import { ArmGaps, armOf } from './arm-gaps.ts';
import { canaryOf, NOON_MS, rowOf } from './watched.fixture.ts';

const ARM: Arm = { rollout: 'r', arm: 'candidate', percent: 20 };
const OWN = { share: 0.1, reference: 'strong' };

/** A rollout that wants the gap of such a share of the answers; null: none runs. */
function start(share: number | null) {
  const taken: unknown[] = [];
  const gaps = new ArmGaps({
    shareOf: () => share,
    takeGap: (arm, task, shown) => void taken.push([arm.arm, task, shown]),
  });
  return { gaps, taken };
}

test('the larger share is drawn, of the task and of its rollout', () => {
  const plan = { arm: ARM, task: 't' };
  assert.equal(start(0.4).gaps.shareFor(plan, OWN), 0.4);
  assert.equal(start(0.01).gaps.shareFor(plan, OWN), 0.1);
  assert.equal(start(0.4).gaps.shareFor(plan, undefined), 0.4);
  assert.equal(start(null).gaps.shareFor(plan, OWN), null, 'then it is the one of the task');
  assert.equal(start(0.4).gaps.shareFor({ arm: null, task: 't' }, OWN), null);
  assert.equal(start(0.4).gaps.shareFor({ arm: ARM, task: null }, OWN), null);
});

test('a canary of an arm is handed to its rollout, and one of none to nobody', () => {
  const { gaps, taken } = start(1);
  gaps.takeCanary(canaryOf(-1, { body: { arm: { ...ARM } } }));
  gaps.takeCanary(canaryOf(null, { body: { arm: { ...ARM } } }));
  gaps.takeCanary(canaryOf(-1));
  gaps.takeCanary(canaryOf(-1, { task: null, body: { arm: { ...ARM } } }));
  assert.deepEqual(taken, [['candidate', 't', { gap: -1, atMs: NOON_MS }]]);
});

test('an arm is read strictly', () => {
  assert.deepEqual(armOf({ ...ARM }), ARM);
  for (const json of [
    undefined,
    null,
    'r',
    [],
    {},
    { ...ARM, arm: 'both' },
    { ...ARM, rollout: 1 },
    { ...ARM, percent: '5' },
  ])
    assert.equal(armOf(json), null);
});

test('an answer of the reference itself has no gap, when it is drawn and accepted', () => {
  const attempt = sampleAttempt({ model: 'strong' });
  const row = rowOf('c', { model: 'strong', attempts: [attempt] });
  const seen = observation(0, { task: 't', model: 'strong', arm: ARM, atMs: NOON_MS, latencyMs: 250 });
  const takenOf = (share: number | null, own: typeof OWN | null = OWN, over = {}, ended = row): unknown[] => {
    const { gaps, taken } = start(share);
    gaps.takeReference({ ...seen, ...over }, ended, own ?? undefined);
    return taken;
  };
  assert.deepEqual(takenOf(1), [['candidate', 't', { gap: 0, atMs: NOON_MS + 250 }]]);
  assert.equal(takenOf(1, OWN, { latencyMs: null }).length, 1);
  assert.deepEqual(takenOf(null), []);
  assert.deepEqual(takenOf(1, null), []);
  assert.deepEqual(takenOf(1, OWN, { model: 'cheap' }), []);
  assert.deepEqual(takenOf(1, OWN, { arm: null }), []);
  const refused = { gate: 'g', pass: false, score: null, reason: '', costNanoUsd: 0 };
  assert.deepEqual(takenOf(1, OWN, {}, { ...row, attempts: [{ ...attempt, verdicts: [refused] }] }), []);
  const some = Array.from({ length: 400 }, (_, at) => takenOf(0.3, OWN, { id: `req_${at}` }).length);
  const drawn = some.filter((count) => count === 1).length;
  assert.ok(drawn > 90 && drawn < 150, `${drawn} of 400`);
});
