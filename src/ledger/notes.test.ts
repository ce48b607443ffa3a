import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import * as fc from 'fast-check';
import { NOTE_KINDS, type Note, toNote } from '../call/note.ts';
import { openLedger } from './ledger.ts';
import { openLedgerReader } from './reader.ts';
import { sampleRow } from './sample-row.test.ts';

const AT = Date.UTC(2026, 10, 28, 12);

function note(more: Partial<Note> = {}): Note {
  return {
    id: 'note_1',
    kind: 'canary',
    atMs: AT,
    tenant: 'acme',
    task: 'triage',
    about: 'req_1',
    costs: [{ model: 'opus', tier: 'frontier', provider: 'anthropic', nanoUsd: 5_000_000 }],
    body: { gap: -1, why: 'tab\tnew\nline "quoted" ü' },
    ...more,
  };
}

function pathFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'ledger.db');
}

async function written(t: TestContext, notes: readonly Note[], rows = 0): Promise<string> {
  const path = pathFor(t);
  const ledger = openLedger({ path });
  for (let at = 0; at < rows; at++) void ledger.record(sampleRow({ id: `req_${at}`, tenant: 'acme', task: 'triage' }));
  for (const one of notes) await ledger.note(one);
  await ledger.close();
  return path;
}

test('a note comes back as it was made', async (t) => {
  const path = await written(t, [note()], 1);
  const reader = openLedgerReader(path);
  t.after(() => reader.close());
  assert.deepEqual([...reader.notes()], [{ seq: 1, note: note() }]);
});

test('any note comes back, among rows', async () => {
  const some = fc.record({
    kind: fc.constantFrom(...NOTE_KINDS),
    tenant: fc.string(),
    task: fc.option(fc.string()),
    about: fc.option(fc.string()),
    body: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(some, { maxLength: 8 }), async (parts) => {
      const notes = parts.map((part, at) => note({ ...part, id: `n${at}` }));
      const ledger = openLedger({ path: ':memory:' });
      for (const one of notes) {
        void ledger.record(sampleRow({ id: `r-${one.id}` }));
        void ledger.note(one);
      }
      await ledger.flush();
      const reader = openLedgerReader(ledger.path);
      const read = [...reader.notes()].map((placed) => placed.note);
      const skipped = reader.skippedLines();
      const calls = reader.calls({ limit: 100 }).length;
      reader.close();
      await ledger.close();
      assert.deepEqual(read, JSON.parse(JSON.stringify(notes)));
      assert.equal(skipped, 0);
      assert.equal(calls, notes.length);
    }),
    { numRuns: 12 },
  );
});

test('notes are asked for by kind, call, task, tenant, time and place', async (t) => {
  const notes = [
    note({ id: 'a' }),
    note({ id: 'b', kind: 'feedback', about: 'req_2', tenant: 'beta' }),
    note({ id: 'c', atMs: AT + 60_000, task: 'other', about: null }),
  ];
  const path = await written(t, notes);
  const reader = openLedgerReader(path);
  t.after(() => reader.close());
  const ids = (query: Parameters<typeof reader.notes>[0]) => [...reader.notes(query)].map((one) => one.note.id);
  assert.deepEqual(ids({ kind: 'canary' }), ['a', 'c']);
  assert.deepEqual(ids({ about: 'req_2' }), ['b']);
  assert.deepEqual(ids({ task: 'other' }), ['c']);
  assert.deepEqual(ids({ tenant: 'beta' }), ['b']);
  assert.deepEqual(ids({ sinceMs: AT + 1 }), ['c']);
  assert.deepEqual(ids({ afterSeq: 1 }), ['b', 'c']);
  assert.deepEqual(ids({ kind: 'canary', afterSeq: 1 }), ['c']);
});

test('a note that comes twice is there once, and its cost counts once', async (t) => {
  const path = await written(t, [note(), note()]);
  const reader = openLedgerReader(path);
  t.after(() => reader.close());
  assert.equal([...reader.notes()].length, 1);
  assert.equal(reader.report({ by: 'task' }).total.canaryNanoUsd, 5_000_000);
});

test('what canaries cost is part of the cost, and no part of the savings', async (t) => {
  const judge = { model: 'haiku', tier: 'small', provider: 'anthropic', nanoUsd: 1_000_000 };
  const costs = [...note().costs, judge];
  const plain = openLedgerReader(await written(t, [], 2));
  const watched = openLedgerReader(
    await written(t, [note({ costs }), note({ id: 'u', costs: [{ ...judge, nanoUsd: null }] })], 2),
  );
  t.after(() => {
    plain.close();
    watched.close();
  });
  const before = plain.report({ by: 'task' }).total;
  const after = watched.report({ by: 'task' }).total;
  assert.equal(after.calls, 2);
  assert.equal(after.canaries, 2);
  assert.equal(after.canaryNanoUsd, 6_000_000);
  assert.equal(after.canaryUnknown, 1);
  assert.equal(after.costNanoUsd, (before.costNanoUsd ?? 0) + 6_000_000);
  assert.equal(after.savingsNanoUsd, (before.savingsNanoUsd ?? 0) - 6_000_000);
});

test('each model is told what its canaries cost', async (t) => {
  const path = await written(t, [note()]);
  const reader = openLedgerReader(path);
  t.after(() => reader.close());
  const [row] = reader.report({ by: 'model' }).rows;
  assert.deepEqual([row?.key, row?.calls, row?.canaries, row?.costNanoUsd], ['opus', 0, 1, 5_000_000]);
});

test('notes other than canaries count for nothing in reports', async (t) => {
  const path = await written(t, [note({ kind: 'feedback' })]);
  const reader = openLedgerReader(path);
  t.after(() => reader.close());
  assert.deepEqual(reader.report({ by: 'task' }).rows, []);
});

test('what lacks a member, or has one of another kind, is no note', () => {
  assert.equal(toNote({ ...note(), kind: 'gossip' }), null);
  assert.equal(toNote({ ...note(), costs: [{ model: 'a' }] }), null);
  assert.equal(toNote({ ...note(), body: [] }), null);
  assert.equal(toNote(null), null);
  assert.deepEqual(toNote(note()), note());
});

test('a closed ledger takes no note', async () => {
  const ledger = openLedger({ path: ':memory:' });
  await ledger.close();
  await ledger.note(note());
  assert.equal(ledger.health().dropped, 1);
});
