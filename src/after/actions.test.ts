import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Note } from '../call/note.ts';
import type { ActionsConfig } from '../config/watch-config.ts';
import type { Alarm, AlarmRule } from '../watch/alarm.ts';
import { Actions } from './actions.ts';
import { alarmOf, HOUR_MS, NOON_MS, noteOf, wordOf } from './watched.fixture.ts';

const NOTHING: ActionsConfig = { freezesRollouts: false, bypassMs: null, marksStale: false, reprofile: null };
const EVERYTHING: ActionsConfig = {
  freezesRollouts: true,
  bypassMs: HOUR_MS,
  marksStale: true,
  reprofile: { maxNanoUsd: 2e9, everyMs: 24 * HOUR_MS },
};
const STANDING = { cheap: 'cheap', instead: 'strong' };

interface World {
  actions: Actions;
  notes: Note[];
  raised: Alarm[];
  warned: string[];
  clock: { nowMs: number };
  /** Files that there are to be marked. */
  files: string[];
  /** What was begun to be measured, each with how it ends. */
  measured: { task: string; maxUsd: number; end: (problem: string | null) => void }[];
  tell: (more?: Partial<Alarm>, standing?: typeof STANDING | { cheap: null; instead: string }) => void;
}

function start(config: Partial<ActionsConfig> = {}, broken: { mark?: Error; measure?: Error } = {}): World {
  const world = { notes: [], raised: [], warned: [], clock: { nowMs: NOON_MS }, files: ['a.json'], measured: [] };
  const { notes, raised, warned, clock, files, measured } = world as unknown as World;
  const actions = new Actions(
    {
      note: (note) => void notes.push(note),
      raise: (alarm) => void raised.push(alarm),
      warn: (sentence) => void warned.push(sentence),
      nowMs: () => clock.nowMs,
      markStale: () => {
        if (broken.mark !== undefined) throw broken.mark;
        return files.splice(0);
      },
      reprofile: (task, maxUsd, end) => {
        if (broken.measure !== undefined) throw broken.measure;
        measured.push({ task, maxUsd, end });
      },
    },
    { ...NOTHING, ...config },
  );
  const tell: World['tell'] = (more, standing = STANDING) => actions.alarm(alarmOf(more), standing);
  return { actions, notes, raised, warned, clock, files, measured, tell };
}

const doneIn = ({ notes }: World): unknown[] => notes.map(({ body }) => body['action']);

describe('leave', () => {
  test('nothing is done that the configuration does not name', () => {
    const world = start();
    for (const rule of ['pass_rate', 'canary_gap', 'errors', 'model_changed'] as const) world.tell({ rule });
    assert.deepEqual([world.notes, world.raised, world.measured, world.files], [[], [], [], ['a.json']]);
    assert.equal(world.actions.bypassOf('t'), null);
    assert.equal(world.actions.frozenBy('t'), null);
  });

  test('each rule has what belongs to it', () => {
    const all = ['bypass', 'mark_stale', 'reprofile'];
    const expected: [AlarmRule, string[]][] = [
      ['pass_rate', all],
      ['canary_gap', all],
      ['model_changed', ['mark_stale', 'reprofile']],
      ['price_changed', ['mark_stale', 'reprofile']],
      ['input_mix', ['mark_stale', 'reprofile']],
      ['output_length', ['mark_stale', 'reprofile']],
      ['errors', []],
      ['escalation', []],
      ['cache_hit', []],
      ['action', []],
    ];
    for (const [rule, done] of expected) {
      const world = start(EVERYTHING);
      world.tell({ rule });
      assert.deepEqual(doneIn(world), done, rule);
    }
  });

  test('an alarm of no task does nothing', () => {
    const world = start(EVERYTHING);
    world.tell({ task: null });
    assert.deepEqual(world.notes, []);
  });

  test('what is done is noted with its evidence and told, as something that is over at once', () => {
    const world = start({ bypassMs: HOUR_MS });
    world.tell({ sentence: 't: it fell.' });
    const [note] = world.notes;
    const until = { untilMs: NOON_MS + HOUR_MS, why: 't: it fell.', instead: 'strong' };
    assert.deepEqual(note?.body, { action: 'bypass', model: 'cheap', ...until });
    const [raised] = world.raised;
    assert.deepEqual([raised?.rule, raised?.isEvent, raised?.task], ['action', true, 't']);
    assert.equal(raised?.sentence, 't: cheap is bypassed until 2026-03-01T13:00:00.000Z. t: it fell.');
  });
});

describe('a bypass', () => {
  test('ends by itself', () => {
    const world = start({ bypassMs: HOUR_MS });
    world.tell();
    world.clock.nowMs += HOUR_MS - 1;
    const own = { models: new Map([['cheap', 't: it is worse.']]), instead: 'strong' };
    assert.deepEqual(world.actions.bypassOf('t'), own);
    world.clock.nowMs += 1;
    assert.equal(world.actions.bypassOf('t'), null);
    assert.equal(world.actions.bypassOf('other'), null);
  });

  test('is not made longer, or made again, by alarms while it lasts', () => {
    const world = start({ bypassMs: HOUR_MS });
    world.tell();
    world.clock.nowMs += HOUR_MS / 2;
    world.tell({ rule: 'canary_gap' });
    assert.equal(world.notes.length, 1);
    world.clock.nowMs += HOUR_MS / 2;
    assert.equal(world.actions.bypassOf('t'), null);
    world.tell();
    assert.equal(world.notes.length, 2);
  });

  test('is never made of a segment, nor of a task that nobody cheap answers', () => {
    const world = start({ bypassMs: HOUR_MS });
    world.tell({ segment: 'tenant:acme' });
    world.tell({}, { cheap: null, instead: 'strong' });
    assert.deepEqual(world.notes, []);
  });

  test('is undone once, by whom is noted', () => {
    const world = start({ bypassMs: HOUR_MS });
    world.actions.undo('t', 'ann');
    assert.equal(world.notes.length, 0);
    world.tell();
    world.actions.undo('t', 'ann');
    world.actions.undo('t', 'ann');
    assert.equal(world.actions.bypassOf('t'), null);
    assert.deepEqual(world.notes.at(-1)?.body, { action: 'bypass', undone: true, by: 'ann' });
    assert.equal(world.notes.length, 2);
  });

  test('goes on in the next process for as long as it had', () => {
    const earlier = start({ bypassMs: HOUR_MS });
    earlier.tell();
    const later = start({ bypassMs: HOUR_MS });
    for (const note of earlier.notes) later.actions.restore(note);
    assert.deepEqual(later.actions.bypassOf('t'), earlier.actions.bypassOf('t'));
    assert.deepEqual(later.notes, []);
    later.clock.nowMs += HOUR_MS;
    assert.equal(later.actions.bypassOf('t'), null);
  });

  test('that was undone does not come back, though nobody was there to hear it', () => {
    const earlier = start({ bypassMs: HOUR_MS });
    earlier.tell();
    const undone = noteOf({ body: { action: 'bypass', undone: true, by: 'ann' } });
    for (const word of [undone, wordOf('undo'), wordOf('accept')]) {
      const later = start({ bypassMs: HOUR_MS });
      for (const note of [...earlier.notes, word]) later.actions.restore(note);
      assert.equal(later.actions.bypassOf('t'), null, JSON.stringify(word.body));
    }
  });

  test('is not restored where it is not allowed any more, and ends where the leave is taken back', () => {
    const earlier = start({ bypassMs: HOUR_MS });
    earlier.tell();
    const later = start();
    for (const note of earlier.notes) later.actions.restore(note);
    assert.equal(later.actions.bypassOf('t'), null);
    earlier.actions.under(NOTHING);
    assert.equal(earlier.actions.bypassOf('t'), null);
  });

  test('is not made of a note that is none', () => {
    const world = start({ bypassMs: HOUR_MS });
    for (const body of [{ action: 'bypass' }, { action: 'bypass', model: 3, untilMs: NOON_MS * 2 }, {}])
      world.actions.restore(noteOf({ body }));
    world.actions.restore(noteOf({ task: null, body: { action: 'bypass', model: 'cheap', untilMs: NOON_MS * 2 } }));
    assert.equal(world.actions.bypassOf('t'), null);
  });
});

describe('a freeze', () => {
  const FREEZING = ['pass_rate', 'canary_gap', 'errors', 'escalation'] as const;

  test('lasts while any alarm of the task stands', () => {
    const { actions, tell } = start({ freezesRollouts: true });
    for (const rule of FREEZING) tell({ rule, sentence: `t: ${rule}.` });
    tell({ rule: 'input_mix' });
    for (const rule of FREEZING) {
      assert.equal(actions.frozenBy('t'), `t: ${rule}.`);
      actions.recovered({ key: `${rule}/t` });
    }
    assert.equal(actions.frozenBy('t'), null);
  });

  test('comes from segments too, and from no other task, nor from what is over at once', () => {
    const { actions, tell } = start({ freezesRollouts: true });
    tell({ task: 'other' });
    tell({ isEvent: true });
    assert.equal(actions.frozenBy('t'), null);
    tell({ segment: 'tenant:acme' });
    assert.equal(actions.frozenBy('t'), 't: it is worse.');
  });

  test('holds for an alarm that an earlier process has told', () => {
    const { actions, notes } = start({ ...EVERYTHING });
    actions.stands(alarmOf());
    assert.equal(actions.frozenBy('t'), 't: it is worse.');
    assert.deepEqual(notes, [], 'nothing is done about it once more');
    actions.recovered(alarmOf());
    assert.equal(actions.frozenBy('t'), null);
  });

  test('begins and ends with the leave for it', () => {
    const { actions, tell } = start();
    tell();
    actions.under({ ...NOTHING, freezesRollouts: true });
    assert.equal(actions.frozenBy('t'), 't: it is worse.');
    actions.under(NOTHING);
    assert.equal(actions.frozenBy('t'), null);
  });
});

describe('marking as stale', () => {
  test('is noted where something was marked, and else not', () => {
    const world = start({ marksStale: true });
    world.tell({ rule: 'model_changed' });
    world.tell({ rule: 'model_changed' });
    assert.deepEqual(
      world.notes.map(({ body }) => body),
      [{ action: 'mark_stale', why: 't: it is worse.', files: ['a.json'] }],
    );
    assert.equal(world.raised[0]?.sentence, 't: marked as stale: a.json. t: it is worse.');
  });

  test('that fails is told, and what else is to be done is done', () => {
    const world = start(EVERYTHING, { mark: new Error('EROFS') });
    world.tell();
    assert.deepEqual(world.warned, ['watching: t could not be marked as stale: EROFS']);
    assert.deepEqual(doneIn(world), ['bypass', 'reprofile']);
  });
});

describe('measuring anew', () => {
  const CONFIG = { reprofile: { maxNanoUsd: 2e9, everyMs: HOUR_MS } };

  test('costs at most what is allowed, and its end is noted', () => {
    const world = start(CONFIG);
    world.tell();
    assert.deepEqual([world.measured[0]?.task, world.measured[0]?.maxUsd], ['t', 2]);
    world.measured[0]?.end(null);
    world.clock.nowMs += HOUR_MS;
    world.tell();
    world.measured[1]?.end('no samples');
    assert.deepEqual(
      world.raised.map(({ sentence }) => sentence),
      [
        't: is measured anew, for at most $2. t: it is worse.',
        't: has been measured anew.',
        't: is measured anew, for at most $2. t: it is worse.',
        't: could not be measured anew: no samples',
      ],
    );
  });

  test('is not done before the time is over, counted from when it began', () => {
    const world = start(CONFIG);
    world.tell();
    world.clock.nowMs += HOUR_MS / 2;
    world.measured[0]?.end(null);
    world.clock.nowMs += HOUR_MS / 2 - 1;
    world.tell();
    assert.equal(world.measured.length, 1);
    world.tell({ task: 'other' });
    assert.deepEqual(world.measured[1]?.task, 'other');
    world.clock.nowMs += 1;
    world.tell();
    assert.equal(world.measured.length, 3);
  });

  test('is never done twice at once, however long it takes', () => {
    const world = start(CONFIG);
    world.tell();
    world.clock.nowMs += 5 * HOUR_MS;
    world.tell();
    assert.equal(world.measured.length, 1);
    world.measured[0]?.end(null);
    world.measured[0]?.end('told twice');
    world.tell();
    assert.equal(world.measured.length, 2);
    assert.equal(world.notes.length, 3);
  });

  test('that cannot be begun has ended', () => {
    const world = start(CONFIG, { measure: new Error('EAGAIN') });
    world.tell();
    assert.deepEqual(world.notes.at(-1)?.body, { action: 'reprofile', ended: true, problem: 'EAGAIN' });
    world.clock.nowMs += HOUR_MS;
    world.tell();
    assert.equal(world.notes.length, 4);
  });

  test('before a restart counts, from when it began', () => {
    const earlier = start(CONFIG);
    earlier.tell();
    earlier.clock.nowMs += HOUR_MS / 2;
    earlier.measured[0]?.end(null);
    const later = start(CONFIG);
    for (const note of earlier.notes) later.actions.restore(note);
    later.clock.nowMs += HOUR_MS - 1;
    later.tell();
    assert.equal(later.measured.length, 0);
    later.clock.nowMs += 1;
    later.tell();
    assert.equal(later.measured.length, 1);
  });
});
