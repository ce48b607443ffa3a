// What tests of rows out of notes share: a ledger with calls and notes, and the requests that were captured beside it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Note } from '../../call/note.ts';
import type { CallRow } from '../../call/row.ts';
import { toUsage } from '../../call/usage.ts';
import { capturedFolder } from '../../capture/capture.ts';
import type { CapturedCall } from '../../capture/captured-call.ts';
import type { Config, TaskConfig } from '../../config/config.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { type LedgerReader, openLedgerReader } from '../../ledger/reader.ts';
import { sampleRow } from '../../ledger/sample-row.test.ts';

/** A call of the task `label` that `small` answered. */
export function answered(id: string, more: Partial<CallRow> = {}): CallRow {
  const usage = toUsage({ inputTokens: 100, outputTokens: 10 });
  const row = sampleRow({ id, tenant: 'acme', task: 'label', model: 'small', usage, costNanoUsd: 500_000 });
  const [attempt] = row.attempts;
  const attempts =
    attempt === undefined ? [] : [{ ...attempt, model: 'small', status: 'ok' as const, usage, costNanoUsd: 120_000 }];
  return { ...row, attempts, ...more };
}

export function asked(id: string, text: string, more: Partial<CapturedCall> = {}): CapturedCall {
  return {
    id,
    at: '2026-11-28T12:00:00.000Z',
    tenant: 'acme',
    task: 'label',
    path: '/v1/chat/completions',
    dialect: 'openai-chat',
    model: 'auto/label',
    stream: false,
    headers: {},
    masked: true,
    body: { model: 'auto/label', messages: [{ role: 'user', content: text }] },
    ...more,
  };
}

let noted = 0;

export function note(kind: Note['kind'], about: string, body: Note['body'], more: Partial<Note> = {}): Note {
  return { id: `n${++noted}`, kind, atMs: noted, tenant: 'acme', task: 'label', about, costs: [], body, ...more };
}

/** What a client said of the answer of `small`. */
export function said(about: string, body: Note['body'], more: Partial<Note> = {}): Note {
  const rest = { score: null, label: null, comment: null, reference: null, model: 'small' };
  return note('feedback', about, { source: 'client', ...rest, ...body }, more);
}

export interface Noted {
  calls: readonly CallRow[];
  notes: readonly Note[];
  captured: readonly CapturedCall[];
}

/** Writes the ledger of a configuration, and what was captured beside it. */
export async function writeNoted({ ledger: { path } }: Config, { calls, notes, captured }: Noted): Promise<void> {
  const ledger = openLedger({ path });
  for (const call of calls) void ledger.record(call);
  for (const one of notes) void ledger.note(one);
  await ledger.close();
  const folder = capturedFolder(path);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '2026-11-28.0000.jsonl'), captured.map((call) => `${JSON.stringify(call)}\n`).join(''));
}

/** Its task `label` and what rows are made from. */
export function notedSource(config: Config): {
  task: TaskConfig;
  source: { config: Config; ledger: LedgerReader; captured: string; models: null };
} {
  const task = config.tasks.get('label');
  if (task === undefined) throw new TypeError('the configuration has no task label');
  const { path } = config.ledger;
  const ledger = openLedgerReader(path);
  return { task, source: { config, ledger, captured: capturedFolder(path), models: null } };
}
