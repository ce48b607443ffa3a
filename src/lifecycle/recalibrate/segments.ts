// Whether cheap answers are worse for some: each tenant and each language against all others, with one chance of a mistake for all of them
// together. A segment that is surely worse, and by more than is allowed, is proposed a route of its own.
import { pairedDifference } from '../../stats/bootstrap.ts';
import type { Interval } from '../../stats/proportion.ts';
import { type GroupedValue, type GroupStanding, worseGroups } from '../../stats/worse-groups.ts';
import type { RuleCondition } from './recalibration.ts';
import { effectiveOf } from './weights.ts';

/** What a canary has shown of a call of some segments. */
export interface SegmentedGap {
  /** The cheap answer's score less the reference's, -1 to 1. */
  gap: number;
  weight: number;
  /** `tenant:acme`, `language:de`; others are passed over. */
  segments: readonly string[];
  reference: string;
}

export interface SegmentFinding {
  segment: string;
  condition: RuleCondition;
  /** How much worse than the reference its answers are on average, with an interval, and how much the others' are. */
  loss: number;
  interval: Interval;
  elsewhere: number;
  effective: number;
  /** Chance of such a distance where no segment is worse. */
  p: number;
  /**
   * `rule`: it is to have a route of its own. `allowed`: surely worse than the others, and loses no more than is allowed. `shared`: loses more
   * than that, as the others do, and hardly more than they.
   */
  verdict: 'rule' | 'allowed' | 'shared' | 'same';
  /** The model that answered its canaries again. */
  reference: string;
}

export interface SegmentsRefit {
  verdict: 'rules' | 'one' | 'few';
  say: string;
  /** Segments that were held against the others. */
  looked: number;
  /** The worst first. */
  findings: SegmentFinding[];
}

/** Canaries of a segment, and of all others, before anything is said of it. */
export const LEAST_CANARIES = 20;
/** Chance that any segment is found that is not worse: half of the 5 % that an interval may be wrong, for only one of its ends matters here. */
const ERROR = 0.025;

/** `maxLoss`: what answers of a segment may be worse by, 0 to 1. */
export function refitSegments(gaps: readonly SegmentedGap[], { maxLoss }: { maxLoss: number }): SegmentsRefit {
  const values = gaps.map(
    ({ gap, weight, segments }): GroupedValue => ({
      value: gap,
      weight,
      groups: segments.filter((one) => conditionOf(one) !== null),
    }),
  );
  const total = effectiveOf(gaps);
  if (total < 2 * LEAST_CANARIES)
    return {
      verdict: 'few',
      say: `${Math.floor(total)} graded canaries, and ${2 * LEAST_CANARIES} are the least`,
      looked: 0,
      findings: [],
    };
  const { worse, all } = worseGroups(values, { error: ERROR, least: LEAST_CANARIES });
  if (all.length === 0)
    return {
      verdict: 'one',
      say: `no tenant or language has ${LEAST_CANARIES} canaries beside as many of others`,
      looked: 0,
      findings: [],
    };
  const found = [...worse, ...all.filter(({ group }) => !worse.some((one) => one.group === group))];
  const findings = found.map((standing): SegmentFinding => {
    const isWorse = worse.includes(standing);
    const measured = measure(gaps, standing);
    return { ...measured, verdict: isWorse ? verdictOn(measured, maxLoss) : 'same' };
  });
  const rules = findings.filter(({ verdict }) => verdict === 'rule');
  const looked = `${all.length} ${all.length === 1 ? 'segment' : 'segments'} held against the others`;
  const say =
    rules.length > 0
      ? `${looked}: ${rules.map(({ segment }) => segment).join(', ')} ${rules.length === 1 ? 'is' : 'are'} worse`
      : worse.length > 0
        ? `one for all: ${looked}, and ${worse.map(({ group }) => group).join(', ')} stands out by no more than is allowed`
        : `one for all: ${looked}, none is surely worse`;
  return { verdict: rules.length > 0 ? 'rules' : 'one', say, looked: all.length, findings };
}

/** Where all lose more than is allowed, a segment is not what is wrong, unless it stands out by as much again. */
function verdictOn(
  { loss, elsewhere }: Pick<SegmentFinding, 'loss' | 'elsewhere'>,
  maxLoss: number,
): SegmentFinding['verdict'] {
  if (loss <= maxLoss) return 'allowed';
  return elsewhere <= maxLoss || loss - elsewhere > maxLoss ? 'rule' : 'shared';
}

/** The condition that picks a segment; null for one that no rule is made for. */
export function conditionOf(segment: string): RuleCondition | null {
  const [, by, name] = /^(tenant|language):(.+)$/s.exec(segment) ?? [];
  return by === undefined || name === undefined ? null : { by: by as RuleCondition['by'], name };
}

function measure(
  gaps: readonly SegmentedGap[],
  { group, mean, rest, effective, p }: GroupStanding,
): Omit<SegmentFinding, 'verdict'> {
  const own = gaps.filter(({ segments }) => segments.includes(group));
  const lost = own.map(({ gap, weight }) => ({ before: gap, after: 0, weight }));
  const gained = pairedDifference(lost, { rounds: 1000 });
  return {
    segment: group,
    condition: conditionOf(group) as RuleCondition,
    loss: -mean + 0,
    interval: { low: gained?.low ?? -1, high: gained?.high ?? 1 },
    elsewhere: -rest + 0,
    effective,
    p,
    reference: commonest(own),
  };
}

function commonest(gaps: readonly SegmentedGap[]): string {
  const weights = new Map<string, number>();
  for (const { reference, weight } of gaps) weights.set(reference, (weights.get(reference) ?? 0) + weight);
  return [...weights].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? '';
}
