// A point of the list before a launch. Data only.

/**
 * `ok`: done, with its evidence. `missing`: to be mended before a launch. `open`: not known, or not to be had yet.
 */
export type PointState = 'ok' | 'missing' | 'open';

export interface Point {
  /** Short name of the point, for machines. */
  code: string;
  state: PointState;
  /** One sentence without its full stop. */
  say: string;
  /** The command or the key that mends it; null where there is nothing to do. */
  mend: string | null;
}

/** One task, or the configuration as a whole. */
export interface PointGroup {
  /** Null: what belongs to no task. */
  task: string | null;
  points: Point[];
}

export interface Readiness {
  isReady: boolean;
  counts: Record<PointState, number>;
  groups: PointGroup[];
}

export function ok(code: string, say: string): Point {
  return { code, state: 'ok', say, mend: null };
}

export function missing(code: string, say: string, mend: string): Point {
  return { code, state: 'missing', say, mend };
}

export function open(code: string, say: string, mend: string | null): Point {
  return { code, state: 'open', say, mend };
}

/** `isStrict`: what is open and can be mended stands in the way, too. */
export function toReadiness(groups: readonly PointGroup[], isStrict: boolean): Readiness {
  const points = groups.flatMap((group) => group.points);
  const count = (state: PointState): number => points.filter((point) => point.state === state).length;
  const stands = ({ state, mend }: Point): boolean =>
    state === 'missing' || (isStrict && state === 'open' && mend !== null);
  return {
    isReady: !points.some(stands),
    counts: { ok: count('ok'), missing: count('missing'), open: count('open') },
    groups: [...groups],
  };
}
