import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Note } from '../../call/note.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { openLedgerReader } from '../../ledger/reader.ts';
import { canaryCommand } from './canary.ts';
import { type AskGrade, type GradeOptions, gradeCommand, type ShownPair } from './grade.ts';

const AT = Date.UTC(2026, 10, 28, 12);

function canary(at: number, body: Note['body'], more: Partial<Note> = {}): Note {
  return {
    id: `can_${at}`,
    kind: 'canary',
    atMs: AT + at,
    tenant: 'acme',
    task: 'triage',
    about: `req_${at}`,
    costs: [{ model: 'opus', tier: 'frontier', provider: 'p', nanoUsd: 2_000_000 }],
    body: { model: 'haiku', reference: 'opus', how: 'accept', segments: ['tenant:acme'], ...body },
    ...more,
  };
}

const pending = (at: number, more: Partial<Note> = {}): Note =>
  canary(
    at,
    {
      how: 'person',
      gap: null,
      turns: [{ role: 'user', text: 'Which?' }],
      answers: { cheap: `cheap ${at}`, reference: `dear ${at}` },
    },
    more,
  );

async function ledgerWith(t: TestContext, notes: readonly Note[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'ledger.db');
  const ledger = openLedger({ path });
  for (const note of notes) await ledger.note(note);
  await ledger.close();
  return path;
}

function show(path: string, options: { task?: string; since?: string; json?: boolean } = {}): string {
  let said = '';
  canaryCommand({ ledger: path, ...options }, (text) => (said = text), AT + 3_600_000);
  return said;
}

async function grade(
  path: string,
  { words = [], ...options }: Partial<GradeOptions> & { words?: Awaited<ReturnType<AskGrade>>[] },
): Promise<{ said: string; shown: ShownPair[] }> {
  let said = '';
  const shown: ShownPair[] = [];
  const ask: AskGrade = (pair) => {
    shown.push(pair);
    return Promise.resolve(words[shown.length - 1] ?? 'stop');
  };
  const draws = { nowMs: () => AT + 60_000, random: () => 0.9 };
  const code = await gradeCommand(
    { ledger: path, by: 'ann', ask, ...draws, ...options },
    { print: (text) => void (said += text), warn: () => assert.fail(), isTTY: false },
  );
  assert.equal(code, 0);
  return { said, shown };
}

const gradesIn = (path: string): unknown[] => {
  const reader = openLedgerReader(path);
  const grades = [...reader.notes({ kind: 'grade' })].map(({ note }) => [
    note.about,
    note.body['better'],
    note.body['by'],
  ]);
  reader.close();
  return grades;
};

test('gaps are shown by task and segment, in points, with what they cost', async (t) => {
  const notes = Array.from({ length: 100 }, (_, at) =>
    canary(at, { gap: at % 10 === 0 ? -1 : 0, segments: ['tenant:acme', at < 50 ? 'hours:08-12' : 'hours:12-16'] }),
  );
  const text = show(await ledgerWith(t, notes));
  assert.match(text, /triage +│ +100 │ +100 │ -10\.0 │ +-\d+\.\d to \S+ │ opus +│ +\$0\.2 /);
  assert.doesNotMatch(text, /tenant:acme/, 'every canary is of it');
  assert.match(text, /hours:08-12 +│ +│ +50 /);
  assert.match(text, /hold however often you look/);
});

test('without canaries it says how to have some', async (t) => {
  assert.match(show(await ledgerWith(t, [])), /^No canaries yet\. `canary` in the configuration/);
});

test('what waits for a person, and what could not be graded, is said', async (t) => {
  const path = await ledgerWith(t, [pending(1), canary(2, { gap: null, why: 'the judge could not be asked' })]);
  const text = show(path);
  assert.match(text, /triage: 1 wait for a person: tierline grade triage/);
  assert.match(text, /triage: 1 could not be graded/);
  const { tasks } = JSON.parse(show(path, { json: true })) as { tasks: object[] };
  assert.deepEqual(tasks, [
    {
      task: 'triage',
      canaries: 2,
      ungraded: 2,
      waiting: 1,
      costNanoUsd: 4_000_000,
      costUnknown: 0,
      references: ['opus'],
    },
  ]);
});

test('one task, and canaries since a time', async (t) => {
  const path = await ledgerWith(t, [
    canary(0, { gap: 0 }),
    canary(1, { gap: 0 }, { task: 'other', atMs: AT - 86_400_000 }),
  ]);
  assert.doesNotMatch(show(path, { task: 'triage' }), /other/);
  assert.doesNotMatch(show(path, { since: '2h' }), /other/);
  assert.match(show(path), /other/);
});

test('a person is shown both answers without being told whose they are, and every word is kept', async (t) => {
  const path = await ledgerWith(t, [pending(1), pending(2), pending(3), pending(4)]);
  const { said, shown } = await grade(path, { words: ['first', 'tie', 'skip', 'second'] });
  assert.deepEqual(shown[0], {
    place: '1 of 4, triage',
    turns: [{ role: 'user', text: 'Which?' }],
    first: 'cheap 1',
    second: 'dear 1',
  });
  assert.deepEqual(gradesIn(path), [
    ['can_1', 'cheap', 'ann'],
    ['can_2', 'tie', 'ann'],
    ['can_4', 'reference', 'ann'],
  ]);
  assert.match(said, /^3 graded/);
  assert.equal((await grade(path, {})).shown.length, 1, 'the one that was put off');
});

test('the places of the answers are drawn, and the word goes with the answer', async (t) => {
  const path = await ledgerWith(t, [pending(1)]);
  const { shown } = await grade(path, { words: ['first'], random: () => 0.1 });
  assert.equal(shown[0]?.first, 'dear 1');
  assert.deepEqual(gradesIn(path), [['can_1', 'reference', 'ann']]);
});

test('grades make gaps, and overrule a judge', async (t) => {
  const path = await ledgerWith(t, [pending(1), canary(2, { gap: 0, how: 'judge' })]);
  await grade(path, { id: 'can_1', better: 'reference' });
  await grade(path, { id: 'req_2', better: 'cheap' });
  const { gaps } = JSON.parse(show(path, { json: true })) as { gaps: { graded: number; mean: number }[] };
  assert.deepEqual([gaps[0]?.graded, gaps[0]?.mean], [2, 0]);
});

test('what is asked wrongly is said', async (t) => {
  const path = await ledgerWith(t, [pending(1)]);
  await assert.rejects(grade(path, { id: 'can_9', better: 'tie' }), /There is no canary can_9 in this ledger/);
  await assert.rejects(grade(path, { id: 'can_1' }), /--id and --better, both/);
  await assert.rejects(grade(path, { ask: null }), /1 wait, and here is nobody to ask/);
});

test('what waits is listed for programs', async (t) => {
  const path = await ledgerWith(t, [pending(1), pending(2, { task: 'other' })]);
  const { said } = await grade(path, { json: true, task: 'other' });
  assert.deepEqual(JSON.parse(said), [
    {
      id: 'can_2',
      call: 'req_2',
      task: 'other',
      turns: [{ role: 'user', text: 'Which?' }],
      answers: { cheap: 'cheap 2', reference: 'dear 2' },
    },
  ]);
});
