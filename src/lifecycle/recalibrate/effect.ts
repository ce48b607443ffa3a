// What changes would do to the calls of the period: both configurations played over the same rows, and, for calls that canaries have answered a
// second time, how good the answers would be. It calls no model.
import type { Config } from '../../config/config.ts';
import { type Difference, pairedDifference } from '../../stats/bootstrap.ts';
import { valueOf } from '../simulate/bounds.ts';
import type { Pair } from '../simulate/compare.ts';
import type { Played } from '../simulate/played.ts';
import { type LedgerSource, type RowsRead, simulateRows } from '../simulate/simulate-ledger.ts';
import type { Sides } from '../simulate/simulate-profile.ts';
import { toReport } from '../simulate/to-report.ts';
import type { GradedCanary } from './gather.ts';
import { rightIn } from './labels.ts';
import type { CanaryEffect, Change, Effect } from './recalibration.ts';
import { isReported } from './thresholds.ts';
import { shareOf } from './weights.ts';

export interface Playing {
  sides: Sides;
  rows: RowsRead;
  source: LedgerSource;
  canaries: readonly GradedCanary[];
  changes: readonly Change[];
  /** Tasks that are recalibrated: calls of others are not told of. */
  tasks: ReadonlySet<string>;
  file: string;
}

/** Never rejects on account of a row; what cannot be told has its reason in the simulation. */
export async function effectOf({ sides, rows, source, canaries, changes, tasks, file }: Playing): Promise<Effect> {
  const { pairs: all, ...found } = await simulateRows(sides, rows, source);
  const pairs = all.filter(({ task }) => task !== null && tasks.has(task));
  const policies = { current: file, candidate: 'the changes' };
  const simulation = toReport(pairs, { ...found, from: 'ledger', policies, recorded: null });
  return { simulation, canaries: canaryEffect(pairs, { canaries, changes }) };
}

/** Tasks whose thresholds change. */
function turnedIn(changes: readonly Change[]): Set<string> {
  return new Set(
    changes.flatMap((change) =>
      change.kind === 'number' && change.path[2] === 'accept' ? String(change.path[1]) : [],
    ),
  );
}

/** A call with what both configurations would give its client, as far as the canary tells. */
interface Looked {
  weight: number;
  /** How good the answers would be beside each other, 0 to 1. */
  before: number;
  after: number;
  /** Null where it is not known. */
  cost: { before: number; after: number } | null;
}

/** Where thresholds were chosen, by the calls that they were not chosen by. */
export function canaryEffect(
  pairs: readonly Pair[],
  { canaries, changes }: { canaries: readonly GradedCanary[]; changes: readonly Change[] },
): CanaryEffect | null {
  const byId = new Map(pairs.map((pair) => [pair.id, pair]));
  const turned = turnedIn(changes);
  const byLanguage = languageRules(changes);
  let untold = 0;
  const looked = canaries.flatMap((canary): Looked[] => {
    const pair = byId.get(canary.call);
    if (pair === undefined || (turned.has(pair.task ?? '') && !isReported(canary.call))) return [];
    const one = look(pair, canary, byLanguage.get(pair.task ?? '') ?? NONE);
    if (one === null) untold++;
    return one === null ? [] : [one];
  });
  const inForce = shareOf(looked, (at) => looked[at]?.before ?? 0, CONFIDENCE);
  const candidate = shareOf(looked, (at) => looked[at]?.after ?? 0, CONFIDENCE);
  const difference = pairedDifference(looked);
  if (inForce === null || candidate === null || difference === null) return null;
  return {
    calls: looked.length,
    untold,
    isHalf: turned.size > 0,
    inForce,
    candidate,
    difference,
    perCall: costOf(looked),
  };
}

const CONFIDENCE = 0.95;
const NONE: ReadonlySet<string> = new Set();
/** Of fewer calls the mean cost says nothing of the others. */
const LEAST_PRICED = 0.9;

function costOf(looked: readonly Looked[]): Difference | null {
  const priced = looked.flatMap(({ cost, weight }) => (cost === null ? [] : [{ ...cost, weight }]));
  return priced.length < LEAST_PRICED * looked.length ? null : pairedDifference(priced);
}

/** By task: the languages that are to have a route of their own. */
function languageRules(changes: readonly Change[]): Map<string, Set<string>> {
  const rules = new Map<string, Set<string>>();
  for (const change of changes) {
    if (change.kind !== 'rule' || change.when.by !== 'language') continue;
    rules.set(change.task, (rules.get(change.task) ?? new Set()).add(`language:${change.when.name}`));
  }
  return rules;
}

/** Null where another model's answer would be given than the two that were compared. */
function look({ current, candidate }: Pair, canary: GradedCanary, ruled: ReadonlySet<string>): Looked | null {
  const before = goodIn(current, canary);
  const own = valueOf(current.cost);
  const isRuled = canary.segments.some((segment) => ruled.has(segment));
  const after = isRuled ? rightOfReference(canary) : goodIn(candidate, canary);
  const next = isRuled ? canary.referenceNanoUsd : valueOf(candidate.cost);
  if (before === null || after === null) return null;
  return {
    weight: canary.weight,
    before,
    after,
    cost: own === null || next === null ? null : { before: own, after: next },
  };
}

function goodIn({ answers }: Played, canary: GradedCanary): number | null {
  if (answers === null) return null;
  let good = 0;
  for (const [model, share] of answers) {
    if (share === 0) continue;
    if (model === canary.model) good += share * rightIn(canary.gap);
    else if (model === canary.reference) good += share * rightOfReference(canary);
    else if (model !== '') return null;
  }
  return good;
}

/** Entirely, unless the cheap answer was better. */
function rightOfReference({ gap }: GradedCanary): number {
  return rightIn(-gap);
}

/** Whether rows can be told of under the change: no row knows the language of its request. */
export function isPlayable(change: Change): boolean {
  return change.kind !== 'rule' || change.when.by !== 'language';
}

/** Whether any change can make a difference to where calls go: what is expected of answers is asked for by some routes alone. */
export function mayMove(changes: readonly Change[], { tasks }: Pick<Config, 'tasks'>): boolean {
  return changes.some((change) => {
    if (change.kind === 'rule' || change.path[2] === 'accept') return true;
    const route = tasks.get(String(change.path[1]))?.route;
    return route !== undefined && route.mode !== null;
  });
}
