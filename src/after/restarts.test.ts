// What a restart, or somebody's word while no gateway runs, makes of what watching knows: nothing is counted twice, and nothing that was settled
// comes back.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Note } from '../call/note.ts';
import type { Plan } from '../call/plan.ts';
import type { CallRow } from '../call/row.ts';
import { BASE, parse } from '../config/sample.test.ts';
import type { NotesQuery } from '../ledger/notes.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { sampleRow } from '../ledger/sample-row.test.ts';
import type { Call, Ended, Engine } from '../router.ts';
import { appendEvent } from '../watch/rollout/events.ts';
import type { Evidence } from '../watch/rollout/evidence.ts';
import { readState, writeState } from './kept-state.ts';
import { Watching } from './watching.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const WATCHED = `${BASE}
baseline: mid
tasks: { t: { route: small } }
canary: { share: 100%, budget_usd: 10 }
watch: { actions: { bypass: 1h } }
`;

/** A ledger in memory: what is noted and recorded is there at once. */
class Book {
  readonly rows: CallRow[] = [];
  readonly list: Note[] = [];
  readonly note = (note: Note): void => void this.list.push(note);

  reader(): LedgerReader {
    const { rows, list } = this;
    const part = {
      ends: () => ({ calls: rows.length, notes: list.length }),
      calls: ({ afterSeq = 0, limit = 1000 }: { afterSeq?: number; limit?: number } = {}) =>
        rows
          .map((row, at) => ({ seq: at + 1, row }))
          .filter(({ seq }) => seq > afterSeq)
          .slice(0, limit),
      notes: ({ afterSeq = 0, sinceMs = 0, kind }: NotesQuery = {}) =>
        list
          .map((note, at) => ({ seq: at + 1, note }))
          .filter(({ seq, note }) => seq > afterSeq && note.atMs >= sinceMs && (kind ?? note.kind) === note.kind),
    };
    return part as unknown as LedgerReader;
  }
}

interface World {
  book: Book;
  start: (written?: string) => Watching;
  statePath: string;
  folder: string;
}

function world(t: TestContext): World {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-restarts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const statePath = join(folder, 'watch.json');
  const book = new Book();
  const start = (written = WATCHED): Watching => {
    const config = parse(written);
    const parts = { config, warn: () => undefined, note: book.note, reprofile: () => undefined, nowMs: () => NOW };
    const watching = new Watching({ ...parts, rolloutEvents: join(folder, 'rollouts.jsonl') });
    watching.limit(config);
    watching.open(book.reader(), readState(statePath));
    return watching;
  };
  return { book, start, statePath, folder };
}

function keep(watching: Watching, { statePath, book }: World): void {
  writeState(statePath, { ...watching.state(), ends: book.reader().ends() });
}

const said = (action: string, task = 't'): Note => ({
  id: `act_${action}`,
  kind: 'action',
  atMs: NOW,
  tenant: 'default',
  task,
  about: null,
  costs: [],
  body: { action, by: 'ann' },
});

const grade = (id: string, about: string): Note => ({
  ...said('x'),
  id,
  kind: 'grade',
  about,
  body: { better: 'reference', by: 'ann' },
});

const canary = (at: number, gap: number, arm: object | null = null): Note => ({
  id: `can_${at}`,
  kind: 'canary',
  atMs: NOW - 1000,
  tenant: 'default',
  task: 't',
  about: `req_${at}`,
  costs: [],
  body: { gap, model: 'small', segments: [], ...(arm === null ? {} : { arm: { ...arm } }) },
});

const call = (watching: Watching, config: string, row: Partial<CallRow>): Promise<void> => {
  const parsed = parse(config);
  const afterwards = watching.under(parsed, () => ({}) as Engine) ?? assert.fail();
  const inbound = { kind: 'embedding', bytes: 10, ask: '', runsLater: false };
  const full = sampleRow({ task: 't', atMs: NOW, arm: null, ...row });
  afterwards.ended({
    call: { id: full.id, inbound, tenant: 'default', atMs: NOW },
    plan: { task: 't', arm: full.arm },
    row: full,
    fingerprint: null,
    answer: () => null,
  } as unknown as Ended);
  return new Promise((resolve) => setImmediate(resolve));
};

test('a canary counts once in a rollout, however many calls were watched since', (t) => {
  const it = world(t);
  const written = `${WATCHED}rollouts: { t: { candidate: mid, min_calls: 5000 } }\n`;
  const first = it.start(written);
  const { rollout, percent } = first.rollouts.rolloutOf('t') ?? assert.fail();
  const arm = { rollout, percent, arm: 'base' };
  for (let at = 0; at < 50; at++) it.book.note(canary(at, 0, arm));
  let watching = it.start(written);
  const canaries = (): number => watching.rollouts.snapshot()['t']?.evidence.canaries.base ?? 0;
  assert.equal(canaries(), 50);
  for (let at = 0; at < 10_000; at++) it.book.rows.push(sampleRow({ id: `req_${at}`, task: 't', atMs: NOW }));
  keep(watching, it);
  watching = it.start(written);
  keep(watching, it);
  for (let at = 10_000; at < 20_000; at++) it.book.rows.push(sampleRow({ id: `req_${at}`, task: 't', atMs: NOW }));
  watching = it.start(written);
  keep(watching, it);
  watching = it.start(written);
  assert.equal(canaries(), 50);
});

test('what a step has told already is not told again by the ledger, where the state is gone', (t) => {
  const it = world(t);
  const written = `${WATCHED}rollouts: { t: { candidate: mid, min_calls: 5000 } }\n`;
  let watching = it.start(written);
  const { rollout } = watching.rollouts.rolloutOf('t') ?? assert.fail();
  for (let at = 0; at < 50; at++) it.book.note(canary(at, 0, { rollout, percent: 5, arm: 'base' }));
  watching = it.start(written);
  const known = (): Evidence => watching.rollouts.snapshot()['t']?.evidence ?? assert.fail();
  const event = { event: 'step', task: 't', rollout, percent: 25, by: 'tierline', why: 'Good enough.' } as const;
  appendEvent(join(it.folder, 'rollouts.jsonl'), { at: '2026-11-28T12:00:00Z', ...event, evidence: known() });
  for (let at = 50; at < 57; at++) it.book.note(canary(at, 0, { rollout, percent: 25, arm: 'base' }));
  watching = it.start(written);
  assert.equal(known().canaries.base, 57);
  assert.equal(known().before.canaries.base, 50);
});

test('what a person has accepted does not come back with a restart', (t) => {
  const it = world(t);
  for (let at = 0; at < 1000; at++) it.book.note(canary(at, at % 2 === 0 ? -1 : 0));
  it.book.note(said('accept'));
  const watching = it.start();
  watching.heard(grade('grd_1', 'can_5000'));
  assert.deepEqual(watching.alerts.active(), []);
});

test('a word that is said while no gateway runs is heard by the next one', (t) => {
  const it = world(t);
  const body = { action: 'bypass', model: 'small', why: 'worse', untilMs: NOW + 1e6, instead: 'mid' };
  it.book.note({ ...said('bypass'), body });
  assert.ok(it.start().bypassOf('t'));
  it.book.note(said('undo'));
  assert.equal(it.start().bypassOf('t'), null);
});

test('a person who grades a canary again corrects it', (t) => {
  const it = world(t);
  const watching = it.start();
  const graded = (): number => {
    const { usual } = watching as unknown as { usual: { gaps: { of: (task: string) => { graded: number }[] } } };
    return usual.gaps.of('t')[0]?.graded ?? 0;
  };
  it.book.note(canary(1, 0));
  watching.heard(grade('grd_1', 'can_1'));
  watching.heard(grade('grd_2', 'can_1'));
  assert.equal(graded(), 1);
});

test('a rollout is not begun anew where its events cannot be read', (t) => {
  const it = world(t);
  const written = `${WATCHED}rollouts: { t: { candidate: mid } }\n`;
  const path = join(it.folder, 'rollouts.jsonl');
  writeFileSync(path, 'not an event\n');
  it.start(written);
  assert.equal(readFileSync(path, 'utf8'), 'not an event\n');
});

test('calls that name their model do not say who answers first', async (t) => {
  const it = world(t);
  for (let at = 0; at < 1000; at++) it.book.note(canary(at, -1));
  const watching = it.start();
  for (let at = 0; at < 20; at++)
    await call(watching, WATCHED, { id: `req_${at}`, planned: ['small'], model: 'small' });
  const reasons = [{ step: 'request' as const, say: 'the client asked for mid' }];
  await call(watching, WATCHED, { id: 'req_named', planned: ['mid'], model: 'mid', reasons });
  await call(watching, WATCHED, { id: 'req_ruled', planned: ['mid'], model: 'mid' });
  watching.heard(grade('grd_1', 'can_5000'));
  assert.deepEqual([...(watching.bypassOf('t')?.models.keys() ?? [])], ['small']);
});

test('an alarm that stands keeps rollouts where they are, after a restart too', (t) => {
  const it = world(t);
  for (let at = 0; at < 1000; at++) it.book.note(canary(at, -1));
  const frozen = WATCHED.replace('bypass: 1h', 'freeze_rollouts: true');
  const first = it.start(frozen);
  first.heard(grade('grd_1', 'can_5000'));
  keep(first, it);
  const frozenBy = (watching: Watching): string | null =>
    (watching as unknown as { actions: { frozenBy: (task: string) => string | null } }).actions.frozenBy('t');
  assert.match(frozenBy(first) ?? '', /worse/);
  assert.match(frozenBy(it.start(frozen)) ?? '', /worse/);
});

test('a bad candidate is the business of its rollout: the route of everybody else keeps its model', async (t) => {
  const it = world(t);
  const written = `${WATCHED}rollouts: { t: { candidate: mid, min_calls: 5000 } }\n`;
  const watching = it.start(written);
  const { rollout, percent } = watching.rollouts.rolloutOf('t') ?? assert.fail();
  await call(watching, written, { id: 'req_1', planned: ['small'], model: 'small' });
  for (let at = 0; at < 1000; at++) {
    const body = { ...grade(`grd_${at}`, '').body, arm: { rollout, percent, arm: 'candidate' }, segments: [] };
    watching.heard({ ...grade(`grd_${at}`, `can_${at}`), body });
  }
  assert.equal(watching.rollouts.snapshot()['t']?.evidence.canaries.candidate, 1000, 'a person grades rollouts too');
  assert.equal(watching.bypassOf('t'), null);
  assert.deepEqual([...new Set(watching.alerts.active().map(({ rule }) => rule))], ['rollout']);
});

test('a candidate that everybody is on is watched as the route of the task', (t) => {
  const it = world(t);
  for (let at = 0; at < 1000; at++) it.book.note(canary(at, -1, { rollout: 'r', percent: 100, arm: 'candidate' }));
  const watching = it.start();
  watching.heard(grade('grd_1', 'can_5000'));
  assert.equal(watching.alerts.active().length, 1);
});

test('what a private task or tenant asks is not kept for a person, unless its calls are', (t) => {
  const it = world(t);
  const wants = (more: string, tenant = 'default'): boolean => {
    const written = `providers: { simulated: {} }
models: { small: simulated/sim-small, mid: simulated/sim-mid }
baseline: mid
canary: { share: 100%, budget_usd: 10, grade: person }
${more}`;
    const afterwards = it.start(written).under(parse(written), () => ({}) as Engine) ?? assert.fail();
    const inbound = { kind: 'chat', runsLater: false };
    return afterwards.wantsAnswer({ id: 'req_1', inbound, tenant } as Call, { task: 't', arm: null } as Plan);
  };
  assert.equal(wants('tasks: { t: { route: small } }'), true);
  assert.equal(wants('tasks: { t: { route: small, private: true } }'), false);
  assert.equal(wants('tasks: { t: { route: small, private: true } }\ncapture: { tasks: [t], share: 10% }'), true);
  assert.equal(wants('tasks: { t: { route: small } }\ntenants: { acme: { private: true } }', 'acme'), false);
});

test('what another gateway on the same ledger spends on canaries is of the same budget', (t) => {
  const watching = world(t).start();
  const costs = [{ model: 'mid', tier: null, provider: null, nanoUsd: 5_000_000 }];
  watching.heard({ ...canary(1, 0), costs });
  const { canaries } = watching as unknown as { canaries: { standing: () => { spentNanoUsd: number } } };
  assert.equal(canaries.standing().spentNanoUsd, 5_000_000);
});
