// Sums of a batch of calls per hour, tenant, task, model, tier and provider, so that a report never scans raw rows.
import type { DatabaseSync } from 'node:sqlite';
import type { Cell } from './line.ts';
import {
  CALL_COLUMNS,
  type CallColumn,
  LATENCY_BOUNDS_MS,
  ROLLUP_KEYS,
  ROLLUP_SUMS,
  type RollupSum,
  TOKEN_COLUMNS,
} from './schema.ts';

const HOUR_MS = 3_600_000;
const at = (column: CallColumn): number => CALL_COLUMNS.indexOf(column);
const sum = (name: RollupSum): number => ROLLUP_KEYS.length + ROLLUP_SUMS.indexOf(name);

const AT_MS = at('at_ms');
const TENANT = at('tenant');
const TASK = at('task');
const MODEL = at('model');
const TIER = at('tier');
const PROVIDER = at('provider');
const STATUS = at('status');
const ESCALATED = at('escalated');
const FIRST_TOKENS = at(TOKEN_COLUMNS[0]);
const COST = at('cost_nano_usd');
const COST_BASIS = at('cost_basis');
const BASELINE = at('baseline_nano_usd');
const LATENCY = at('latency_ms');

const CALLS = sum('calls');
const ERRORS = sum('errors');
const PARTIALS = sum('partials');
const CLIENTS_GONE = sum('clients_gone');
const ESCALATED_SUM = sum('escalated');
const ATTEMPTS = sum('attempts');
const FIRST_TOKENS_SUM = sum(TOKEN_COLUMNS[0]);
const USAGE_UNKNOWN = sum('usage_unknown');
const COST_SUM = sum('cost_nano_usd');
const COST_UNKNOWN = sum('cost_unknown');
const COST_ESTIMATED = sum('cost_estimated');
const BASELINE_SUM = sum('baseline_nano_usd');
const BASELINE_UNKNOWN = sum('baseline_unknown');
const COMPARED = sum('compared');
const COMPARED_COST = sum('compared_cost_nano_usd');
const COMPARED_BASELINE = sum('compared_baseline_nano_usd');
const LATENCY_US = sum('latency_us');
const FIRST_BUCKET = sum('latency_bucket_0');

/** Adds calls up in memory; `write` adds the sums to the table, one statement per distinct key, and starts afresh. */
export interface Rollups {
  add(call: Cell[], attempts: number): void;
  write(): void;
  /** Forgets what was added since the last write: the transaction was rolled back. */
  clear(): void;
}

export function createRollups(db: DatabaseSync): Rollups {
  const columns = [...ROLLUP_KEYS, ...ROLLUP_SUMS];
  const upsert = db.prepare(
    `INSERT INTO rollups (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
     ON CONFLICT DO UPDATE SET ${ROLLUP_SUMS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`,
  );
  const entries = new Map<string, Cell[]>();
  return {
    add(call, attempts) {
      const hour = Math.floor(count(call[AT_MS]) / HOUR_MS);
      const key = `${hour}\0${call[TENANT] ?? ''}\0${call[TASK] ?? ''}\0${call[MODEL] ?? ''}\0${call[TIER] ?? ''}\0${call[PROVIDER] ?? ''}`;
      let entry = entries.get(key);
      if (entry === undefined) {
        const words = [TENANT, TASK, MODEL, TIER, PROVIDER].map((column) => call[column] ?? '');
        entry = [hour, ...words, ...ROLLUP_SUMS.map(() => 0)];
        entries.set(key, entry);
      }
      addCall(entry, call);
      plus(entry, ATTEMPTS, attempts);
    },
    write() {
      for (const entry of entries.values()) upsert.run(...entry);
      entries.clear();
    },
    clear: () => entries.clear(),
  };
}

function addCall(entry: Cell[], call: Cell[]): void {
  plus(entry, CALLS, 1);
  const status = call[STATUS];
  if (status === 'error') plus(entry, ERRORS, 1);
  else if (status === 'partial') plus(entry, PARTIALS, 1);
  else if (status === 'client_gone') plus(entry, CLIENTS_GONE, 1);
  if (call[ESCALATED] === 1) plus(entry, ESCALATED_SUM, 1);
  if (call[FIRST_TOKENS] === null) plus(entry, USAGE_UNKNOWN, 1);
  else for (let i = 0; i < TOKEN_COLUMNS.length; i++) plus(entry, FIRST_TOKENS_SUM + i, count(call[FIRST_TOKENS + i]));
  addMoney(entry, call);
  const latencyMs = count(call[LATENCY]);
  plus(entry, LATENCY_US, Math.round(latencyMs * 1000));
  plus(entry, FIRST_BUCKET + LATENCY_BOUNDS_MS.findIndex((bound) => latencyMs <= bound), 1);
}

function addMoney(entry: Cell[], call: Cell[]): void {
  const cost = call[COST];
  const baseline = call[BASELINE];
  if (typeof cost === 'number') plus(entry, COST_SUM, cost);
  else plus(entry, COST_UNKNOWN, 1);
  if (call[COST_BASIS] === 'estimated') plus(entry, COST_ESTIMATED, 1);
  if (typeof baseline === 'number') plus(entry, BASELINE_SUM, baseline);
  else plus(entry, BASELINE_UNKNOWN, 1);
  if (typeof cost === 'number' && typeof baseline === 'number') {
    plus(entry, COMPARED, 1);
    plus(entry, COMPARED_COST, cost);
    plus(entry, COMPARED_BASELINE, baseline);
  }
}

function plus(entry: Cell[], index: number, amount: number): void {
  entry[index] = (entry[index] as number) + amount;
}

function count(cell: Cell | undefined): number {
  return typeof cell === 'number' ? cell : 0;
}
