// The columns of the rollups as the code names them, and how a file is brought up to date before use.
import type { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from './migrations.ts';
import { inTransaction } from './sqlite.ts';
import { CREATE_VIEWS, TOKEN_COLUMNS } from './views.ts';

/** What a rollup is kept by. A missing task, model, tier or provider is the empty string. `hour` counts from 1970. */
export const ROLLUP_KEYS = ['hour', 'tenant', 'task', 'model', 'tier', 'provider'] as const;

/** Upper bounds in milliseconds of the latency histogram; the last bucket has none. */
export const LATENCY_BOUNDS_MS = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000, Infinity] as const;

/** Calls of predicted routes by what chose their first model, and then by why there was no forecast. */
export const FORESEEN_COLUMNS = [
  'foreseen_predicted',
  'foreseen_explored',
  'foreseen_pinned',
  'foreseen_static',
  'unforeseen_no_evidence',
  'unforeseen_broken',
  'unforeseen_late',
  'unforeseen_resting',
] as const;

/** Canaries, what they cost where that is known, and how often it is not. */
export const CANARY_COLUMNS = ['canaries', 'canary_nano_usd', 'canary_unknown'] as const;

/** What a rollup adds up. Amounts are sums over the calls where they are known; `compared` are those where both are. */
export const ROLLUP_SUMS = [
  'calls',
  'errors',
  'partials',
  'clients_gone',
  'escalated',
  'attempts',
  ...TOKEN_COLUMNS,
  'usage_unknown',
  'cost_nano_usd',
  'cost_unknown',
  'cost_estimated',
  'baseline_nano_usd',
  'baseline_unknown',
  'compared',
  'compared_cost_nano_usd',
  'compared_baseline_nano_usd',
  'latency_us',
  ...LATENCY_BOUNDS_MS.map((_, bucket) => `latency_bucket_${bucket}` as const),
  ...FORESEEN_COLUMNS,
  ...CANARY_COLUMNS,
] as const;

export type RollupSum = (typeof ROLLUP_SUMS)[number];

/** Version of the tables that this code reads and writes (`PRAGMA user_version`). */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Version of an open file's tables; 0 for a new file. */
export function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

/** Settles the file's journal mode and brings its tables up to date. Throws when the file is of a newer release. */
export function prepareDatabase(db: DatabaseSync): void {
  if (schemaVersion(db) === 0) db.exec('PRAGMA page_size = 8192');
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000');
  if (schemaVersion(db) === SCHEMA_VERSION) return;
  inTransaction(db, () => {
    const version = schemaVersion(db);
    if (version > SCHEMA_VERSION) {
      throw new Error(`The ledger has schema ${version}, this release knows ${SCHEMA_VERSION}: use a newer release.`);
    }
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
    db.exec(CREATE_VIEWS);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}
