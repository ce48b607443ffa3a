import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../stats/random.ts';
import type { Alarm } from '../watch/alarm.ts';
import { GapBook } from '../watch/canary/gap-book.ts';
import { GapAlarms } from './gap-alarms.ts';
import { NOON_MS } from './watched.fixture.ts';

const POINTS = 5;

function start() {
  const book = new GapBook();
  const alarms = new GapAlarms(book);
  const random = createRandom(3);
  /** So many canaries, of which a share is worse than the reference's answer. */
  const add = (count: number, worse: number, segments: string[] = [], task = 't'): void => {
    for (let at = 0; at < count; at++) book.add({ task, segments, gap: random() < worse ? -1 : 0 });
  };
  const look = (task = 't') => alarms.look(task, POINTS, NOON_MS);
  return { book, alarms, add, look, keys: (task?: string) => look(task).map(({ key }) => key) };
}

test('a gap is told when its whole interval is beyond the bound, and not before', () => {
  const { add, look } = start();
  add(4, 1);
  assert.deepEqual(look(), [], 'four canaries say nothing');
  add(120, 0.5);
  const [alarm] = look() as Alarm[];
  assert.deepEqual([alarm?.key, alarm?.rule, alarm?.segment, alarm?.isEvent], ['gap/t', 'canary_gap', null, false]);
  assert.match(
    alarm?.sentence ?? '',
    /^t: cheap answers are 4\d\.\d points worse than the reference's, at least \d+\.\d, by 124 canaries; 5 are allowed\.$/,
  );
  assert.equal(alarm?.evidence['graded'], 124);
});

test('it is told once, and one that is small, or the better way round, not at all', () => {
  const { book, add, look } = start();
  add(200, 1);
  assert.equal(look().length, 1);
  assert.deepEqual(look(), []);
  add(500, 0.02, [], 'same');
  for (let at = 0; at < 200; at++) book.add({ task: 'better', segments: [], gap: 1 });
  assert.deepEqual([look('same'), look('better'), look('nobody')], [[], [], []]);
});

test('it is over when the gap is within the bound again, for long enough, and told anew when it comes back', () => {
  const { add, look, keys } = start();
  add(60, 1);
  assert.deepEqual(keys(), ['gap/t']);
  add(60, 0);
  assert.deepEqual(look(), [], 'a few good canaries are luck');
  add(100, 0);
  const [over, ...more] = look();
  assert.deepEqual([over?.key, more], ['gap/t', []]);
  assert.match(
    over?.sentence ?? '',
    /^t: cheap answers are 0\.0 points worse than the reference's, by 1\d\d canaries, which is within the 5 that are allowed again\.$/,
  );
  assert.ok(over !== undefined && !('rule' in over));
  assert.deepEqual(look(), []);
  add(200, 1);
  assert.deepEqual(keys(), ['gap/t']);
});

/** One segment is bad, and too small for the task to be. */
function addBadSegment({ book, add }: ReturnType<typeof start>): void {
  add(1_000, 0, ['tenant:acme']);
  for (let at = 0; at < 1_000; at++)
    book.add({
      task: 't',
      segments: at % 20 === 0 ? ['tenant:umbrella'] : ['tenant:acme'],
      gap: at % 20 === 0 ? -1 : 0,
    });
}

test('a segment is told where the task as a whole is not', () => {
  const world = start();
  addBadSegment(world);
  const [alarm, ...more] = world.look() as Alarm[];
  assert.deepEqual([alarm?.key, alarm?.segment, more], ['gap/t/tenant:umbrella', 'tenant:umbrella', []]);
  assert.match(alarm?.sentence ?? '', /\(tenant umbrella\)\.$/);
  world.add(300, 0, ['tenant:umbrella']);
  const [over] = world.look();
  assert.equal(over?.key, 'gap/t/tenant:umbrella');
  assert.match(over?.sentence ?? '', /allowed again \(tenant umbrella\)\.$/);
});

test('the task says it all for its segments, also while it is still told of', () => {
  const { add, keys } = start();
  add(40, 1, ['tenant:acme']);
  assert.deepEqual(keys(), ['gap/t']);
  add(90, 0, ['tenant:umbrella']);
  assert.deepEqual(keys(), [], 'the segment alone is beyond the bound');
});

test('somebody accepts a task with its segments, and no other task', () => {
  const { alarms, add, look } = start();
  add(80, 1, ['tenant:acme'], 'a');
  add(80, 1, [], 'a/tenant:acme');
  look('a');
  look('a/tenant:acme');
  assert.deepEqual(alarms.accept('a', NOON_MS), [
    { key: 'gap/a', atMs: NOON_MS, sentence: 'a: the gap of its canaries is accepted.' },
  ]);
  assert.deepEqual(alarms.accept('a', NOON_MS), []);
  assert.equal(alarms.accept('a/tenant:acme', NOON_MS).length, 1);
});

test('what was told before a restart is not told again, and is over all the same', () => {
  const world = start();
  const { book, alarms, add, look } = world;
  addBadSegment(world);
  add(80, 1, [], 'u');
  look();
  look('u');
  const later = new GapAlarms(book);
  later.restore(JSON.parse(JSON.stringify(alarms.snapshot())));
  assert.deepEqual([later.look('t', POINTS, NOON_MS), later.look('u', POINTS, NOON_MS)], [[], []]);
  assert.equal(later.accept('t', NOON_MS)[0]?.key, 'gap/t/tenant:umbrella');
  later.forget('gap/u');
  assert.equal(later.look('u', POINTS, NOON_MS).length, 1);
});

test('what is no snapshot is nothing', () => {
  const { alarms, add, look } = start();
  for (const kept of [undefined, null, 'x', { a: 1 }, ['gap/t'], [null, { task: 't' }, { task: 1, segment: null }]])
    alarms.restore(kept);
  add(80, 1);
  assert.equal(look().length, 1);
});
