import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlarmRule } from '../watch/alarm.ts';
import type { ActiveAlert } from '../watch/alert/active-alert.ts';
import { unwatched } from './unwatched.ts';
import { alarmOf, configOf, NOON_MS } from './watched.fixture.ts';

function alertOf(key: string, rule: AlarmRule, more: Partial<ActiveAlert> = {}): ActiveAlert {
  const { atMs, ...alarm } = alarmOf({ key, rule });
  return { ...alarm, firstMs: atMs, lastMs: atMs, toldMs: atMs, ...more };
}

const ALERTS = [
  alertOf('pass_rate/t', 'pass_rate'),
  alertOf('level/errors/t', 'errors'),
  alertOf('gap/t', 'canary_gap'),
  alertOf('canary_gap/t', 'canary_gap'),
  alertOf('budget/canaries', 'budget', { task: null }),
];

const keysUnder = (more: string, alerts = ALERTS): string[] =>
  unwatched(alerts, configOf(more), NOON_MS).map(({ key }) => key);

test('what is looked at stands', () => {
  assert.deepEqual(keysUnder('canary: { share: 1% }'), []);
});

test('what depends on canaries ends with them', () => {
  const own = ['gap/t', 'canary_gap/t'];
  assert.deepEqual(keysUnder(''), [...own, 'budget/canaries']);
  assert.deepEqual(keysUnder('tasks: { t: { route: cheap, canary: off } }\ncanary: { share: 1% }'), own);
});

test('what depends on drift ends with it, and canaries go on', () => {
  const more = 'canary: { share: 1% }\nwatch: { drift: false }';
  assert.deepEqual(keysUnder(more), ['pass_rate/t', 'level/errors/t', 'canary_gap/t']);
});

test('a task that is not configured any more takes everything with it', () => {
  const more = 'canary: { share: 1% }\ntasks: { other: { route: cheap } }';
  assert.deepEqual(keysUnder(more), ['pass_rate/t', 'level/errors/t', 'gap/t', 'canary_gap/t']);
});

test('a rule that was switched off says so', () => {
  const config = configOf('canary: { share: 1% }\nalerts: { to: [], rules: { errors: off } }');
  assert.deepEqual(unwatched(ALERTS, config, NOON_MS), [
    {
      key: 'level/errors/t',
      atMs: NOON_MS,
      sentence: 'Not watched any more: level/errors/t (the rule errors was switched off).',
    },
  ]);
});

test('what is over at once is left to end by itself', () => {
  const alerts = [
    alertOf('model/x', 'model_changed', { isEvent: true, task: null }),
    alertOf('price/x', 'price_changed', { isEvent: true }),
  ];
  assert.deepEqual(keysUnder('tasks: { other: { route: cheap } }\nwatch: { drift: false }', alerts), []);
});
