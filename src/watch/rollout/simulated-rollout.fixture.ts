// A rollout on traffic of which the truth is known: calls fall on the arms by chance, a share of either arm's is answered again by the reference
// and graded. For tests and benchmarks.
import type { ArmName } from '../../call/arm.ts';
import { createRandom } from '../../stats/random.ts';
import type { RolloutEvent } from './events.ts';
import { type Evidence, noEvidence, withCall, withGap, withStep } from './evidence.ts';
import { judgeStep } from './judge-step.ts';
import { firstEvent, fold, isOver, nextEvent } from './rollout-state.ts';
import { DEFAULT_RULES, type RolloutRules } from './rules.ts';

export interface Traffic {
  /** How often the answer is right: the base arm's model, the candidate's, the reference's. */
  base: number;
  candidate: number;
  reference: number;
  /** How often a cheap answer and the reference's are right or wrong for the same reason. */
  shared: number;
  /** Candidate over base. */
  costRatio?: number;
  latencyRatio?: number;
  /** Share of calls that fail, on the base arm and more on the candidate's. */
  failed?: number;
  failedMore?: number;
  /** Canaries of the base arm for one of the candidate's, as long as it has calls enough; none for calls that only gates judge. */
  baseCanaries?: number;
}

export interface Ended {
  status: 'finished' | 'rolled_back' | 'open';
  /** The largest share of callers that was ever on the candidate. */
  reached: number;
  /** Of both arms together. */
  calls: number;
  canaries: Record<ArmName, number>;
  why: string;
}

interface SimulationOptions {
  seed: number;
  rules?: Readonly<RolloutRules>;
  /** After so many calls it is left as it is. */
  mostCalls?: number;
}

/** Looked at after so many calls each. */
const JUDGED_EVERY = 25;

/** Runs one rollout from its start to its end. The same seed gives the same. */
export function simulateRollout(traffic: Traffic, options: SimulationOptions): Ended {
  const { seed, rules = DEFAULT_RULES, mostCalls = 400_000 } = options;
  const random = createRandom(seed);
  const going = { approval: 'auto', steps: rules.steps, at: '2026-01-01T00:00:00.000Z' } as const;
  const first = firstEvent(undefined, { task: 'task', candidateDigest: 'a'.repeat(24), ...going });
  let state = fold([first as RolloutEvent]).get('task');
  let evidence = noEvidence(rules);
  let reached = 0;
  let calls = 0;
  while (state !== undefined && !isOver(state) && calls < mostCalls) {
    reached = Math.max(reached, state.percent);
    evidence = withTraffic(evidence, traffic, { percent: state.percent, random });
    calls++;
    if (calls % JUDGED_EVERY !== 0) continue;
    const event = nextEvent(state, judgeStep(evidence, rules, state.percent), going);
    if (event === null) continue;
    state = fold([...state.history, event]).get('task');
    evidence = withStep(evidence);
  }
  const status = state?.status === 'finished' || state?.status === 'rolled_back' ? state.status : 'open';
  return {
    status,
    reached: status === 'finished' ? 100 : reached,
    calls,
    canaries: { ...evidence.canaries },
    why: state?.history.at(-1)?.why ?? '',
  };
}

function withTraffic(
  evidence: Evidence,
  traffic: Traffic,
  { percent, random }: { percent: number; random: () => number },
): Evidence {
  const { baseCanaries = 1, failed = 0.005, failedMore = 0, costRatio = 0.5, latencyRatio = 0.9 } = traffic;
  const arm = random() < percent / 100 ? 'candidate' : 'base';
  const isCandidate = arm === 'candidate';
  const isFailed = random() < failed + (isCandidate ? failedMore : 0);
  const luck = random();
  const isRight = !isFailed && luck < (isCandidate ? traffic.candidate : traffic.base);
  const [one, other] = twoNormals(random);
  const known = withCall(evidence, {
    arm,
    costNanoUsd: Math.round(200_000 * Math.exp(0.8 * one) * (isCandidate ? costRatio : 1)),
    latencyMs: 900 * Math.exp(0.5 * other) * (isCandidate ? latencyRatio : 1),
    isFailed,
    isPassed: isFailed ? null : isRight,
  });
  const canaries = isCandidate ? Math.min(1, baseCanaries) : Math.min(1, (baseCanaries * percent) / (100 - percent));
  if (isFailed || random() >= canaries) return known;
  const otherLuck = random() < traffic.shared ? luck : random();
  return withGap(known, arm, Number(isRight) - Number(otherLuck < traffic.reference));
}

/** Box, Muller (1958). */
function twoNormals(random: () => number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  const angle = 2 * Math.PI * random();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
