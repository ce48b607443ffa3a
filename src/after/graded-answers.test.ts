import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arm } from '../call/arm.ts';
import { sampleAttempt } from '../ledger/sample-row.test.ts';
import { observation } from '../watch/drift/observation.fixture.ts';
import { GradedAnswers } from './graded-answers.ts';
import { canaryOf, NOON_MS, rowOf } from './watched.fixture.ts';

const ARM: Arm = { rollout: 'r', arm: 'candidate', percent: 20 };
const OWN = { share: 0.1, reference: 'strong' };
const SEGMENTS = ['tenant:acme'];

/** A rollout that wants the gap of such a share of the answers; null: none runs. */
function start(share: number | null = 1) {
  const rolled: unknown[] = [];
  const said: unknown[] = [];
  const graded = new GradedAnswers(
    { shareOf: () => share, takeGap: (arm, task, shown) => void rolled.push([arm.arm, task, shown]) },
    {
      add: ({ task, gap }) => void said.push(['add', task, gap]),
      compare: ({ task, gap, segments }, atMs) => void said.push(['compare', task, gap, segments, atMs]),
      lookAtGap: (task) => void said.push(['look', task]),
    },
  );
  return { graded, rolled, said };
}

const noteOn = (arm: Arm | null) => canaryOf(-1, { body: { arm: arm && { ...arm } } });
const grade = { gap: -1, isRefused: false };
const COMPARED = ['compare', 't', -1, SEGMENTS, NOON_MS];

test('the larger share is drawn, of the task and of its rollout', () => {
  const plan = { arm: ARM, task: 't' };
  assert.equal(start(0.4).graded.shareFor(plan, OWN), 0.4);
  assert.equal(start(0.01).graded.shareFor(plan, OWN), 0.1);
  assert.equal(start(0.4).graded.shareFor(plan, undefined), 0.4);
  assert.equal(start(null).graded.shareFor(plan, OWN), null, 'then it is the one of the task');
  assert.equal(start(0.4).graded.shareFor({ arm: null, task: 't' }, OWN), null);
  assert.equal(start(0.4).graded.shareFor({ arm: ARM, task: null }, OWN), null);
});

test('a new one is compared, added to the gap, and the gap is looked at', () => {
  const { graded, said, rolled } = start();
  graded.take(noteOn(null), grade);
  assert.deepEqual(said, [COMPARED, ['add', 't', -1], ['look', 't']]);
  assert.deepEqual(rolled, []);
});

test('one of an arm goes to its rollout, and says nothing of the task while its candidate is on trial', () => {
  const { graded, said, rolled } = start();
  graded.take(noteOn(ARM), grade);
  assert.deepEqual([said, rolled], [[], [['candidate', 't', { gap: -1, atMs: NOON_MS }]]]);
  graded.take(noteOn({ ...ARM, arm: 'base' }), grade);
  graded.take(noteOn({ ...ARM, percent: 100 }), grade);
  assert.equal(said.length, 6);
  assert.equal(rolled.length, 3);
});

test('one that gates had refused is of the rollout alone', () => {
  const { graded, said, rolled } = start();
  graded.take(noteOn({ ...ARM, arm: 'base' }), { gap: -1, isRefused: true });
  assert.deepEqual([said.length, rolled.length], [0, 1]);
});

test('one that is in the gap already is learned from, and one that was learned from is put into the gap', () => {
  const { graded, said } = start();
  graded.learn(noteOn(null), grade);
  assert.deepEqual(said, [COMPARED]);
  graded.recall(noteOn(null), 0);
  graded.recall(noteOn(ARM), -1);
  assert.deepEqual(said.slice(1), [['add', 't', 0]]);
});

test('one of no task says nothing', () => {
  const { graded, said, rolled } = start();
  const note = { ...noteOn(ARM), task: null };
  graded.take(note, grade);
  graded.recall(note, -1);
  assert.deepEqual([said, rolled], [[], []]);
});

test('an answer of the reference itself has no gap, when it is drawn', () => {
  const attempts = [sampleAttempt({ model: 'strong' })];
  const row = rowOf('c', { model: 'strong', attempts });
  const seen = observation(0, { task: 't', model: 'strong', arm: ARM, atMs: NOON_MS, latencyMs: 250 });
  const takenOf = (share: number | null, own: typeof OWN | null = OWN, over = {}, ended = row): unknown[] => {
    const { graded, rolled } = start(share);
    graded.takeReference({ ...seen, ...over }, ended, own ?? undefined);
    return rolled;
  };
  assert.deepEqual(takenOf(1), [['candidate', 't', { gap: 0, atMs: NOON_MS + 250 }]]);
  assert.equal(takenOf(1, OWN, { latencyMs: null }).length, 1);
  assert.deepEqual(takenOf(null), []);
  assert.deepEqual(takenOf(1, null), []);
  assert.deepEqual(takenOf(1, OWN, { model: 'cheap' }), []);
  assert.deepEqual(takenOf(1, OWN, { arm: null }), []);
  assert.deepEqual(takenOf(1, OWN, {}, { ...row, status: 'partial' }), []);
  const some = Array.from({ length: 400 }, (_, at) => takenOf(0.3, OWN, { id: `req_${at}` }).length);
  const drawn = some.filter((count) => count === 1).length;
  assert.ok(drawn > 90 && drawn < 150, `${drawn} of 400`);
});
