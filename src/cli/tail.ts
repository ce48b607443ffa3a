// tierline tail: one line per call, as calls end. Reads the ledger; the gateway does not notice.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptRow, CallRow } from '../call/row.ts';
import { totalInputTokens } from '../call/usage.ts';
import { showCount, showDuration, showModel, showText, showTime, showUsd, UNKNOWN } from '../ledger/display.ts';
import { type LedgerEntry, openLedgerReader } from '../ledger/reader.ts';

export interface TailOptions {
  /** Path of the ledger file. */
  ledger: string;
  /** How many of the newest calls to begin with; 20 when not said. */
  lines?: number;
  follow?: boolean;
  /** Whether every line has the id of its call. */
  ids?: boolean;
  json?: boolean;
  /** Ends following. */
  signal?: AbortSignal;
  /** Time between two looks when following; 200 when not said. */
  pollMs?: number;
}

const BATCH = 500;

/** Prints calls; when following, returns after `signal`. Throws a sentence when there is no ledger. */
export async function tailCommand(options: TailOptions, print: (text: string) => void): Promise<void> {
  const reader = openLedgerReader(options.ledger);
  const show = (entries: LedgerEntry[]): void => {
    for (const { row } of entries)
      print(options.json === true ? `${JSON.stringify(row)}\n` : toLine(row, options.ids === true));
  };
  try {
    // One is read even when none is shown: following begins after it.
    const newest = reader.calls({ limit: Math.max(options.lines ?? 20, 1) });
    if (options.lines !== 0) show(newest);
    if (options.follow !== true) return;
    let last = newest.at(-1)?.seq ?? 0;
    while (options.signal?.aborted !== true) {
      const entries = reader.calls({ afterSeq: last, limit: BATCH });
      show(entries);
      last = entries.at(-1)?.seq ?? last;
      if (entries.length < BATCH)
        await sleep(options.pollMs ?? 200, undefined, { signal: options.signal }).catch(() => {});
    }
  } finally {
    reader.close();
  }
}

/** Attempts beside the one that answered, and what became of them: `tried haiku (json_schema), sonnet (late)`. */
function triedBy({ attempts, model }: CallRow): string {
  const answered = attempts.findLast((attempt) => attempt.model === model && attempt.stopped === null);
  const others = attempts.filter((attempt) => attempt !== answered);
  // A call with a single attempt that failed says so in its status already.
  if (attempts.length < 2 || others.length === 0) return '';
  return `tried ${others.map(toTried).join(', ')}`;
}

/** What chose the first model of a predicted route; a forecast that was followed is nothing to tell. */
function foreseenBy({ prediction }: CallRow): string {
  if (prediction === null || prediction.how === 'predicted' || prediction.how === 'pinned') return '';
  return prediction.why === null ? prediction.how : `${prediction.how} (${prediction.why.replace('_', ' ')})`;
}

function toTried({ model, verdicts, stopped, errorCode }: AttemptRow): string {
  const why = verdicts?.find(({ pass }) => !pass)?.gate ?? stopped ?? errorCode;
  return why === null ? showText(model) : `${showText(model)} (${showText(why)})`;
}

function toLine(row: CallRow, hasId: boolean): string {
  const status = row.errorCode === null ? row.status : `${row.status} ${showText(row.errorCode)}`;
  const { usage } = row;
  const tokens = usage === null ? UNKNOWN : `${showCount(totalInputTokens(usage))} / ${showCount(usage.outputTokens)}`;
  const columns = [
    showTime(row.atMs),
    hasId ? showText(row.id) : '',
    showText(row.task).padEnd(16),
    showModel(row).padEnd(22),
    status.padEnd(11),
    tokens.padStart(14),
    showUsd(row.costNanoUsd).padStart(10),
    showDuration(row.latencyMs).padStart(8),
    row.ttftMs === null ? '' : `first ${showDuration(row.ttftMs)}`,
    foreseenBy(row),
    triedBy(row),
  ].filter((column) => column !== '');
  return `${columns.join('  ').trimEnd()}\n`;
}
