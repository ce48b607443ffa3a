// The numbers that gates hold scores against, and what the verdicts of the log come to under other numbers: a score stands in the row, so
// nobody has to be asked again. What was never asked, because a gate before it had refused, stays unknown.
import { isDeepStrictEqual } from 'node:util';
import type { AttemptRow, CallRow } from '../../call/row.ts';
import type { Verdict } from '../../call/verdict.ts';
import type { Config } from '../../config/config.ts';
import type { GateConfig } from '../../gate/gate-config.ts';

/** An answer passes the gate when its score is at least `min`. */
export interface ScoreBound {
  gate: GateConfig['kind'];
  /** Position of the gate in `accept`, and among those of its kind: verdicts name the kind alone. */
  index: number;
  nth: number;
  min: number;
}

export function scoreBounds(accept: readonly GateConfig[]): ScoreBound[] {
  const seen = new Map<string, number>();
  return accept.flatMap((gate, index) => {
    const nth = seen.get(gate.kind) ?? 0;
    seen.set(gate.kind, nth + 1);
    const min = minOf(gate);
    return min === null ? [] : [{ gate: gate.kind, index, nth, min }];
  });
}

function minOf(gate: GateConfig): number | null {
  switch (gate.kind) {
    case 'confidence':
    case 'logprobs':
    case 'judge':
    case 'learned':
      return gate.min;
    case 'agreement':
      return gate.embedding?.min ?? null;
    default:
      return null;
  }
}

/** The same gate with another number. A gate without one is given back as it is. */
export function withMin(gate: GateConfig, min: number): GateConfig {
  if (minOf(gate) === null) return gate;
  if (gate.kind === 'agreement')
    return { ...gate, embedding: gate.embedding === null ? null : { ...gate.embedding, min } };
  return { ...gate, min } as GateConfig;
}

/** Whether the gates are the same but for these numbers. */
export function areSameButBounds(one: readonly GateConfig[], other: readonly GateConfig[]): boolean {
  const open = (gates: readonly GateConfig[]): GateConfig[] => gates.map((gate) => withMin(gate, 0));
  return isDeepStrictEqual(open(one), open(other));
}

/** The verdict of a bound's gate; undefined when it was not asked. */
export function verdictOf(verdicts: readonly Verdict[], { gate, nth }: ScoreBound): Verdict | undefined {
  let left = nth;
  for (const verdict of verdicts) if (verdict.gate === gate && left-- === 0) return verdict;
  return undefined;
}

/** Verdicts as they are under these bounds; the first that refuses is the last. The same array where nothing changes. */
export function underBounds(verdicts: readonly Verdict[], bounds: readonly ScoreBound[]): readonly Verdict[] {
  const turned = verdicts.map((verdict) => {
    const bound = bounds.find((one) => verdictOf(verdicts, one) === verdict);
    if (bound === undefined || verdict.score === null || verdict.isBroken === true) return verdict;
    const pass = verdict.score >= bound.min;
    return pass === verdict.pass ? verdict : { ...verdict, pass };
  });
  const refused = turned.findIndex(({ pass }) => !pass);
  const kept = refused < 0 ? turned : turned.slice(0, refused + 1);
  const isSame = kept.length === verdicts.length && kept.every((verdict, at) => verdict === verdicts[at]);
  return isSame ? verdicts : kept;
}

/** The row with its verdicts as these bounds give them; itself where nothing changes. */
export function rowUnder(row: CallRow, bounds: readonly ScoreBound[]): CallRow {
  if (bounds.length === 0) return row;
  const attempts = row.attempts.map((attempt): AttemptRow => {
    if (attempt.verdicts === null) return attempt;
    const verdicts = underBounds(attempt.verdicts, bounds);
    return verdicts === attempt.verdicts ? attempt : { ...attempt, verdicts };
  });
  return attempts.every((attempt, at) => attempt === row.attempts[at]) ? row : { ...row, attempts };
}

/** Rows with the verdicts that the gates of `config` give by the scores in them. Tasks whose gates are others than those of `judged` are left. */
export function rowsUnder(rows: readonly CallRow[], config: Config, judged: Config = config): readonly CallRow[] {
  const bounds = new Map<string | null, readonly ScoreBound[]>();
  for (const { name, accept } of config.tasks.values())
    if (areSameButBounds(accept, judged.tasks.get(name)?.accept ?? [])) bounds.set(name, scoreBounds(accept));
  const turned = rows.map((row) => rowUnder(row, bounds.get(row.task) ?? []));
  return turned.every((row, at) => row === rows[at]) ? rows : turned;
}

/** Tasks whose gates have other numbers in the second configuration, and are the same otherwise. */
export function tasksWithOtherBounds({ tasks }: Config, { tasks: others }: Config): Set<string> {
  const names = [...tasks.values()].filter(({ name, accept }) => {
    const other = others.get(name)?.accept;
    return other !== undefined && !isDeepStrictEqual(accept, other) && areSameButBounds(accept, other);
  });
  return new Set(names.map(({ name }) => name));
}
