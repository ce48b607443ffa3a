// Where each rollout stands, by the configuration, the events and what a gateway has kept: the one answer that text and JSON are made of. It
// decides nothing.
import type { Config } from '../../config/config.ts';
import type { RolloutConfig } from '../../config/rollout-config.ts';
import { rulesOf } from '../../watch/rollout/config-rules.ts';
import type { RolloutEvent } from '../../watch/rollout/events.ts';
import type { Evidence, PerArm } from '../../watch/rollout/evidence.ts';
import { judgeStep, type Needs, type StepVerdict } from '../../watch/rollout/judge-step.ts';
import type { Measure } from '../../watch/rollout/measure.ts';
import { isOver, type RolloutState } from '../../watch/rollout/rollout-state.ts';
import { nextPercent, type RolloutRules } from '../../watch/rollout/rules.ts';
import { evidenceOf, type OpenedRollouts } from './opened.ts';

export interface Standing {
  task: string;
  /** Null while none has begun. */
  rollout: string | null;
  /** `not_begun`: no gateway has begun what stands in the configuration. */
  status: RolloutState['status'] | 'not_begun';
  /** Whether the configuration has it; where it has not, all callers are on the task's own route. */
  isConfigured: boolean;
  /** Share of the callers that are on the candidate, and were before that. */
  percent: number;
  percentBefore: number | null;
  /** Place of the share among the steps, from 1; null for none of them. */
  step: number | null;
  steps: readonly number[];
  next: number | null;
  sinceMs: number | null;
  /** Of the whole rollout; null when nothing is known. */
  calls: PerArm<number> | null;
  canaries: PerArm<number> | null;
  /** What may be done by what is known; null when it is over, or nothing is known. */
  verdict: StepVerdict['verdict'] | null;
  sentence: string | null;
  measures: readonly Measure[];
  needs: Needs | null;
  /** What of the candidate this step may still take until it is given up. */
  left: { count: number; of: 'canaries' | 'gated calls' } | null;
  /** Why there is no verdict; null where there is one, or none is due. */
  unjudged: string | null;
  /** What the last event said. */
  why: string | null;
  history: readonly Omit<RolloutEvent, 'evidence'>[];
}

/** Of every task that has a rollout in the configuration, then of those whose events alone are left. */
export function standingsOf({ rollouts }: Pick<Config, 'rollouts'>, opened: OpenedRollouts): Standing[] {
  const tasks = new Set([...rollouts.keys(), ...opened.states.keys()]);
  return [...tasks].map((task) => standingOf(task, rollouts.get(task), opened));
}

export function standingOf(task: string, config: RolloutConfig | undefined, opened: OpenedRollouts): Standing {
  const state = opened.states.get(task);
  if (config !== undefined && state?.candidateDigest !== config.digest) return notBegun(config);
  if (state === undefined) throw new RangeError(`there is no rollout of ${task}`);
  return { ...placeOf(state, config), ...knownOf(state, config, opened) };
}

const NOTHING = {
  calls: null,
  canaries: null,
  verdict: null,
  sentence: null,
  measures: [],
  needs: null,
  left: null,
  unjudged: null,
} as const;

function notBegun({ task, stepsPercent: steps }: RolloutConfig): Standing {
  return {
    task,
    rollout: null,
    status: 'not_begun',
    isConfigured: true,
    percent: 0,
    percentBefore: null,
    step: null,
    steps,
    next: steps[0] ?? null,
    sinceMs: null,
    ...NOTHING,
    why: null,
    history: [],
  };
}

function withoutEvidence(event: RolloutEvent): Omit<RolloutEvent, 'evidence'> {
  const { evidence: _, ...rest } = event;
  return rest;
}

type Known = Pick<Standing, keyof typeof NOTHING>;

function placeOf(state: RolloutState, config: RolloutConfig | undefined): Omit<Standing, keyof Known> {
  const { task, rollout, status, percent, sinceMs, history } = state;
  const steps = config?.stepsPercent ?? [];
  const at = steps.indexOf(percent);
  return {
    task,
    rollout,
    status,
    isConfigured: config !== undefined,
    percent,
    percentBefore: history.at(-2)?.percent ?? null,
    step: at < 0 ? null : at + 1,
    steps,
    next: isOver(state) ? null : nextPercent({ steps }, percent),
    sinceMs,
    why: history.at(-1)?.why ?? null,
    history: history.map(withoutEvidence),
  };
}

function knownOf(state: RolloutState, config: RolloutConfig | undefined, { kept }: OpenedRollouts): Known {
  const last = state.history.at(-1)?.evidence;
  if (config === undefined || isOver(state)) return { ...NOTHING, ...countsOf(last ?? null) };
  const evidence = evidenceOf(kept, state, config);
  if (typeof evidence === 'string') return { ...NOTHING, unjudged: evidence };
  const rules = rulesOf(config);
  const counts = { ...NOTHING, ...countsOf(evidence) };
  if (!rules.steps.includes(state.percent))
    return {
      ...counts,
      unjudged: `${state.percent} % is none of the steps ${rules.steps.join(', ')}: it stays there.`,
    };
  let judged: StepVerdict;
  try {
    judged = judgeStep(evidence, rules, state.percent);
  } catch {
    return { ...NOTHING, unjudged: `There is no evidence: ${kept.path} is not what this version writes.` };
  }
  return { ...counts, ...judged, left: leftOf(evidence, rules) };
}

function leftOf({ gaps, canaries, gated, before }: Evidence, { maxCanaries }: RolloutRules): Known['left'] {
  const isByGates = gaps.pairs === 0;
  const had = isByGates ? gated.candidate - before.gated.candidate : canaries.candidate - before.canaries.candidate;
  return { count: Math.max(0, maxCanaries - had), of: isByGates ? 'gated calls' : 'canaries' };
}

function countsOf(evidence: Evidence | null): Pick<Known, 'calls' | 'canaries'> {
  return { calls: evidence?.calls ?? null, canaries: evidence?.canaries ?? null };
}
