// Sums of a batch of calls per hour, tenant, task, model, tier and provider, so that a report never scans raw rows.
import type { DatabaseSync } from 'node:sqlite';
import type { Note, NoteCost } from '../call/note.ts';
import type { Words } from './form.ts';
import type { CallFigures } from './line-row.ts';
import { FORESEEN_COLUMNS, LATENCY_BOUNDS_MS, ROLLUP_KEYS, ROLLUP_SUMS, type RollupSum } from './schema.ts';
import { TOKEN_COLUMNS } from './views.ts';

const HOUR_MS = 3_600_000;
const sum = (name: RollupSum): number => ROLLUP_SUMS.indexOf(name);

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
const FORESEEN = new Map<string, number>(FORESEEN_COLUMNS.map((name) => [name, sum(name)]));
const CANARIES = sum('canaries');
const CANARY_SUM = sum('canary_nano_usd');
const CANARY_UNKNOWN = sum('canary_unknown');
/** Place of the prediction in a line; most lines end before it. */
const PREDICTION = 11;

/** Adds calls up in memory; `write` adds the sums to the table, one statement per distinct key, and starts afresh. */
export interface Rollups {
  add(words: Words, figures: CallFigures): void;
  /** A canary and what it cost; other notes count for nothing. */
  addNote(note: Note): void;
  write(): void;
  /** Forgets what was added since the last write: the transaction was rolled back. */
  clear(): void;
}

interface Entry {
  keys: (string | number)[];
  sums: number[];
}

export function createRollups(db: DatabaseSync): Rollups {
  const columns = [...ROLLUP_KEYS, ...ROLLUP_SUMS];
  const upsert = db.prepare(
    `INSERT INTO rollups (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
     ON CONFLICT DO UPDATE SET ${ROLLUP_SUMS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`,
  );
  const entries = new Map<string, Entry>();
  // The same words come again and again, and mostly within one hour: their entry is found without making the key.
  let found = new Map<Words, Entry>();
  let foundHour = Number.NaN;

  function entryOf(words: Words, hour: number): Entry {
    if (hour !== foundHour) {
      found = new Map();
      foundHour = hour;
    }
    let entry = found.get(words);
    if (entry === undefined) {
      entry = entryAt([
        hour,
        words.tenant,
        words.task ?? '',
        words.model ?? '',
        words.tier ?? '',
        words.provider ?? '',
      ]);
      found.set(words, entry);
    }
    return entry;
  }

  function entryAt(keys: (string | number)[]): Entry {
    const key = JSON.stringify(keys);
    const entry = entries.get(key) ?? { keys, sums: ROLLUP_SUMS.map(() => 0) };
    entries.set(key, entry);
    return entry;
  }

  function clear(): void {
    entries.clear();
    found.clear();
  }

  return {
    add(words, figures) {
      addCall(entryOf(words, Math.floor((figures[0] ?? 0) / HOUR_MS)).sums, words, figures);
    },
    addNote({ kind, atMs, tenant, task, costs }) {
      if (kind !== 'canary') return;
      const hour = Math.floor(atMs / HOUR_MS);
      for (const [index, cost] of costs.entries()) {
        const { sums } = entryAt([hour, tenant, task ?? '', cost.model, cost.tier ?? '', cost.provider ?? '']);
        if (index === 0) plus(sums, CANARIES, 1);
        addCanaryCost(sums, cost);
      }
    },
    write() {
      for (const { keys, sums } of entries.values()) upsert.run(...keys, ...sums);
      clear();
    },
    clear,
  };
}

function addCall(sums: number[], words: Words, figures: CallFigures): void {
  plus(sums, CALLS, 1);
  plus(sums, ATTEMPTS, words.attempts.length);
  if (words.status === 'error') plus(sums, ERRORS, 1);
  else if (words.status === 'partial') plus(sums, PARTIALS, 1);
  else if (words.status === 'client_gone') plus(sums, CLIENTS_GONE, 1);
  if (words.escalated) plus(sums, ESCALATED_SUM, 1);
  if (words.costBasis === 'estimated') plus(sums, COST_ESTIMATED, 1);
  const [, latencyUs, , , costNanoUsd, baselineNanoUsd, usage] = figures;
  if (usage === null || usage[0] === null) plus(sums, USAGE_UNKNOWN, 1);
  else for (let i = 0; i < TOKEN_COLUMNS.length; i++) plus(sums, FIRST_TOKENS_SUM + i, usage[i] ?? 0);
  addMoney(sums, costNanoUsd, baselineNanoUsd);
  if (figures.length > PREDICTION) addPrediction(sums, figures[PREDICTION]);
  if (latencyUs === null) return;
  plus(sums, LATENCY_US, latencyUs);
  plus(sums, FIRST_BUCKET + bucketOf(latencyUs / 1000), 1);
}

function addMoney(sums: number[], costNanoUsd: number | null, baselineNanoUsd: number | null): void {
  if (costNanoUsd === null) plus(sums, COST_UNKNOWN, 1);
  else plus(sums, COST_SUM, costNanoUsd);
  if (baselineNanoUsd === null) plus(sums, BASELINE_UNKNOWN, 1);
  else plus(sums, BASELINE_SUM, baselineNanoUsd);
  if (costNanoUsd !== null && baselineNanoUsd !== null) {
    plus(sums, COMPARED, 1);
    plus(sums, COMPARED_COST, costNanoUsd);
    plus(sums, COMPARED_BASELINE, baselineNanoUsd);
  }
}

/** What other releases may have written there counts for nothing. */
function addPrediction(sums: number[], prediction: unknown): void {
  if (typeof prediction !== 'object' || prediction === null) return;
  const { how, why } = prediction as Record<string, unknown>;
  for (const name of [`foreseen_${String(how)}`, `unforeseen_${String(why)}`]) {
    const at = FORESEEN.get(name);
    if (at !== undefined) plus(sums, at, 1);
  }
}

function addCanaryCost(sums: number[], { nanoUsd }: NoteCost): void {
  if (nanoUsd === null) plus(sums, CANARY_UNKNOWN, 1);
  else plus(sums, CANARY_SUM, nanoUsd);
}

function bucketOf(latencyMs: number): number {
  let bucket = 0;
  while (latencyMs > (LATENCY_BOUNDS_MS[bucket] as number)) bucket++;
  return bucket;
}

function plus(sums: number[], index: number, amount: number): void {
  sums[index] = (sums[index] as number) + amount;
}
