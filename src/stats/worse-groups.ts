// Which groups of values lie lower than the rest, however many groups are looked at: the values are dealt out anew among the same places, and
// a group counts as worse when hardly any deal gives any group so low a place as it has. No assumption on how values are spread.
// Westfall, P. H. and Young, S. S. (1993), Resampling-based multiple testing, algorithm 2.8 (largest statistic of each deal); one group after
// the other, each time without those that were found: Goeman, J. J. and Solari, A. (2010), The sequential rejection principle of familywise
// error control.
import { effectiveTrials } from './proportion.ts';
import { createRandom } from './random.ts';

export interface GroupedValue {
  value: number;
  /** Above 0. */
  weight: number;
  /** A value may be in several groups. */
  groups: readonly string[];
}

export interface GroupStanding {
  group: string;
  /** Weighted means of the group and of everything else. */
  mean: number;
  rest: number;
  /** How many values without weights would tell as much. */
  effective: number;
  /** How far it lies below the rest, the more certain the more. */
  shift: number;
  /** Chance that any of the groups would be so far below the rest, if none was worse. */
  p: number;
}

export interface GroupOptions {
  /** Chance that any group is taken for worse that is not. */
  error: number;
  /** What a group and its rest have to tell at least, as effective values. */
  least: number;
  rounds?: number;
  seed?: number;
}

export interface WorseGroups {
  /** In the order in which they were found. */
  worse: GroupStanding[];
  /** All groups that were looked at, beside everything else, the worst first. */
  all: GroupStanding[];
}

/** Groups found at most: what is left after so many is no whole any more. */
const MOST_FOUND = 8;
const ROUNDS = 1999;
/** Deals are given up when so many had a group as low: Besag, J. and Clifford, P. (1991), Sequential Monte Carlo p-values. */
const MOST_BEATEN = 200;

/** The same seed gives the same result. */
export function worseGroups(values: readonly GroupedValue[], options: GroupOptions): WorseGroups {
  let left = values;
  let all: GroupStanding[] | null = null;
  const worse: GroupStanding[] = [];
  while (worse.length < MOST_FOUND) {
    const standings = standingsIn(left, options);
    all ??= standings;
    const [worst] = standings;
    if (worst === undefined || worst.p > options.error) break;
    worse.push(worst);
    left = left.filter(({ groups }) => !groups.includes(worst.group));
  }
  return { worse, all: all ?? [] };
}

/** A group as positions in the list of values, with what its statistic is made of. */
interface Placed {
  group: string;
  at: Int32Array;
  weight: number;
  effective: number;
  /** The lower a group lies below the rest, in units of what chance would do, the higher. */
  scale: number;
}

function standingsIn(
  values: readonly GroupedValue[],
  { least, rounds = ROUNDS, seed = 1 }: GroupOptions,
): GroupStanding[] {
  const weights = Float64Array.from(values, ({ weight }) => weight);
  const dealt = Float64Array.from(values, ({ value }) => value);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const groups = placedGroups(values, least);
  const found = groups.map((placed) => ({ ...standingOf(placed, { weights, values: dealt, whole }), beaten: 0 }));
  if (found.length === 0) return [];
  const [worst] = found.toSorted(byShift);
  const random = createRandom(seed);
  let done = 0;
  while (done < rounds) {
    // What has been beaten so often is not found any more, and how often exactly does not matter.
    if (worst !== undefined && worst.beaten >= MOST_BEATEN) break;
    done++;
    deal(dealt, random);
    const total = weighted(dealt, weights);
    let most = Number.NEGATIVE_INFINITY;
    for (const placed of groups) most = Math.max(most, shiftOf(placed, { weights, values: dealt, whole, total }));
    for (const one of found) if (most >= one.shift - 1e-9) one.beaten++;
  }
  return found.map(({ beaten, ...standing }) => ({ ...standing, p: (1 + beaten) / (1 + done) })).toSorted(byShift);
}

function byShift(one: Pick<GroupStanding, 'shift' | 'group'>, other: Pick<GroupStanding, 'shift' | 'group'>): number {
  return other.shift - one.shift || (one.group < other.group ? -1 : 1);
}

function placedGroups(values: readonly GroupedValue[], least: number): Placed[] {
  const names = new Set(values.flatMap(({ groups }) => groups));
  return [...names].flatMap((group): Placed[] => {
    const at = values.flatMap(({ groups }, index) => (groups.includes(group) ? index : []));
    const inside = at.map((index) => values[index]?.weight ?? 0);
    const effective = effectiveTrials(inside);
    const outside = effectiveTrials(values.flatMap(({ groups, weight }) => (groups.includes(group) ? [] : weight)));
    if (effective < least || outside < least) return [];
    const weight = inside.reduce((sum, one) => sum + one, 0);
    return [{ group, at: Int32Array.from(at), weight, effective, scale: Math.sqrt(1 / effective + 1 / outside) }];
  });
}

interface Dealt {
  weights: Float64Array;
  values: Float64Array;
  /** Sum of the weights. */
  whole: number;
}

function standingOf(placed: Placed, dealt: Dealt): Omit<GroupStanding, 'p'> {
  const total = weighted(dealt.values, dealt.weights);
  const own = sumOf(placed, dealt);
  const { group, weight, effective } = placed;
  return {
    group,
    mean: own / weight,
    rest: (total - own) / (dealt.whole - weight),
    effective,
    shift: shiftOf(placed, { ...dealt, total }),
  };
}

function shiftOf(placed: Placed, { total, ...dealt }: Dealt & { total: number }): number {
  const own = sumOf(placed, dealt);
  return ((total - own) / (dealt.whole - placed.weight) - own / placed.weight) / placed.scale;
}

function sumOf({ at }: Placed, { weights, values }: Dealt): number {
  let sum = 0;
  for (const index of at) sum += (weights[index] as number) * (values[index] as number);
  return sum;
}

function weighted(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at] as number) * (weights[at] as number);
  return sum;
}

function deal(values: Float64Array, random: () => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const kept = values[last] as number;
    values[last] = values[other] as number;
    values[other] = kept;
  }
}
