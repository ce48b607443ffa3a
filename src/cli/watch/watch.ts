// tierline watch: what has changed for the worse, what is done about it, and a person's word on that. A running gateway hears it within a second.
import { createNoteIds } from '../../call/note-id.ts';
import { showText, showTime } from '../../ledger/display.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { parseTime } from '../../ledger/period.ts';
import { openLedgerReader } from '../../ledger/reader.ts';
import { readStanding, type WatchStanding } from '../../lifecycle/watch-standing.ts';

export interface WatchOptions {
  ledger: string;
  since: string;
  json?: boolean | undefined;
  nowMs: number;
}

/** Throws a sentence for a missing ledger or an unreadable time. */
export function watchCommand({ ledger, since, json, nowMs }: WatchOptions, print: (text: string) => void): void {
  const reader = openLedgerReader(ledger);
  try {
    const standing = readStanding(reader, { sinceMs: parseTime(since, nowMs), nowMs });
    print(json === true ? JSON.stringify(standing, null, 2) : toText(standing, since));
  } finally {
    reader.close();
  }
}

const LATELY = 20;

function toText({ alerts, bypasses, lately }: WatchStanding, since: string): string {
  const standing =
    alerts.length === 0
      ? ['Nothing stands.']
      : [
          'Standing:',
          ...alerts.map(
            ({ severity, sinceMs, sentence }) => `  ${severity} since ${showTime(sinceMs)}  ${showText(sentence)}`,
          ),
        ];
  const done = bypasses.map(
    ({ task, model, untilMs, why }) =>
      `  ${showText(task)} goes without ${showText(model)} until ${showTime(untilMs)}. ${showText(why)}`,
  );
  const past = lately.slice(-LATELY).map(({ atMs, sentence }) => `  ${showTime(atMs)}  ${showText(sentence)}`);
  return [
    ...standing,
    ...(done.length === 0 ? [] : ['', 'Done about it (`tierline watch undo <task>` ends it):', ...done]),
    ...(past.length === 0 ? [] : ['', `In the last ${since}:`, ...past]),
  ].join('\n');
}

export interface WordOptions {
  ledger: string;
  task: string;
  by: string;
  nowMs: number;
}

const nextId = createNoteIds('act');

/** Says that a task is as it should be (`accept`), or ends what is done about it (`undo`). Rejects for a missing ledger. */
export async function sayCommand(
  action: 'accept' | 'undo',
  { ledger: path, task, by, nowMs }: WordOptions,
  print: (text: string) => void,
): Promise<void> {
  // There has to be one: a name that is misspelt would make a new one.
  openLedgerReader(path).close();
  const ledger = openLedger({ path });
  const note = { id: nextId(), kind: 'action', atMs: nowMs, tenant: 'default', task, about: null, costs: [] } as const;
  await ledger.note({ ...note, body: { action, by } });
  await ledger.close();
  print(
    action === 'accept'
      ? `${task}: how it is now is the usual from here on; everything is learned anew.`
      : `${task}: nothing is left out any more.`,
  );
}
