// Pairs of played calls as a report: the whole, each task, who is affected, what cannot be told.
import { valueOf } from './bounds.ts';
import { compare, countBy, type Pair } from './compare.ts';
import { movedShare, type Played } from './played.ts';
import type { Affected, AffectedGroup, LargestChange, SimulationReport, TaskComparison, Untold } from './report.ts';

const MOST_LISTED = 10;

export type ReportFacts = Pick<SimulationReport, 'from' | 'policies' | 'period' | 'recorded' | 'notes'>;

export function toReport(pairs: readonly Pair[], facts: ReportFacts): SimulationReport {
  const byTask = Map.groupBy(pairs, ({ task }) => task);
  const tasks = [...byTask]
    .map(([task, own]): TaskComparison => ({ task, ...compare(own) }))
    .toSorted((one, other) => other.calls - one.calls || compareNames(one.task, other.task));
  return {
    version: 1,
    ...facts,
    ...compare(pairs),
    tasks,
    affected: affectedBy(pairs),
    untold: untoldIn(pairs),
  };
}

function compareNames(one: string | null, other: string | null): number {
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

interface Moved {
  pair: Pair;
  share: number;
}

function affectedBy(pairs: readonly Pair[]): Affected {
  const known = pairs.flatMap((pair): Moved[] => {
    const share = movedShare(pair.current, pair.candidate);
    return share === null ? [] : [{ pair, share }];
  });
  const moved = known.filter(({ share }) => share > 0);
  const calls = moved.reduce((sum, { share }) => sum + share, 0);
  const sessionsOf = (some: readonly Moved[]): number =>
    new Set(some.flatMap(({ pair: { tenant, session } }) => (session === null ? [] : [`${tenant}\n${session}`]))).size;
  return {
    calls,
    share: known.length === 0 ? null : calls / known.length,
    tasks: groups(known, ({ task }) => task),
    tenants: groups(known, ({ tenant }) => tenant),
    sessions: { count: sessionsOf(moved), of: sessionsOf(known) },
    moves: movesIn(moved.map(({ pair }) => pair)),
    newlyRefused: countBy(pairs, ({ current, candidate }) =>
      current.refusal === null && current.first !== null ? candidate.refusal : null,
    ),
    largest: largestOf(pairs),
  };
}

function groups(known: readonly Moved[], nameOf: (pair: Pair) => string | null): AffectedGroup[] {
  const named = known.filter(({ pair }) => nameOf(pair) !== null);
  return [...Map.groupBy(named, ({ pair }) => nameOf(pair) ?? '')]
    .map(([name, own]) => ({
      name,
      calls: own.reduce((sum, { share }) => sum + share, 0),
      of: own.length,
      costNanoUsd: Math.round(own.reduce((sum, { pair }) => sum + (changeOf(pair) ?? 0), 0)),
    }))
    .filter(({ calls }) => calls > 0)
    .toSorted((one, other) => other.calls - one.calls || compareNames(one.name, other.name));
}

/** Of the cost of one call; null when it is not known with both policies. */
function changeOf({ current, candidate }: Pair): number | null {
  const before = valueOf(current.cost);
  const after = valueOf(candidate.cost);
  return before === null || after === null ? null : after - before;
}

function movesIn(pairs: readonly Pair[]): Affected['moves'] {
  const moves = countBy(pairs, ({ current, candidate }) => {
    const from = current.first ?? current.refusal;
    const to = candidate.first ?? candidate.refusal;
    return from === null || to === null || from === to ? null : JSON.stringify([from, to]);
  });
  return moves.map(({ code, calls }) => {
    const [from, to] = JSON.parse(code) as [string, string];
    return { from, to, calls };
  });
}

/** The model that is tried first and those that may give the answer after it, `small > frontier`; or why the call is refused. */
function wayOf({ first, refusal, answers }: Played): string | null {
  if (first === null) return refusal;
  const after = [...(answers ?? [])].filter(([name, share]) => name !== '' && name !== first && share > 0);
  return [first, ...after.map(([name]) => name)].join(' > ');
}

function largestOf(pairs: readonly Pair[]): LargestChange[] {
  return pairs
    .flatMap((pair) => {
      const change = changeOf(pair);
      return change === null || change === 0 ? [] : [{ pair, change }];
    })
    .toSorted((one, other) => Math.abs(other.change) - Math.abs(one.change) || (one.pair.id < other.pair.id ? -1 : 1))
    .slice(0, MOST_LISTED)
    .map(({ pair: { id, task, current, candidate }, change }) => ({
      id,
      task,
      from: wayOf(current),
      to: wayOf(candidate),
      costNanoUsd: Math.round(change),
    }));
}

/** Every reason with its calls, the commonest first. A call may have several. */
function untoldIn(pairs: readonly Pair[]): Untold[] {
  const counts = new Map<string, Untold>();
  for (const { current, candidate } of pairs) {
    const own = new Set(current.gaps.map(keyOf));
    const other = new Set(candidate.gaps.map(keyOf));
    for (const key of new Set([...own, ...other])) {
      const [of, reason] = JSON.parse(key) as [Untold['of'], string];
      const policy = own.has(key) ? (other.has(key) ? 'both' : 'current') : 'candidate';
      const found = counts.get(`${policy}\n${key}`) ?? { of, policy, reason, calls: 0 };
      counts.set(`${policy}\n${key}`, { ...found, calls: found.calls + 1 });
    }
  }
  return [...counts.values()].toSorted(
    (one, other) => other.calls - one.calls || compareNames(one.reason, other.reason),
  );
}

function keyOf({ of, reason }: { of: string; reason: string }): string {
  return JSON.stringify([of, reason]);
}
