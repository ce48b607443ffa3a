import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { createRandom } from '../stats/random.ts';
import { type KeptState, nothingSeen, readState, replay, type Seen, SeenIds, writeState } from './kept-state.ts';
import { canaryOf, createFakeLedger, type FakeLedger, NOON_MS, rowOf } from './watched.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'tierline-kept-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = (): string => join(folder, `state-${++files}.json`);

const seenOf = (calls: readonly string[] = [], canaries: readonly string[] = []): Seen => {
  const seen = nothingSeen();
  for (const id of calls) seen.calls.add(id);
  for (const id of canaries) seen.canaries.add(id);
  return seen;
};

describe('ids that were seen', () => {
  test('are new once', () => {
    const seen = new SeenIds();
    assert.deepEqual([seen.add('a'), seen.add('b'), seen.add('a')], [true, true, false]);
    assert.deepEqual(seen.list(), ['a', 'b']);
  });

  test('are forgotten in their order, the oldest first, and not without end kept', () => {
    const seen = new SeenIds();
    for (let at = 0; at < 20_000; at++) seen.add(`id-${at}`);
    assert.ok(seen.list().length < 10_000);
    assert.equal(seen.add('id-19999'), false);
    assert.equal(seen.add('id-15000'), false);
    assert.equal(seen.add('id-0'), true);
  });
});

describe('the file', () => {
  test('gives back what was put in, and a place a little before the ledger was then', () => {
    const path = newPath();
    const parts = { drift: { a: [1, null] }, gaps: [] };
    writeState(path, { parts, seen: seenOf(['c1', 'c2'], ['n1']), ends: { calls: 10_000, notes: 2_500 } });
    const kept = readState(path) ?? assert.fail();
    assert.deepEqual([kept.parts.drift, kept.parts.gaps], [parts.drift, parts.gaps]);
    assert.deepEqual(kept.seen, { calls: ['c1', 'c2'], canaries: ['n1'], words: [] });
    assert.deepEqual(kept.after, { calls: 8_000, notes: 500 });
  });

  test('of a young ledger is taken in again from the beginning', () => {
    const path = newPath();
    writeState(path, { parts: {}, seen: seenOf(), ends: { calls: 3, notes: 0 } });
    assert.deepEqual(readState(path)?.after, { calls: 0, notes: 0 });
  });

  test('that is not there, is torn, or another program wrote, is nothing', () => {
    assert.equal(readState(newPath()), null);
    const path = newPath();
    const good = { version: 2, ledger: { calls: 1, notes: 1 }, seen: { calls: ['a'], canaries: [], words: [] } };
    const bad: unknown[] = [
      [],
      null,
      'text',
      {},
      { ...good, version: 1 },
      { ...good, version: '2' },
      { ...good, ledger: undefined },
      { ...good, ledger: { calls: 'many', notes: 1 } },
      { ...good, ledger: { calls: 1 } },
      { ...good, ledger: { calls: 1.5, notes: 1 } },
      { ...good, seen: ['a'] },
      { ...good, seen: { calls: ['a'], canaries: [] } },
      { ...good, seen: { calls: [1], canaries: [], words: [] } },
    ];
    for (const value of bad) {
      writeFileSync(path, JSON.stringify(value));
      assert.equal(readState(path), null, JSON.stringify(value));
    }
    const text = JSON.stringify(good);
    for (let length = 0; length < text.length; length += 7) {
      writeFileSync(path, text.slice(0, length));
      assert.equal(readState(path), null, text.slice(0, length));
    }
    writeFileSync(path, text);
    assert.notEqual(readState(path), null, 'and one that is whole is something');
  });

  test('that cannot be read is told to whoever asks', () => {
    const path = newPath();
    mkdirSync(path);
    assert.throws(() => readState(path), /EISDIR/);
  });
});

/** What is taken in, in its order. */
function replayed(ledger: FakeLedger, kept: Pick<KeptState, 'after'> | null): string[] {
  const taken: string[] = [];
  replay(ledger.reader, kept, { onCall: ({ id }) => void taken.push(id), onNote: ({ id }) => void taken.push(id) });
  return taken;
}

describe('taking in again', () => {
  test('begins behind the place that was kept, for calls and for notes', () => {
    const ledger = createFakeLedger();
    for (let at = 0; at < 3_500; at++) ledger.rows.push(rowOf(`c${at}`));
    for (let at = 0; at < 5; at++) ledger.note(canaryOf(0, { id: `n${at}` }));
    const taken = replayed(ledger, { after: { calls: 1_000, notes: 3 } });
    assert.equal(taken.length, 2_502);
    assert.ok(taken.includes('c1000') && !taken.includes('c999'));
    assert.ok(taken.includes('n3') && !taken.includes('n2'));
  });

  test('follows the order in which calls ended and notes were made', () => {
    const ledger = createFakeLedger();
    for (const [id, atMs] of [
      ['a', 0],
      ['b', 500],
      ['c', 1_000],
    ] as const)
      ledger.rows.push(rowOf(id, { atMs: NOON_MS + atMs, latencyMs: 100 }));
    ledger.rows.push(rowOf('batched', { atMs: NOON_MS + 1_200, latencyMs: null }));
    for (const [id, atMs] of [
      ['first', 0],
      ['second', 100],
      ['third', 650],
      ['last', 5_000],
    ] as const)
      ledger.note(canaryOf(0, { id, atMs: NOON_MS + atMs }));
    const order = ['first', 'second', 'a', 'b', 'third', 'c', 'batched', 'last'];
    assert.deepEqual(replayed(ledger, null), order);
  });

  test('takes the newest alone where nothing was kept, and does not hold up a start for what is very old', () => {
    const ledger = createFakeLedger();
    for (let at = 0; at < 21_000; at++) ledger.rows.push(rowOf(`c${at}`));
    for (let at = 0; at < 21_000; at++) ledger.note(canaryOf(0, { id: `n${at}` }));
    const taken = new Set(replayed(ledger, null));
    assert.equal(taken.size, 40_000);
    for (const id of ['c20999', 'c1000', 'n20999', 'n1000']) assert.ok(taken.has(id), id);
    assert.equal(new Set(replayed(ledger, { after: { calls: 0, notes: 0 } })).size, 42_000);
  });

  test('is left in the middle without harm', () => {
    const ledger = createFakeLedger();
    let isOpen = true;
    const { notes } = ledger.reader;
    ledger.reader.notes = function* (query) {
      try {
        yield* notes(query);
      } finally {
        isOpen = false;
      }
    };
    for (let at = 0; at < 3; at++) ledger.note(canaryOf(0));
    const break_ = (): never => assert.fail('broken');
    assert.throws(() => replay(ledger.reader, null, { onCall: break_, onNote: break_ }), /broken/);
    assert.equal(isOpen, false, 'the ledger is not read any more');
  });
});

/** A gateway that takes in calls and canaries, each of which must count once over all of its lives. */
class Life {
  readonly counts: Map<string, number>;
  readonly seen: Seen;
  private readonly ledger: FakeLedger;

  constructor(ledger: FakeLedger, kept: KeptState | null) {
    this.ledger = ledger;
    this.counts = new Map(Object.entries((kept?.parts.counts ?? {}) as Record<string, number>));
    this.seen = seenOf(kept?.seen.calls, kept?.seen.canaries);
    replay(ledger.reader, kept, {
      onCall: ({ id }) => this.take('calls', id),
      onNote: ({ id }) => this.take('canaries', id),
    });
  }

  take(kind: 'calls' | 'canaries', id: string): void {
    if (this.seen[kind].add(id)) this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
  }

  keep(path: string): void {
    const parts = { counts: Object.fromEntries(this.counts) };
    writeState(path, { parts, seen: this.seen, ends: this.ledger.reader.ends() });
  }
}

describe('state and ledger together', () => {
  test('are the same as having seen everything, wherever the state was kept and the process was killed', () => {
    const step = fc.oneof(
      { weight: 12, arbitrary: fc.record({ do: fc.constantFrom('call', 'canary'), late: fc.nat(30) }) },
      { weight: 2, arbitrary: fc.constant({ do: 'keep', late: 0 }) },
      { weight: 1, arbitrary: fc.constant({ do: 'kill', late: 0 }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const path = newPath();
        const ledger = createFakeLedger();
        let life = new Life(ledger, null);
        /** What is in the ledger and comes to be watched so many steps later. */
        let late: { at: number; kind: 'calls' | 'canaries'; id: string }[] = [];
        for (const [at, one] of [...steps, { do: 'kill', late: 0 }].entries()) {
          for (const { kind, id } of late.filter((waiting) => waiting.at <= at)) life.take(kind, id);
          late = late.filter((waiting) => waiting.at > at);
          const [id, atMs] = [`${one.do}-${at}`, NOON_MS + at * 1000];
          if (one.do === 'keep') life.keep(path);
          else if (one.do === 'kill') {
            late = [];
            life = new Life(ledger, readState(path));
          } else if (one.do === 'call') {
            ledger.rows.push(rowOf(id, { atMs }));
            late.push({ at: at + one.late, kind: 'calls', id });
          } else {
            ledger.note(canaryOf(0, { id, atMs }));
            late.push({ at: at + one.late, kind: 'canaries', id });
          }
        }
        const all = [...ledger.rows, ...ledger.notes].map(({ id }) => [id, 1]);
        assert.deepEqual(Object.fromEntries(life.counts), Object.fromEntries(all));
        rmSync(path, { force: true });
      }),
      { numRuns: 150 },
    );
  });

  test('count a canary once, however many calls came after it', () => {
    const path = newPath();
    const ledger = createFakeLedger();
    const random = createRandom(11);
    let life = new Life(ledger, null);
    for (let at = 0; at < 30_000; at++) {
      const id = `c${at}`;
      ledger.rows.push(rowOf(id));
      life.take('calls', id);
      if (random() > 0.02) continue;
      ledger.note(canaryOf(0, { id: `can_${at}` }));
      life.take('canaries', `can_${at}`);
      if (random() > 0.02) continue;
      life.keep(path);
      life = new Life(ledger, readState(path));
    }
    const counts = new Set(life.counts.values());
    assert.deepEqual([life.counts.size, counts], [ledger.rows.length + ledger.notes.length, new Set([1])]);
  });
});
