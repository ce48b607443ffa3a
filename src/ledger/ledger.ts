// The ledger as the gateway sees it: record() a row per call, whatever became of the call. A recorded row survives a kill
// of the process (journal) and is soon in SQLite (worker). It must never throw at, or wait inside, a request.

import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Note } from '../call/note.ts';
import type { CallRow } from '../call/row.ts';
import { createJournal, DISK, type Journal, type JournalFiles } from './journal.ts';
import { createLineWriter } from './line-writer.ts';
import { prepareDatabase } from './schema.ts';
import { type InstanceLock, journalDirectory, lockInstance } from './segments.ts';
import { openDatabase } from './sqlite.ts';
import { createWaiters } from './waiters.ts';
import type { WorkerNews } from './worker.ts';
import { createWorkerThread, type WorkerThread } from './worker-thread.ts';

/**
 * `journal`: a recorded row survives the death of the process. `commit`: record() also returns a promise that resolves
 * when the row survives a power cut.
 */
export type Durability = 'journal' | 'commit';

export interface LedgerOptions {
  /** The SQLite file; directories are made as needed. `:memory:` is a private file that close() removes. */
  path: string;
  durability?: Durability;
  /** Size of a journal segment in bytes; 32 MB when not said. */
  rotateBytes?: number;
  /** Told in one sentence when the ledger begins to fail, recovers, or finds lines it cannot read. */
  onProblem?: (sentence: string) => void;
  /** The file system of the journal; a fake in tests. */
  files?: JournalFiles;
}

/** `pending` rows wait in memory for the disk; `dropped` did not fit there; `skipped` journal lines were unreadable. */
export interface LedgerHealth {
  ok: boolean;
  pending: number;
  dropped: number;
  skipped: number;
  error?: string;
}

export interface Ledger {
  /** The SQLite file, for openLedgerReader. */
  readonly path: string;
  /**
   * Keeps a row; never throws. The rows of one turn of the event loop are written together. The promise resolves when the
   * row outlives a kill of the process; with durability `commit`, when it is synced in SQLite, and it rejects when it
   * never will be.
   */
  record(row: CallRow): Promise<void>;
  /** Keeps a note, as it keeps a row. */
  note(note: Note): Promise<void>;
  /** Resolves when everything recorded so far, and what dead instances had left, is in SQLite. */
  flush(): Promise<void>;
  health(): LedgerHealth;
  /** Applies everything and ends the worker. Rejects when rows could not be written anywhere. */
  close(): Promise<void>;
}

const ROTATE_BYTES = 32 * 1024 * 1024;
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
const GATHER_MS = 50;
const RETRY_MS = 250;
const NOT_KEPT = 'The ledger could not keep the row.';

/** Opens a ledger for writing. Throws when the file is not a ledger, is of a newer release, or cannot be created. */
export function openLedger(options: LedgerOptions): Ledger {
  return new JournaledLedger(options);
}

class JournaledLedger implements Ledger {
  readonly path: string;
  readonly #temporary: string | null;
  readonly #commits: boolean;
  readonly #onProblem: (sentence: string) => void;
  readonly #lock: InstanceLock;
  readonly #journal: Journal;
  readonly #worker: WorkerThread;
  readonly #writer = createLineWriter();
  readonly #waiters = createWaiters();
  /** Rows of the turn under way, and what their callers wait for. */
  #turn: Promise<void> | undefined;
  #endTurn: () => void = () => {};
  /** Where the rows written last end; null when any of them was dropped. */
  #place: number | null = 0;
  #applied = 0;
  #hasAdopted = false;
  #skipped = 0;
  /** Rows that could not even be put into words, or came after close(). */
  #refused = 0;
  #workerError: string | undefined;
  #isTroubled = false;
  #retry: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: LedgerOptions) {
    this.#temporary = options.path === ':memory:' ? mkdtempSync(join(tmpdir(), 'tierline-')) : null;
    this.path = this.#temporary === null ? resolve(options.path) : join(this.#temporary, 'ledger.sqlite');
    this.#commits = options.durability === 'commit';
    this.#onProblem = options.onProblem ?? (() => {});
    const directory = prepareFiles(this.path);
    const instance = `${Date.now().toString(36)}${randomBytes(5).toString('hex')}`;
    this.#lock = lockOwn(directory, instance);
    this.#journal = createJournal({
      directory,
      instance,
      files: options.files ?? DISK,
      rotateBytes: options.rotateBytes ?? ROTATE_BYTES,
      maxQueuedBytes: MAX_QUEUED_BYTES,
      onSegment: (number) => {
        this.#writer.forget();
        this.#worker.bell.setSegment(number);
      },
    });
    this.#worker = createWorkerThread({
      orders: { path: this.path, directory, instance, gatherMs: this.#commits ? 0 : GATHER_MS },
      onNews: (news) => this.#hear(news),
    });
  }

  record(row: CallRow): Promise<void> {
    return this.#keep(() => this.#writer.add(row));
  }

  note(note: Note): Promise<void> {
    return this.#keep(() => this.#writer.addNote(note));
  }

  #keep(add: () => void): Promise<void> {
    if (!this.#take(add)) {
      this.#refused++;
      return this.#commits ? Promise.reject(new Error(NOT_KEPT)) : Promise.resolve();
    }
    this.#turn ??= this.#nextTurn();
    return this.#commits ? this.#turn.then(() => this.#committed()) : this.#turn;
  }

  /** Puts a line down for the write at the end of the turn; says whether it could. */
  #take(add: () => void): boolean {
    if (this.#closing !== undefined) return false;
    try {
      add();
      return true;
    } catch {
      return false;
    }
  }

  /** One write for all rows of a turn: under load, a write for each costs as much as the rest of the call. */
  #nextTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.#endTurn = resolve;
      setImmediate(() => this.#write());
    });
  }

  /** Writes the rows of the turn and lets those go on who wait for them. */
  #write(): void {
    if (this.#writer.isEmpty()) return;
    this.#place = this.#journal.append(this.#writer.take());
    // A lost line may have defined a form.
    if (this.#place === null) this.#writer.forget();
    this.#turn = undefined;
    this.#endTurn();
    this.#worker.bell.ring();
    if (this.#journal.isWaiting()) this.#retryLater();
  }

  #committed(): Promise<void> {
    return this.#place === null ? Promise.reject(new Error(NOT_KEPT)) : this.#reach(this.#place);
  }

  flush(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    this.#write();
    this.#worker.bell.hurry();
    return this.#reach(this.#journal.end());
  }

  health(): LedgerHealth {
    const journal = this.#journal.health();
    const error = journal.error ?? this.#workerError;
    return {
      ok: error === undefined,
      pending: journal.pending,
      dropped: journal.dropped + this.#refused,
      skipped: this.#skipped,
      ...(error === undefined ? {} : { error }),
    };
  }

  close(): Promise<void> {
    this.#write();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#retry);
    this.#journal.drain();
    this.#journal.close();
    await this.#worker.stop();
    this.#lock.dispose();
    this.#waiters.rejectAll(new Error('The ledger closed before the row was in SQLite.'));
    if (this.#temporary !== null) rmSync(this.#temporary, { recursive: true, force: true });
    const { pending, error } = this.#journal.health();
    if (pending > 0) throw new Error(`The ledger closed before ${pending} rows were on the disk: ${error}.`);
  }

  #reach(place: number): Promise<void> {
    const reached = this.#waiters.reach(place);
    if (!this.#waiters.isEmpty()) this.#worker.ref();
    return reached;
  }

  #hear(news: WorkerNews): void {
    if (news.kind === 'failed') this.#workerError = news.message;
    else if (news.kind === 'skipped') this.#skip(news.lines);
    else {
      if (news.kind === 'adopted') this.#hasAdopted = true;
      else {
        this.#applied = this.#journal.placeOf(news.segment, news.offset);
        this.#workerError = undefined;
      }
      if (this.#hasAdopted) this.#waiters.advance(this.#applied);
      if (this.#waiters.isEmpty()) this.#worker.unref();
    }
    this.#watch();
  }

  #skip(lines: number): void {
    this.#skipped += lines;
    this.#onProblem(`The ledger set aside ${lines} unreadable journal lines (table skipped_lines).`);
  }

  #retryLater(): void {
    this.#watch();
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      if (!this.#journal.drain()) this.#retryLater();
      this.#worker.bell.ring();
      this.#watch();
    }, RETRY_MS).unref();
  }

  /** Tells the owner when trouble begins and when it ends, once each. */
  #watch(): void {
    const { ok, error } = this.health();
    if (ok !== this.#isTroubled) return;
    this.#isTroubled = !ok;
    this.#onProblem(
      ok ? 'The ledger writes again.' : `The ledger cannot write: ${error}. Rows wait in memory or journal.`,
    );
  }
}

/** Creates what is missing and brings the tables up to date; returns the journal's directory. */
function prepareFiles(path: string): string {
  const directory = journalDirectory(path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // Only when it is new: closing another descriptor of an open database would drop this process's locks on it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  const db = openDatabase(path);
  try {
    prepareDatabase(db);
  } catch (error) {
    throw new Error(`The ledger at ${path} cannot be used: ${messageOf(error)}`, { cause: error });
  } finally {
    db.close();
  }
  return directory;
}

function lockOwn(directory: string, instance: string): InstanceLock {
  const lock = lockInstance(directory, instance);
  if (lock === null) throw new Error(`Another process holds the new lock ${instance} in ${directory}.`);
  return lock;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
