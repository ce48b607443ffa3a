// Rollouts at work: which share of a task's callers is on the candidate, what is known of both arms, and when a step is over. Every change is on
// the disk before it holds, so that a killed process goes on where it was; it never moves a rollout that a person has ended.
import { statSync } from 'node:fs';
import type { Arm } from '../call/arm.ts';
import type { RolloutConfig } from '../config/rollout-config.ts';
import type { Alarm } from '../watch/alarm.ts';
import type { Observation } from '../watch/observation.ts';
import { rulesOf } from '../watch/rollout/config-rules.ts';
import { appendEvent, type RolloutEvent, readEvents } from '../watch/rollout/events.ts';
import { type Evidence, noEvidence, withCall, withGap, withStep } from '../watch/rollout/evidence.ts';
import { judgeStep } from '../watch/rollout/judge-step.ts';
import { firstEvent, fold, isOver, nextEvent, type RolloutState } from '../watch/rollout/rollout-state.ts';

export interface RolloutsParts {
  /** The file of events. */
  path: string;
  warn: (sentence: string) => void;
  raise: (alarm: Alarm) => void;
  /** Why no rollout of the task may go on at the moment; null when it may. */
  frozenBy: (task: string) => string | null;
  /** Everybody is on the candidate from now on. */
  onFinished?: (task: string) => void;
  nowMs?: () => number;
}

/** What is known of the arms of one rollout. */
export interface KeptEvidence {
  rollout: string;
  /** The step that it was gathered in, by its place. */
  step: number;
  /** The rules as JSON: what was gathered under others does not count under these. */
  rules: string;
  evidence: Evidence;
}

/** Calls between two looks at a step; a canary is looked at at once. */
const EVERY = 20;

export class Rollouts {
  private readonly parts: RolloutsParts;
  private readonly nowMs: () => number;
  private configs: ReadonlyMap<string, RolloutConfig> = new Map();
  private states = new Map<string, RolloutState>();
  private readonly evidence = new Map<string, KeptEvidence>();
  /** Tasks whose evidence was taken from an event: what came before its step is in it. */
  private readonly fromEvents = new Set<string>();
  /** Size of the file when it was read last. */
  private readSize = -1;
  private isRead = true;
  private unjudged = 0;
  /** Rollouts whose end could not be written yet. */
  private readonly pulledBack = new Set<string>();
  private warned = '';

  constructor(parts: RolloutsParts) {
    this.parts = parts;
    this.nowMs = parts.nowMs ?? Date.now;
  }

  /** Puts the rollouts of a configuration in force and starts those that are new. */
  under(configs: ReadonlyMap<string, RolloutConfig>): void {
    this.configs = configs;
    if (configs.size === 0) return;
    this.refresh();
    // Nobody knows what was begun, or has ended, where the events cannot be read.
    if (!this.isRead) return;
    for (const { task, digest, stepsPercent } of configs.values()) {
      const at = new Date(this.nowMs()).toISOString();
      const event = firstEvent(this.states.get(task), { task, candidateDigest: digest, steps: stepsPercent, at });
      if (event !== null) this.happen(event);
    }
  }

  /** Takes in what other processes, and people, have decided. */
  refresh(): void {
    if (this.configs.size === 0) return;
    const size = sizeOf(this.parts.path);
    if (size === this.readSize) return;
    try {
      const before = this.states;
      this.states = fold(readEvents(this.parts.path));
      this.readSize = size;
      this.isRead = true;
      for (const [task, state] of this.states) {
        const earlier = before.get(task);
        if (earlier?.step !== state.step) this.beginStep(state);
        if (earlier !== undefined && earlier.status !== 'finished' && state.status === 'finished')
          this.parts.onFinished?.(task);
      }
    } catch (error) {
      this.parts.warn(error instanceof Error ? error.message : String(error));
      this.readSize = size;
      this.isRead = false;
    }
  }

  /** What the planner asks: null where the task has its own route alone. */
  readonly rolloutOf = (task: string): { rollout: string; percent: number } | null => {
    const state = this.running(task);
    if (state === null || state.percent === 0 || this.pulledBack.has(state.rollout)) return null;
    return { rollout: state.rollout, percent: state.percent };
  };

  /** The share of an arm's answers that is graded: as many of the base's as there are of the candidate's; null where nothing is compared. */
  shareOf({ rollout, arm, percent }: Arm, task: string): number | null {
    const config = this.configs.get(task);
    const state = this.running(task);
    if (config === undefined || state === null || state.rollout !== rollout || percent >= 100) return null;
    if (arm === 'candidate') return config.canaryShare;
    return Math.min(1, (config.canaryShare * percent) / (100 - percent));
  }

  take({ task, arm, costNanoUsd, latencyMs, isFailed, isPassed }: Observation): void {
    if (arm === null) return;
    const call = { arm: arm.arm, costNanoUsd, latencyMs, isFailed, isPassed };
    if (!this.learn(arm, task, (evidence) => withCall(evidence, call))) return;
    if (++this.unjudged >= EVERY) this.judge(task);
  }

  takeGap(arm: Arm, task: string, gap: number): void {
    if (this.learn(arm, task, (evidence) => withGap(evidence, arm.arm, gap))) this.judge(task);
  }

  /** What is known by now, to be kept. */
  snapshot(): Record<string, KeptEvidence> {
    return Object.fromEntries(this.evidence);
  }

  /** What an earlier process knew; what belongs to another rollout, or is none, counts for nothing. */
  restore(kept: unknown): void {
    if (typeof kept !== 'object' || kept === null) return;
    for (const [task, value] of Object.entries(kept)) {
      const state = this.states.get(task);
      if (!isKept(value) || state === undefined || value.rollout !== state.rollout) continue;
      this.evidence.set(task, value);
      this.fromEvents.delete(task);
      // Somebody has moved it on while nobody was there to see.
      if (value.step !== state.step) this.beginStep(state);
    }
  }

  private running(task: string): RolloutState | null {
    const config = this.configs.get(task);
    const state = this.states.get(task);
    return config !== undefined && state?.candidateDigest === config.digest ? state : null;
  }

  private learn(arm: Arm, task: string, change: (evidence: Evidence) => Evidence): boolean {
    const state = this.running(task);
    const config = this.configs.get(task);
    if (config === undefined || state === null || state.rollout !== arm.rollout || isOver(state)) return false;
    if (this.fromEvents.has(task) && arm.percent < state.percent) return false;
    const { rollout } = state;
    const own = rulesOf(config);
    const rules = JSON.stringify(own);
    const kept = this.evidence.get(task);
    const evidence = kept?.rollout === rollout && kept.rules === rules ? kept.evidence : noEvidence(own);
    this.evidence.set(task, { rollout, step: state.step, rules, evidence: change(evidence) });
    return true;
  }

  private judge(task: string): void {
    this.unjudged = 0;
    const state = this.running(task);
    const config = this.configs.get(task);
    const kept = this.evidence.get(task);
    if (state === null || config === undefined || kept === undefined) return;
    const rules = rulesOf(config);
    // Somebody may have put it to a share that is no step.
    if (!rules.steps.includes(state.percent)) return;
    const verdict = judgeStep(kept.evidence, rules, state.percent);
    if (verdict.verdict === 'promote' && this.parts.frozenBy(task) !== null) return;
    const at = new Date(this.nowMs()).toISOString();
    const event = nextEvent(state, verdict, { approval: config.approval, steps: rules.steps, at });
    if (event !== null) this.happen({ ...event, evidence: kept.evidence });
  }

  /** On the disk first; then it holds. */
  private happen(event: RolloutEvent): void {
    try {
      appendEvent(this.parts.path, event);
    } catch (error) {
      // What has to end ends though nobody can write it down; it is tried again.
      if (event.event === 'rolled_back') this.pulledBack.add(event.rollout);
      this.warnOnce(`rollouts: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    this.refresh();
    const { task, rollout, percent } = event;

    this.parts.raise({
      key: `rollout/${task}/${rollout}/${event.event}/${percent}`,
      rule: 'rollout',
      task,
      segment: null,
      severity: event.event === 'rolled_back' ? 'critical' : 'warning',
      atMs: this.nowMs(),
      sentence: `${task}: rollout ${WORDS[event.event]}${event.event === 'step' ? ` ${percent} %` : ''}. ${event.why}`,
      evidence: { rollout, percent, event: event.event },
      isEvent: true,
    });
  }

  private warnOnce(sentence: string): void {
    if (sentence !== this.warned) this.parts.warn(sentence);
    this.warned = sentence;
  }

  /** What each step has to have had is counted from its beginning. */
  private beginStep({ task, rollout, step, history }: RolloutState): void {
    if (step === 0) return;
    const kept = this.evidence.get(task);
    const config = this.configs.get(task);
    const rules = kept?.rules ?? (config === undefined ? '' : JSON.stringify(rulesOf(config)));
    const evidence = kept?.rollout === rollout ? kept.evidence : history.at(-1)?.evidence;
    if (kept?.rollout !== rollout && evidence !== undefined) this.fromEvents.add(task);
    if (evidence !== undefined) this.evidence.set(task, { rollout, step, rules, evidence: withStep(evidence) });
  }
}

const WORDS: Readonly<Record<RolloutEvent['event'], string>> = {
  started: 'has begun',
  step: 'goes on to',
  held: 'waits for approval',
  finished: 'has reached everybody',
  rolled_back: 'was rolled back',
  aborted: 'was ended',
  approved: 'was approved',
};

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Whether a value of the state file is one that was kept. */
export function isKept(value: unknown): value is KeptEvidence {
  if (typeof value !== 'object' || value === null) return false;
  const { rollout, step, rules, evidence } = value as Record<string, unknown>;
  return (
    typeof step === 'number' &&
    typeof rollout === 'string' &&
    typeof rules === 'string' &&
    typeof evidence === 'object' &&
    evidence !== null &&
    'gaps' in evidence
  );
}
