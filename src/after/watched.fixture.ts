// What the tests of watching share: an alarm, notes, a configuration, and a ledger that is two lists.
import type { Note } from '../call/note.ts';
import type { CallRow } from '../call/row.ts';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/load.ts';
import type { NotesQuery } from '../ledger/notes.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { sampleAttempt, sampleRow } from '../ledger/sample-row.test.ts';
import type { Alarm } from '../watch/alarm.ts';

export const NOON_MS = Date.UTC(2026, 2, 1, 12);
export const HOUR_MS = 3_600_000;

export function alarmOf(more: Partial<Alarm> = {}): Alarm {
  return {
    key: `${more.rule ?? 'pass_rate'}/${more.task ?? 't'}`,
    rule: 'pass_rate',
    task: 't',
    segment: null,
    severity: 'critical',
    atMs: NOON_MS,
    sentence: 't: it is worse.',
    evidence: { now: 0.5 },
    isEvent: false,
    ...more,
  };
}

let count = 0;

export function noteOf(more: Partial<Note>): Note {
  const id = `note-${++count}`;
  return { id, kind: 'action', atMs: NOON_MS, tenant: 'default', task: 't', about: null, costs: [], body: {}, ...more };
}

/** A graded canary of the task t that has cost a thousandth of a dollar. */
export function canaryOf(gap: number | null, more: Partial<Note> = {}): Note {
  const costs = [{ model: 'strong', tier: 'frontier', provider: 'up', nanoUsd: 1_000_000 }];
  const note = noteOf({ kind: 'canary', about: 'call', costs, ...more });
  return { ...note, body: { gap, segments: ['tenant:acme'], arm: null, ...more.body } };
}

/** A word of a person. */
export function wordOf(action: 'accept' | 'undo', more: Partial<Note> = {}): Note {
  return noteOf({ body: { action, by: 'ann' }, ...more });
}

/** A call of the task t that the model cheap has answered. */
export function rowOf(id: string, more: Partial<CallRow> = {}): CallRow {
  const attempt = sampleAttempt({ model: 'cheap', provider: 'up', upstreamModel: 'cheap' });
  const own = { id, task: 't', model: 'cheap', provider: 'up', responseModel: 'cheap', planned: ['cheap', 'strong'] };
  return sampleRow({ ...own, atMs: NOON_MS, latencyMs: 100, attempts: [attempt], ...more });
}

/** Two models of which the strong one is the baseline, one that judges, and a task t that the cheap one answers. */
export function configOf(more = '', { file = '/nowhere/tierline.yaml', url = 'http://127.0.0.1:9/v1' } = {}): Config {
  const text = `
providers: { up: { dialect: openai, base_url: "${url}", auth: none } }
models:
  cheap: { use: up/cheap, tier: small, price: { input: 1, output: 2 } }
  strong: { use: up/strong, tier: frontier, price: { input: 10, output: 20 } }
  judge: { use: up/judge, price: { input: 1, output: 1 } }
baseline: strong
ledger: { path: ledger.db }
${more.includes('tasks:') ? '' : 'tasks: { t: { route: cheap } }'}
${more.includes('alerts:') ? '' : 'alerts: { to: [] }'}
${more}`;
  return parseConfig(text, { file, env: {} });
}

export interface FakeLedger {
  rows: CallRow[];
  notes: Note[];
  /** Notes with an id that is there already are not put in. */
  note: (note: Note) => void;
  reader: Pick<LedgerReader, 'calls' | 'notes' | 'ends' | 'close'>;
  isClosed: () => boolean;
}

export function createFakeLedger(): FakeLedger {
  const rows: CallRow[] = [];
  const notes: Note[] = [];
  const ids = new Set<string>();
  let isClosed = false;
  return {
    rows,
    notes,
    isClosed: () => isClosed,
    note: (note) => {
      if (ids.has(note.id)) return;
      ids.add(note.id);
      notes.push(note);
    },
    reader: {
      calls: ({ limit = 20, afterSeq = 0 } = {}) =>
        rows.slice(afterSeq, afterSeq + limit).map((row, at) => ({ seq: afterSeq + at + 1, row })),
      *notes({ kind, afterSeq = 0, sinceMs = 0 }: NotesQuery = {}) {
        for (let at = afterSeq; at < notes.length; at++) {
          const note = notes[at] as Note;
          if (note.atMs >= sinceMs && (kind === undefined || note.kind === kind)) yield { seq: at + 1, note };
        }
      },
      ends: () => ({ calls: rows.length, notes: notes.length }),
      close: () => (isClosed = true),
    },
  };
}
