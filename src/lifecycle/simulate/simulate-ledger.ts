// The calls of a ledger through two policies, in the order of time, each with its own memory of sessions. It only reads.
import { isDeepStrictEqual } from 'node:util';
import type { CallRow } from '../../call/row.ts';
import { capturedFolder } from '../../capture/capture.ts';
import type { Prior } from '../../evidence/priors.ts';
import { openLedgerReader, type PeriodQuery } from '../../ledger/reader.ts';
import { pinAfter } from '../../policy/pin.ts';
import { Pins } from '../../state/pins.ts';
import { readRequests } from './captured-requests.ts';
import type { Pair } from './compare.ts';
import { type LedgerGround, type PlayedRow, playRow } from './from-ledger.ts';
import { RecordedView } from './recorded-view.ts';
import { createRowEvidence, spread } from './row-evidence.ts';
import { rowsUnder, tasksWithOtherBounds } from './score-bounds.ts';
import type { Sides } from './simulate-profile.ts';
import type { SimulatedPolicy } from './simulated-policy.ts';

export interface LedgerSource extends PeriodQuery {
  /** Path of the ledger. */
  path: string;
  priors: readonly Prior[];
  /** Exact requests, where a gateway kept them; none when left out. */
  requestOf?: LedgerGround['requestOf'] | undefined;
}

export interface LedgerResult {
  pairs: Pair[];
  period: { since: string; until: string } | null;
  recorded: { costNanoUsd: number; calls: number } | null;
  notes: string[];
}

/** Calls that are played at most, the newest: each takes about 2 kB of memory. */
const MOST_CALLS = 250_000;
const MONTH_MS = (365.25 / 12) * 86_400_000;
/** A shorter log says nothing of a month. */
const LEAST_SPAN_MS = 86_400_000;

/** Rejects with a sentence when there is no ledger. */
export async function simulateLedger(sides: Sides, source: LedgerSource): Promise<LedgerResult> {
  return simulateRows(sides, readRows(source), source);
}

/** Rows that have been read, in the order of time. */
export async function simulateRows(
  sides: Sides,
  { rows, isCut }: RowsRead,
  source: LedgerSource,
): Promise<LedgerResult> {
  const { config } = sides.current;
  const captured = await readRequests(capturedFolder(source.path), { ...source, config });
  const pairs = await playRows(sides, rows, { ...source, requestOf: captured.requestOf });
  const notes = isCut ? [`Only the newest ${MOST_CALLS} calls of the period were played.`] : [];
  const derived = rows.filter(({ session, messages }) => session === null && messages !== null && messages > 2).length;
  if (derived > 0)
    notes.push(
      `${derived} calls go on a conversation that nobody named; each is played as one of its own, without a pin.`,
    );
  if (captured.count > 0)
    notes.push(`Of ${captured.count} calls the exact request was kept, and they are planned by it.`);
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return { pairs, period: null, recorded: null, notes };
  const period = { since: new Date(first.atMs).toISOString(), until: new Date(last.atMs).toISOString() };
  return { pairs, period, recorded: recordedCost(rows, pairs), notes };
}

/** `isCut`: there are older ones that are left out. */
export interface RowsRead {
  rows: CallRow[];
  isCut: boolean;
}

/** The newest rows of a period, in the order of time. Throws a sentence when there is no ledger. */
export function readRows(source: PeriodQuery & { path: string }): RowsRead {
  const reader = openLedgerReader(source.path);
  try {
    const rows: CallRow[] = [];
    for (const row of reader.period(source)) {
      if (rows.length === MOST_CALLS) return { rows: inTime(rows), isCut: true };
      rows.push(row);
    }
    return { rows: inTime(rows), isCut: false };
  } finally {
    reader.close();
  }
}

function inTime(rows: readonly CallRow[]): CallRow[] {
  return rows.toSorted((one, other) => one.atMs - other.atMs || (one.id < other.id ? -1 : 1));
}

/** Rows in any order; they are played in that of time. */
export async function playRows(
  { current, candidate }: Sides,
  given: readonly CallRow[],
  { sinceMs, untilMs, priors, requestOf = () => null }: Omit<LedgerSource, 'path'>,
): Promise<Pair[]> {
  const rows = rowsUnder(inTime(given), current.config);
  const evidence = createRowEvidence(rows, { gatesOf: current.gatesOf, priors });
  const ground: LedgerGround = { evidence, current, requestOf, turned: new Set() };
  const other = groundUnder(candidate, rows, { ground, priors });
  const isAlike = hasSameTasks(current, candidate);
  const clock = { nowMs: 0 };
  const before = new Replay(current, true, clock);
  const after = new Replay(candidate, isAlike, clock);
  const monthly = monthlyOf(rows, { sinceMs, untilMs });
  const pairs: Pair[] = [];
  for (const [at, row] of rows.entries()) {
    clock.nowMs = row.atMs;
    const { id, task, tenant, session } = row;
    const parts = { id, task, tenant, session, weight: 1, monthly };
    const turned = other.rows[at] ?? row;
    pairs.push({
      ...parts,
      current: await before.play(row, ground),
      candidate: await after.play(turned, other.ground),
    });
  }
  return pairs;
}

/** Where the candidate's gates have other bounds and are the same otherwise, the scores in the rows tell what they say. */
function groundUnder(
  { config }: SimulatedPolicy,
  rows: readonly CallRow[],
  { ground, priors }: { ground: LedgerGround; priors: readonly Prior[] },
): { rows: readonly CallRow[]; ground: LedgerGround } {
  const { current } = ground;
  const turned = tasksWithOtherBounds(current.config, config);
  if (turned.size === 0) return { rows, ground };
  const judged = rowsUnder(rows, config, current.config);
  // What a profile says of passing is said of the bounds in force.
  const open = priors.map((prior) => (turned.has(prior.task) ? { ...prior, passRate: null, acceptRate: null } : prior));
  const evidence = createRowEvidence(judged, { gatesOf: current.gatesOf, priors: open });
  return { rows: judged, ground: { ...ground, evidence, turned } };
}

/** One policy with its own memory of sessions. */
class Replay {
  private readonly side: SimulatedPolicy;
  private readonly pins: Pins;

  /** `isAlike`: its tasks are found as those in force are, so that the row knows which one has the call. */
  constructor(side: SimulatedPolicy, isAlike: boolean, clock: { nowMs: number }) {
    this.side = isAlike ? withKnownTasks(side) : side;
    this.pins = new Pins({ now: () => clock.nowMs });
  }

  async play(row: CallRow, ground: LedgerGround) {
    const { side } = this;
    const current = ground.current.config === side.config ? { ...ground, current: side } : ground;
    const result = await playRow({ side, pinOf: (key) => this.pins.get(key) }, row, current);
    this.learn(result, row);
    return result.played;
  }

  /** As the engine does after a call. Where several models may have answered, the session stands with one of them, drawn by its share. */
  private learn({ plan, played }: PlayedRow, row: CallRow): void {
    if (plan === null || plan.pin === null || row.status !== 'ok') return;
    const model = played.answers === null ? played.first : drawnFrom(played.answers, row.id);
    if (model === null || model === '') return;
    const pin = pinAfter(plan.pin, plan.attempts, { ...row, model });
    if (pin !== null) this.pins.set(plan.pin.key, pin);
  }
}

/** The same for the same call, so that a simulation can be repeated and two policies draw alike. */
function drawnFrom(answers: ReadonlyMap<string, number>, id: string): string | null {
  let left = spread(id) / 2 ** 32;
  let last: string | null = null;
  for (const [model, share] of answers) {
    if (share <= 0) continue;
    last = model;
    left -= share;
    if (left < 0) break;
  }
  return last;
}

function hasSameTasks(one: SimulatedPolicy, other: SimulatedPolicy): boolean {
  const tasksOf = ({ config }: SimulatedPolicy): unknown => [...config.tasks].map(([name, { match }]) => [name, match]);
  return isDeepStrictEqual(tasksOf(one), tasksOf(other));
}

/** Which task a call matched stands in its row; what it was matched by often does not. */
function withKnownTasks(side: SimulatedPolicy): SimulatedPolicy {
  const { policy } = side;
  const tasks = policy.tasks.map((task) => ({
    ...task,
    matches: (...[view, caller, nowMs]: Parameters<typeof task.matches>) =>
      (view instanceof RecordedView ? view.isClaimedBy(task.name) : null) ?? task.matches(view, caller, nowMs),
  }));
  return { ...side, policy: { ...policy, tasks, tasksByName: new Map(tasks.map((task) => [task.name, task])) } };
}

/** How many calls a month one call of the log stands for; null when the log is too short to say. */
function monthlyOf(rows: readonly CallRow[], { sinceMs, untilMs }: Pick<LedgerSource, 'sinceMs' | 'untilMs'>) {
  const from = sinceMs ?? rows[0]?.atMs ?? 0;
  const until = untilMs ?? rows.at(-1)?.atMs ?? 0;
  // A period that was asked for and had no calls at its beginning may be older than the ledger.
  const span = Math.min(until - from, (rows.at(-1)?.atMs ?? 0) - (rows[0]?.atMs ?? 0));
  return span < LEAST_SPAN_MS ? null : MONTH_MS / span;
}

/** What the calls whose cost can be told with both policies really cost, as far as the ledger knows. */
function recordedCost(rows: readonly CallRow[], pairs: readonly Pair[]): LedgerResult['recorded'] {
  let costNanoUsd = 0;
  let calls = 0;
  for (const [index, { current, candidate }] of pairs.entries()) {
    const own = rows[index]?.costNanoUsd ?? null;
    const isTold = [current, candidate].every(
      ({ cost, gaps }) => cost.low === cost.high && gaps.every(({ of }) => of !== 'plan'),
    );
    if (!isTold || own === null) continue;
    costNanoUsd += own;
    calls++;
  }
  return { costNanoUsd, calls };
}
