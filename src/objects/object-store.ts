// Who owns an id that a provider, or the gateway itself, has given out: a file, an upload, a batch, a kept response. One
// SQLite file beside the ledger, synchronous. It must never show an object to another tenant than the one that made it.
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../ledger/sqlite.ts';
import { type CheckpointThread, startCheckpointThread } from './checkpoint-thread.ts';
import { prepareObjects, STATEMENTS } from './schema.ts';

export type ObjectKind = 'file' | 'upload' | 'batch' | 'response';

/** An id with its owner. `json` is what whoever bound it wants to keep with it, up to megabytes. */
export interface BoundObject {
  kind: ObjectKind;
  id: string;
  tenant: string;
  /** Name of the configured provider that holds the object. */
  provider: string;
  /** Milliseconds since 1970. */
  createdMs: number;
  expiresMs: number;
  json: string | null;
}

/** What is bound; `keepMs` is the retention of the store when not said, and never above it. */
export interface NewObject extends Pick<BoundObject, 'kind' | 'id' | 'tenant' | 'provider'> {
  json?: string | null;
  keepMs?: number;
}

export interface ObjectsQuery {
  kind: ObjectKind;
  tenant: string;
  /** 100 when not said. */
  limit?: number;
  /** Only objects bound before this one of the tenant's. */
  before?: string;
}

export interface ObjectStore {
  /**
   * Binds an id to its tenant and provider, or replaces the json that is kept with it (null leaves it); outlives a kill of
   * the process when it returns. Says false and changes nothing when the id is bound to another tenant or provider.
   */
  bind(object: NewObject): boolean;
  /** The tenant's object; null when there is none, when it is another's, and when its time is over. */
  find(kind: ObjectKind, id: string, tenant: string): BoundObject | null;
  /** Whether it is known, and another tenant's. */
  isForeign(kind: ObjectKind, id: string, tenant: string): boolean;
  /** Says whether the tenant had it. */
  remove(kind: ObjectKind, id: string, tenant: string): boolean;
  /** The tenant's objects, the newest first. */
  list(query: ObjectsQuery): BoundObject[];
  /** How long an object is kept at most, and how many bytes of one kind; older ones go first. */
  limit(limits: ObjectLimits): void;
  close(): void;
}

export interface ObjectLimits {
  retentionMs: number;
  /** Of everything kept with objects of one kind, all tenants together. */
  maxBytes: number;
}

export interface ObjectStoreOptions extends ObjectLimits {
  /** The SQLite file, made when there is none. `:memory:` keeps nothing. */
  path: string;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** How often what is over is deleted; it cannot be found before that already. */
const SWEEP_MS = 60_000;
const CHECKPOINT_MS = 250;
/** Pages of the log at which the writer makes a checkpoint itself: SQLite's own number, and one for when a thread makes them. */
const OWN_CHECKPOINT = 1000;
const LATE_CHECKPOINT = 25_000;
/** How long another process's write is waited for: every call waits with it. */
const BUSY_MS = 250;
/** Share of the bytes that is left when there were too many, so that not every further object costs a search. */
const EVICT_TO = 0.9;
/** What a row takes beside its text: ids, names, indexes. */
const ROW_BYTES = 256;

/** Path of the objects that belong to a ledger file. */
export function objectsPath(ledgerPath: string): string {
  return ledgerPath === ':memory:' ? ledgerPath : `${ledgerPath}.objects`;
}

/** Throws when the file is no database, is of a newer release, or cannot be made. */
export function openObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { path } = options;
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  }
  const db = openDatabase(path);
  try {
    prepareObjects(db);
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    return new SqliteStore(db, options);
  } catch (error) {
    db.close();
    throw error;
  }
}

class SqliteStore implements ObjectStore {
  readonly #db: DatabaseSync;
  readonly #now: () => number;
  readonly #statements;
  readonly #sweeper: NodeJS.Timeout;
  #limits: ObjectLimits;
  /** Null as long as nothing has been written, and where there is no file. */
  #checkpoints: CheckpointThread | null = null;
  readonly #path: string;
  /** Whether what is bound keeps to the retention. */
  #isShortened = false;
  /** By kind; counted when the store is swept, and added to in between. */
  readonly #bytes = new Map<ObjectKind, number>();

  constructor(db: DatabaseSync, { path, retentionMs, maxBytes, now = Date.now }: ObjectStoreOptions) {
    this.#db = db;
    this.#path = path;
    this.#now = now;
    this.#limits = { retentionMs, maxBytes };
    this.#statements = {
      bind: db.prepare(STATEMENTS.bind),
      find: db.prepare(STATEMENTS.find),
      isForeign: db.prepare(STATEMENTS.isForeign),
      remove: db.prepare(STATEMENTS.remove),
      list: db.prepare(STATEMENTS.list),
      shorten: db.prepare(STATEMENTS.shorten),
      expire: db.prepare(STATEMENTS.expire),
      sizes: db.prepare(STATEMENTS.sizes),
      evict: db.prepare(STATEMENTS.evict),
    };
    this.#sweep();
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  bind({ kind, id, tenant, provider, json = null, keepMs }: NewObject): boolean {
    if (this.#checkpoints === null) this.#startCheckpoints();
    const now = this.#now();
    const expiresMs = now + Math.min(keepMs ?? this.#limits.retentionMs, this.#limits.retentionMs);
    const bytes = ROW_BYTES + (json === null ? 0 : Buffer.byteLength(json));
    const write = () => this.#statements.bind.run(kind, id, tenant, provider, now, expiresMs, bytes, json).changes > 0;
    if (!write()) {
      // Held by one whose time is over, perhaps.
      this.#sweep();
      if (!write()) return false;
    }
    const total = (this.#bytes.get(kind) ?? 0) + bytes;
    this.#bytes.set(kind, total);
    if (total > this.#limits.maxBytes) this.#sweep();
    return true;
  }

  find(kind: ObjectKind, id: string, tenant: string): BoundObject | null {
    const row = this.#statements.find.get(kind, id, tenant, this.#now());
    return row === undefined ? null : toObject(row);
  }

  isForeign(kind: ObjectKind, id: string, tenant: string): boolean {
    return this.#statements.isForeign.get(kind, id, tenant, this.#now()) !== undefined;
  }

  remove(kind: ObjectKind, id: string, tenant: string): boolean {
    return this.#statements.remove.run(kind, id, tenant, this.#now()).changes > 0;
  }

  list({ kind, tenant, limit = 100, before }: ObjectsQuery): BoundObject[] {
    const place = before === undefined ? Number.MAX_SAFE_INTEGER : this.#placeOf(kind, before, tenant);
    return this.#statements.list.all(kind, tenant, place, this.#now(), limit).map(toObject);
  }

  limit(limits: ObjectLimits): void {
    this.#limits = limits;
    this.#isShortened = false;
    this.#sweep();
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.#checkpoints?.stop();
    this.#db.close();
  }

  #startCheckpoints(): void {
    if (this.#path === ':memory:') return;
    const makeOwn = (pages: number): void => this.#db.exec(`PRAGMA wal_autocheckpoint = ${pages}`);
    const orders = { path: this.#path, everyMs: CHECKPOINT_MS };
    this.#checkpoints = startCheckpointThread(orders, () => makeOwn(OWN_CHECKPOINT));
    makeOwn(LATE_CHECKPOINT);
  }

  /** 0, before everything, when there is no such object. */
  #placeOf(kind: ObjectKind, id: string, tenant: string): number {
    return Number(this.#statements.find.get(kind, id, tenant, this.#now())?.['seq'] ?? 0);
  }

  /** Deletes what is over, and of a kind that holds too much the oldest. What fails now is done the next time. */
  #sweep(): void {
    const { shorten, expire, sizes, evict } = this.#statements;
    const { maxBytes, retentionMs } = this.#limits;
    try {
      // It reads everything that is bound, so it is done once for each retention.
      if (!this.#isShortened) shorten.run(retentionMs);
      this.#isShortened = true;
      expire.run(this.#now());
      this.#bytes.clear();
      for (const { kind, bytes } of sizes.all() as { kind: ObjectKind; bytes: number }[]) {
        const isTooMuch = bytes > maxBytes;
        if (isTooMuch) evict.run(kind, maxBytes * EVICT_TO);
        this.#bytes.set(kind, isTooMuch ? maxBytes * EVICT_TO : bytes);
      }
    } catch {
      // Nobody waits for it; an object whose time is over is not found anyway.
    }
  }
}

function toObject(row: Record<string, unknown>): BoundObject {
  return {
    kind: row['kind'] as ObjectKind,
    id: String(row['id']),
    tenant: String(row['tenant']),
    provider: String(row['provider']),
    createdMs: Number(row['created_ms']),
    expiresMs: Number(row['expires_ms']),
    json: row['json'] as string | null,
  };
}
