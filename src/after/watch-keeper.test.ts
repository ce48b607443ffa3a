import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Note } from '../call/note.ts';
import type { Engine } from '../router.ts';
import { type KeptState, nothingSeen, readState } from './kept-state.ts';
import { WatchKeeper } from './watch-keeper.ts';
import { canaryOf, createFakeLedger, type FakeLedger, noteOf, rowOf, wordOf } from './watched.fixture.ts';

const LISTEN_MS = 1_000;
const LOOK_MS = 15_000;
const KEEP_MS = 30_000;

interface World {
  keeper: WatchKeeper;
  ledger: FakeLedger;
  statePath: string;
  heard: string[];
  warned: string[];
  /** What happened to the watching, in its order. */
  did: string[];
  opened: (KeptState | null)[];
  /** What goes wrong next, by what is asked for. */
  broken: Partial<Record<'open' | 'look' | 'heard' | 'state' | 'close' | 'flush', () => never>>;
  flush: () => Promise<void>;
}

interface Options {
  statePath?: string | null;
  broken?: World['broken'];
  before?: (ledger: FakeLedger) => void;
}

/** With the clock of the test. */
function start(t: TestContext, { statePath, broken = {}, before }: Options = {}): World {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-keeper-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  t.mock.timers.enable({ apis: ['setInterval'] });
  const ledger = createFakeLedger();
  before?.(ledger);
  const path = join(folder, 'watch.json');
  const world = { ledger, statePath: path, heard: [], warned: [], did: [], opened: [], broken } as unknown as World;
  world.flush = () => Promise.resolve();
  world.keeper = new WatchKeeper({
    watching: {
      open: (_, kept) => {
        world.did.push('open');
        world.opened.push(kept);
        broken.open?.();
      },
      look: () => {
        world.did.push('look');
        broken.look?.();
      },
      heard: (note) => {
        world.heard.push(note.id);
        broken.heard?.();
      },
      state: () => {
        broken.state?.();
        return { parts: { drift: { calls: world.did.length } }, seen: nothingSeen() };
      },
      close: () => {
        world.did.push('close');
        return Promise.resolve();
      },
      rollouts: { refresh: () => void world.did.push('refresh') },
    },
    ledger: {
      flush: () => {
        broken.flush?.();
        return world.flush();
      },
    },
    reader: ledger.reader,
    statePath: statePath === undefined ? path : statePath,
    engine: () => ({}) as Engine,
    warn: (sentence) => void world.warned.push(sentence),
  });
  return world;
}

const fail = (): never => {
  throw new Error('broken');
};

test('it takes in what is known and looks once, before anything else', (t) => {
  const { did, opened, warned } = start(t);
  assert.deepEqual([did, opened, warned], [['open', 'look'], [null], []]);
});

test('it listens every second, to people and other processes, once for each note', (t) => {
  const before = noteOf({ id: 'before' });
  const { ledger, heard, did } = start(t, { before: (own) => own.note(before) });
  const notes: Note[] = [
    wordOf('undo', { id: 'undo' }),
    noteOf({ id: 'grade', kind: 'grade' }),
    canaryOf(0, { id: 'canary' }),
    noteOf({ id: 'alert', kind: 'alert' }),
    noteOf({ id: 'feedback', kind: 'feedback' }),
  ];
  for (const note of notes) ledger.note(note);
  t.mock.timers.tick(LISTEN_MS);
  assert.deepEqual(heard, ['undo', 'grade', 'canary', 'alert', 'feedback']);
  ledger.note(wordOf('accept', { id: 'accept' }));
  t.mock.timers.tick(3 * LISTEN_MS);
  assert.deepEqual(heard.slice(5), ['accept']);
  assert.equal(did.filter((what) => what === 'refresh').length, 4, 'and looks whether a rollout was moved');
});

test('a note that breaks something is not heard twice, and the next one is heard', (t) => {
  const world = start(t, { broken: { heard: fail } });
  world.ledger.note(wordOf('undo', { id: 'first' }));
  world.ledger.note(wordOf('undo', { id: 'second' }));
  t.mock.timers.tick(LISTEN_MS);
  delete world.broken.heard;
  t.mock.timers.tick(2 * LISTEN_MS);
  assert.deepEqual(world.heard, ['first', 'second']);
  assert.deepEqual(world.warned, ['watching: listening failed: broken']);
});

test('it looks every fifteen seconds; what fails is told once until it works again', (t) => {
  const world = start(t);
  const looks = (): number => world.did.filter((what) => what === 'look').length;
  world.broken.look = fail;
  t.mock.timers.tick(2 * LOOK_MS);
  assert.deepEqual([looks(), world.warned], [3, ['watching: looking failed: broken']]);
  delete world.broken.look;
  t.mock.timers.tick(LOOK_MS);
  world.broken.look = fail;
  t.mock.timers.tick(LOOK_MS);
  assert.equal(world.warned.length, 2);
});

test('what is known is put down every half minute, with how far the ledger goes', async (t) => {
  const { ledger, statePath, keeper, opened } = start(t);
  for (let at = 0; at < 2_500; at++) ledger.rows.push(rowOf(`c${at}`));
  assert.equal(existsSync(statePath), false);
  t.mock.timers.tick(KEEP_MS);
  await keeper.keep();
  assert.deepEqual(readState(statePath)?.after, { calls: 500, notes: 0 });
  assert.deepEqual(opened, [null]);
});

test('the next process is given it', async (t) => {
  const first = start(t);
  await first.keeper.keep();
  t.mock.timers.reset();
  const second = start(t, { statePath: first.statePath });
  assert.deepEqual(second.opened[0]?.parts.drift, { calls: 2 });
});

test('without a place nothing is kept', async (t) => {
  const { keeper, statePath, ledger } = start(t, { statePath: null });
  await keeper.keep();
  await keeper.close();
  assert.deepEqual([existsSync(statePath), ledger.isClosed()], [false, true]);
});

test('keeping does not wait for a ledger that cannot be written', async (t) => {
  const world = start(t);
  world.flush = () => new Promise(() => undefined);
  const startedAt = performance.now();
  await world.keeper.keep();
  assert.ok(performance.now() - startedAt < 10_000);
  assert.notEqual(readState(world.statePath), null, 'what is known is kept all the same');
});

test('keeping never rejects, whatever breaks, and works again afterwards', async (t) => {
  const world = start(t);
  world.broken.flush = fail;
  await world.keeper.keep();
  assert.notEqual(readState(world.statePath), null, 'a ledger that is broken loses nothing of what is known');
  delete world.broken.flush;
  rmSync(world.statePath);
  world.flush = () => Promise.reject(new Error('closed'));
  await world.keeper.keep();
  assert.notEqual(readState(world.statePath), null);
  world.broken.state = fail;
  for (let at = 0; at < 2; at++) await world.keeper.keep();
  assert.deepEqual(world.warned, ['watching: keeping failed: broken']);
  delete world.broken.state;
  rmSync(world.statePath);
  mkdirSync(join(world.statePath, 'in the way'), { recursive: true });
  await world.keeper.keep();
  rmSync(world.statePath, { recursive: true });
  await world.keeper.keep();
  assert.notEqual(readState(world.statePath), null);
});

test('two that keep at once keep once', async (t) => {
  const world = start(t);
  let flushes = 0;
  world.flush = () => Promise.resolve(void flushes++);
  await Promise.all([world.keeper.keep(), world.keeper.keep()]);
  assert.equal(flushes, 1);
});

test('closing ends the watching, keeps what it knew then, and stops the clock', async (t) => {
  const world = start(t);
  await world.keeper.close();
  assert.equal(world.did.at(-1), 'close');
  assert.deepEqual(readState(world.statePath)?.parts.drift, { calls: 3 });
  assert.equal(world.ledger.isClosed(), true);
  world.ledger.note(wordOf('undo'));
  t.mock.timers.tick(KEEP_MS);
  assert.deepEqual(world.heard, []);
});

test('a state that cannot be read, or taken in, is told, and the gateway starts', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-keeper-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const unreadable = start(t, { statePath: folder });
  assert.match(unreadable.warned.join(), /^watching: reading what was kept failed: .*EISDIR/);
  assert.deepEqual(unreadable.opened, [null]);
  t.mock.timers.reset();
  const torn = join(folder, 'torn.json');
  writeFileSync(torn, '{"version":2,"led');
  const world = start(t, { statePath: torn, broken: { open: fail } });
  assert.deepEqual([world.opened, world.warned], [[null], ['watching: taking in what is known failed: broken']]);
  assert.deepEqual(world.did, ['open', 'look']);
});
