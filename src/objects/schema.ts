// The table of bound objects and what is asked of it. A released version of the table is never edited.
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../ledger/sqlite.ts';

/** `seq` is the order of binding; `bytes` stands before `json`, so that counting never reads what is kept. */
const CREATE = `
  CREATE TABLE objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, id TEXT NOT NULL, tenant TEXT NOT NULL, provider TEXT NOT NULL,
    created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, bytes INTEGER NOT NULL, json TEXT
  );
  CREATE UNIQUE INDEX objects_id ON objects (kind, id);
  CREATE INDEX objects_owner ON objects (kind, tenant);
  CREATE INDEX objects_expiry ON objects (expires_ms);
  CREATE INDEX objects_size ON objects (kind, bytes);`;

const VERSION = 1;

export const STATEMENTS = {
  bind: `INSERT INTO objects (kind, id, tenant, provider, created_ms, expires_ms, bytes, json)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE SET
      bytes = iif(excluded.json IS NULL, bytes, excluded.bytes), json = coalesce(excluded.json, json)
    WHERE tenant = excluded.tenant AND provider = excluded.provider AND expires_ms > excluded.created_ms`,
  find: 'SELECT * FROM objects WHERE kind = ? AND id = ? AND tenant = ? AND expires_ms > ?',
  isForeign: 'SELECT 1 FROM objects WHERE kind = ? AND id = ? AND tenant <> ? AND expires_ms > ?',
  remove: 'DELETE FROM objects WHERE kind = ? AND id = ? AND tenant = ? AND expires_ms > ?',
  list: `SELECT * FROM objects WHERE kind = ? AND tenant = ? AND seq < ? AND expires_ms > ?
    ORDER BY seq DESC LIMIT ?`,
  shorten: 'UPDATE objects SET expires_ms = created_ms + ?1 WHERE expires_ms > created_ms + ?1',
  expire: 'DELETE FROM objects WHERE expires_ms <= ?',
  sizes: 'SELECT kind, SUM(bytes) AS bytes FROM objects GROUP BY kind',
  /** Everything of a kind that stands behind the newest so many bytes. */
  evict: `DELETE FROM objects WHERE seq IN (
    SELECT seq FROM (SELECT seq, SUM(bytes) OVER (ORDER BY seq DESC) AS newer FROM objects WHERE kind = ?)
    WHERE newer > ?)`,
} as const;

/**
 * WAL with `synchronous=NORMAL`: a binding outlives a kill of the process the moment it is written. A power cut may take
 * the last ones; waiting for the disk on the thread that serves every call costs more than that.
 * Throws when the file is no database or of a newer release.
 */
export function prepareObjects(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  inTransaction(db, () => {
    const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (version > VERSION) throw new Error(`It has schema ${version}, this release knows ${VERSION}.`);
    if (version === 0) db.exec(`${CREATE} PRAGMA user_version = ${VERSION}`);
  });
}
