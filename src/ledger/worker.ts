// The ledger's own thread: tails the journal of its instance into SQLite, a group of rows per commit, and adopts the
// journals of dead instances. It must never touch a row that has not reached the journal.
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { adoptJournals, drainSegment, type Tally } from './adopt.ts';
import { type Applier, createApplier } from './applier.ts';
import { prepareDatabase } from './schema.ts';
import { openSegment, type SegmentReader } from './segment-reader.ts';
import { listSegments, segmentFile } from './segments.ts';
import { createListener, type Listener } from './signals.ts';
import { openDatabase } from './sqlite.ts';

export interface WorkerOrders {
  path: string;
  directory: string;
  instance: string;
  /** How long rows gather before they are committed, under load twenty times as long; 0 commits at once. */
  gatherMs: number;
  memory: SharedArrayBuffer;
}

/** What the worker says: how far it is in which segment (first of all where it begins), that the dead are adopted, what it skipped, what failed. */
export type WorkerNews =
  | { kind: 'applied'; segment: number; offset: number }
  | { kind: 'adopted'; lines: number }
  | { kind: 'skipped'; lines: number }
  | { kind: 'failed'; message: string };

/** How often a worker looks for journals of instances that have died meanwhile. */
const ADOPT_EVERY_MS = 30_000;
const RETRY_MS = 500;
const TRIES_WHEN_STOPPING = 3;

/** After so many lines at once, rows gather this much longer: a sync and the same pages are then shared by more of them. */
const MANY_LINES = 200;
const GATHER_LONGER = 20;

interface Tail {
  orders: WorkerOrders;
  applier: Applier;
  listener: Listener;
  segment: number;
  reader: SegmentReader;
}

const say = (news: WorkerNews): void => parentPort?.postMessage(news, []);

/** Niceness of the thread: a tenth of the gateway's share when both want the core. */
const NICE = 10;

/**
 * Answers come first: where a core is short, the rows wait in the journal, which is durable, and SQLite catches up in the
 * pauses. Only Linux gives a thread a priority of its own; elsewhere nothing happens.
 */
function yieldToAnswers(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (thread > 0) setPriority(thread, NICE);
  } catch {
    // A system without /proc, or without the right to do so.
  }
}

function run(orders: WorkerOrders): void {
  if (orders.gatherMs > 0) yieldToAnswers();
  const listener = createListener(orders.memory);
  const db = openDatabase(orders.path);
  prepareDatabase(db);
  const applier = createApplier(db);
  const segment = firstSegment(orders);
  const tail: Tail = { orders, applier, listener, segment, reader: openAt(orders, segment) };
  // The one before may have crashed between a commit and the news of it, and somebody may be waiting for that news.
  say({ kind: 'applied', segment, offset: applier.offset(fileOf(tail)) });
  let adoptAt = 0;
  let failures = 0;
  for (;;) {
    // Read before the work: what was written before the stop is applied, whatever comes after it is not promised.
    const last = listener.stopped();
    try {
      if (Date.now() >= adoptAt) {
        adoptAt = Date.now() + ADOPT_EVERY_MS;
        adopt(tail);
      }
      const lines = advance(tail);
      failures = 0;
      if (last) break;
      if (lines === 0) listener.sleep(ADOPT_EVERY_MS, () => hasNews(tail));
      listener.pause(lines < MANY_LINES ? orders.gatherMs : orders.gatherMs * GATHER_LONGER);
    } catch (error) {
      failures++;
      say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      if (last && failures >= TRIES_WHEN_STOPPING) return;
      listener.pause(RETRY_MS);
    }
  }
  finish(tail);
  db.close();
}

/** Applies everything there is; returns how many lines that were. */
function advance(tail: Tail): number {
  let lines = 0;
  for (;;) {
    // Read before the lines: the writer names a new segment only after the last byte of the one before.
    const current = tail.listener.segment();
    const step = tail.applier.step(fileOf(tail), tail.reader);
    if (step.skipped > 0) say({ kind: 'skipped', lines: step.skipped });
    if (step.lines > 0) {
      lines += step.lines;
      say({ kind: 'applied', segment: tail.segment, offset: step.offset });
    } else if (current > tail.segment) leaveSegment(tail);
    else return lines;
  }
}

function leaveSegment(tail: Tail): void {
  drain(tail, fileOf(tail));
  tail.reader.close();
  tail.segment++;
  tail.reader = openAt(tail.orders, tail.segment);
}

/** The instance is closing in good order: nothing of it stays behind in the journal. */
function finish(tail: Tail): void {
  tail.reader.close();
  drain(tail, fileOf(tail));
}

function drain(tail: Tail, file: string): void {
  const tally: Tally = { lines: 0, skipped: 0 };
  drainSegment({ directory: tail.orders.directory, file, applier: tail.applier }, tally);
  if (tally.skipped > 0) say({ kind: 'skipped', lines: tally.skipped });
}

function adopt(tail: Tail): void {
  try {
    const { lines, skipped } = adoptJournals(tail.orders.directory, tail.applier, tail.orders.instance);
    if (skipped > 0) say({ kind: 'skipped', lines: skipped });
    say({ kind: 'adopted', lines });
  } catch (error) {
    // A journal that cannot be read must not keep this instance's own rows waiting.
    say({ kind: 'adopted', lines: 0 });
    say({ kind: 'failed', message: `adopting a journal: ${error instanceof Error ? error.message : String(error)}` });
  }
}

function hasNews(tail: Tail): boolean {
  const offset = tail.applier.offset(fileOf(tail));
  return tail.listener.segment() > tail.segment || tail.reader.lines(offset).length > 0;
}

/** A worker that follows a crashed one finds the segments that are still to be applied. */
function firstSegment(orders: WorkerOrders): number {
  return listSegments(orders.directory).find((segment) => segment.instance === orders.instance)?.number ?? 0;
}

const fileOf = (tail: Tail): string => segmentFile(tail.orders.instance, tail.segment);

function openAt(orders: WorkerOrders, number: number): SegmentReader {
  return openSegment(join(orders.directory, segmentFile(orders.instance, number)));
}

run(workerData as WorkerOrders);
