import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Note } from '../call/note.ts';
import type { Alarm, Recovery } from '../watch/alarm.ts';
import type { Standing } from './actions.ts';
import { Telling } from './telling.ts';
import { alarmOf, configOf, NOON_MS } from './watched.fixture.ts';

const CONFIG = configOf(`
tasks: { t: { route: cheap }, other: { route: { cascade: [cheap, strong], attempt_timeout: 1s } }, third: { route: strong } }`);
const OVER: Recovery = { key: 'pass_rate/t', atMs: NOON_MS, sentence: 't: it is as it was.' };

function start(firsts: Record<string, string> = { t: 'cheap' }) {
  const said: string[] = [];
  const notes: Note[] = [];
  const acted: [alarm: Alarm, standing: Standing][] = [];
  const over: string[] = [];
  const telling = new Telling({
    alerts: { raise: ({ key }) => void said.push(key), clear: ({ key }) => void said.push(`over ${key}`) },
    actions: {
      alarm: (alarm, standing) => void acted.push([alarm, standing]),
      recovered: ({ key }) => void over.push(key),
    },
    note: (note) => void notes.push(note),
    firstOf: (task) => firsts[task] ?? null,
  });
  return { telling, said, notes, acted, over };
}

test('an alarm is told, noted with all that is known of it, and acted upon', () => {
  const { telling, said, notes, acted } = start();
  telling.tell(alarmOf({ segment: 'tenant:acme' }), CONFIG);
  assert.deepEqual(said, ['pass_rate/t']);
  const { id, ...note } = notes[0] ?? assert.fail();
  assert.match(id, /^alt_/);
  const about = { rule: 'pass_rate', task: 't', segment: 'tenant:acme', severity: 'critical' };
  assert.deepEqual(note, {
    kind: 'alert',
    atMs: NOON_MS,
    tenant: 'default',
    task: 't',
    about: null,
    costs: [],
    body: {
      key: 'pass_rate/t',
      state: 'raised',
      ...about,
      sentence: 't: it is worse.',
      evidence: { now: 0.5 },
      isEvent: false,
    },
  });
  assert.deepEqual(acted[0]?.[1], { cheap: 'cheap', instead: 'strong' });
});

test('what stands is noted once, and again after it was over', () => {
  const { telling, notes, over } = start();
  telling.tell(alarmOf(), CONFIG);
  telling.tell(alarmOf(), CONFIG);
  assert.equal(notes.length, 1);
  telling.tell(OVER, CONFIG);
  assert.deepEqual(over, ['pass_rate/t']);
  assert.deepEqual(notes[1]?.body, { key: 'pass_rate/t', state: 'recovered', sentence: 't: it is as it was.' });
  telling.tell(alarmOf(), CONFIG);
  assert.equal(notes.length, 3);
});

test('what is over at once is noted each time', () => {
  const { telling, notes } = start();
  for (let at = 0; at < 2; at++) telling.tell(alarmOf({ rule: 'model_changed', isEvent: true }), CONFIG);
  assert.equal(notes.length, 2);
});

test('a rule that is off is told to nobody, and nothing is done; that something is over is told all the same', () => {
  const { telling, said, notes, acted } = start();
  const off = configOf('alerts: { to: [], rules: { pass_rate: off } }');
  telling.tell(alarmOf(), off);
  assert.deepEqual([said, notes, acted], [[], [], []]);
  telling.tell(OVER, off);
  assert.deepEqual(said, ['over pass_rate/t']);
});

test('an alarm about a model is acted upon for every task that it serves', () => {
  const { telling, notes, acted } = start();
  const evidence = { provider: 'up', upstreamModel: 'cheap' };
  telling.tell(alarmOf({ rule: 'model_changed', task: null, evidence }), CONFIG);
  assert.deepEqual(
    acted.map(([{ task }]) => task),
    ['t', 'other'],
  );
  assert.deepEqual([notes.length, notes[0]?.task], [1, null]);
});

test('who is trusted in its place is the reference of the canaries, else the baseline; and never left out itself', () => {
  const canary = configOf(`
canary: { reference: cheap }
tasks: { t: { route: strong } }`);
  const { telling, acted } = start({ t: 'cheap', third: 'strong' });
  telling.tell(alarmOf(), canary);
  telling.tell(alarmOf({ task: 'third' }), CONFIG);
  telling.tell(alarmOf({ task: 'other' }), CONFIG);
  assert.deepEqual(
    acted.map(([, standing]) => standing),
    [
      { cheap: null, instead: 'cheap' },
      { cheap: null, instead: 'strong' },
      { cheap: null, instead: 'strong' },
    ],
  );
});
