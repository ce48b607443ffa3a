import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, onlyProblemOf, parse } from './sample.test.ts';

test('calls are compared, and nothing is done about what is found, unless the file says otherwise', () => {
  assert.deepEqual(parse(BASE).watch, {
    isWatching: true,
    falseAlarms: 0.05,
    learnCalls: 500,
    actions: { freezesRollouts: false, bypassMs: null, marksStale: false, reprofile: null },
  });
});

test('every action can be allowed by itself', () => {
  const actions = (text: string) => parse(`${BASE}watch: { actions: ${text} }`).watch.actions;
  assert.equal(actions('{ freeze_rollouts: true }').freezesRollouts, true);
  assert.equal(actions('{ bypass: 2h }').bypassMs, 7_200_000);
  assert.equal(actions('{ bypass: off }').bypassMs, null);
  assert.equal(actions('{ mark_stale: true }').marksStale, true);
  const everyMs = 7 * 86_400_000;
  assert.deepEqual(actions('{ reprofile: { max_usd: 2.5 } }').reprofile, { maxNanoUsd: 2.5e9, everyMs });
  assert.equal(actions('{ reprofile: false }').reprofile, null);
  assert.equal(parse(`${BASE}watch: { drift: false }`).watch.isWatching, false);
});

test('what is wrong is told where it stands', () => {
  assert.match(onlyProblemOf(`${BASE}watch: { false_alarms: 0 }`), /^watch\.false_alarms: must be above 0/);
  assert.match(onlyProblemOf(`${BASE}watch: { learn_calls: 5 }`), /^watch\.learn_calls: /);
  assert.match(onlyProblemOf(`${BASE}watch: { actions: { bypass: soon } }`), /^watch\.actions\.bypass: /);
  assert.match(onlyProblemOf(`${BASE}watch: { actions: { reprofile: {} } }`), /^watch\.actions\.reprofile/);
  assert.match(
    onlyProblemOf(`${BASE}watch: { actions: { explode: true } }`),
    /^watch\.actions\.explode: there is no such key/,
  );
});
