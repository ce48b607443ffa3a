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
import { isEvidence, isKept, type KeptEvidence } from './kept-evidence.ts';

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
  /** `appendEvent`, unless a test has its own. */
  append?: typeof appendEvent;
}

/** Calls between two looks at a step; a canary is looked at at once. */
const EVERY = 20;

export class Rollouts {
  private readonly parts: RolloutsParts;
  private readonly nowMs: () => number;
  private configs: ReadonlyMap<string, RolloutConfig> = new Map();
  private states = new Map<string, RolloutState>();
  private readonly evidence = new Map<string, KeptEvidence>();
  /** Size and time of the file when it was read last, and whether it could be read. */
  private readAs = '';
  private isReadable = true;
  /** Whether what is new in the configuration has still to be started. */
  private isToStart = false;
  /** Calls since the last look at a step, by task. */
  private readonly unjudged = new Map<string, number>();
  /** By task, what is in evidence that came out of an event: the ledger may tell of it again. */
  private readonly counted = new Map<string, Counted>();
  private isWritable = true;
  /** Ends of rollouts that could not be written yet. */
  private readonly unwritten = new Map<string, RolloutEvent>();

  constructor(parts: RolloutsParts) {
    this.parts = parts;
    this.nowMs = parts.nowMs ?? Date.now;
  }

  /** Puts the rollouts of a configuration in force and starts those that are new. */
  under(configs: ReadonlyMap<string, RolloutConfig>): void {
    this.configs = configs;
    this.isToStart = configs.size > 0;
    this.refresh();
  }

  /** Takes in what other processes, and people, have decided. */
  refresh(): void {
    if (this.configs.size === 0) return;
    const found = appearanceOf(this.parts.path);
    if (found !== this.readAs) this.read(found);
    if (!this.isReadable) return;
    for (const event of this.unwritten.values()) this.happen(event);
    this.start();
  }

  private read(found: string): void {
    this.readAs = found;
    const before = this.states;
    try {
      this.states = fold(readEvents(this.parts.path));
      this.isReadable = true;
    } catch (error) {
      this.isReadable = false;
      this.parts.warn(messageOf(error));
      return;
    }
    for (const [task, state] of this.states) this.moved(state, before.get(task));
  }

  private moved(state: RolloutState, before: RolloutState | undefined): void {
    if (before?.step !== state.step) this.beginStep(state);
    const isFinished = state.status === 'finished' && before !== undefined && before.status !== 'finished';
    if (isFinished) this.parts.onFinished?.(state.task);
  }

  /** Only where the events can be read: what they end would begin again. */
  private start(): void {
    if (!this.isToStart) return;
    this.isToStart = false;
    for (const { task, digest, stepsPercent } of this.configs.values()) {
      const at = new Date(this.nowMs()).toISOString();
      const event = firstEvent(this.states.get(task), { task, candidateDigest: digest, steps: stepsPercent, at });
      if (event !== null) this.happen(event);
    }
  }

  /** What the planner asks: null where the task has its own route alone. */
  readonly rolloutOf = (task: string): { rollout: string; percent: number } | null => {
    const state = this.running(task);
    if (state === null || state.percent === 0 || this.unwritten.has(state.rollout)) return null;
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

  take({ task, arm, atMs, costNanoUsd, latencyMs, isFailed, isPassed }: Observation): void {
    if (arm === null || this.isCounted(arm, task, atMs + (latencyMs ?? 0))) return;
    const call = { arm: arm.arm, costNanoUsd, latencyMs, isFailed, isPassed };
    if (!this.learn(arm, task, (evidence) => withCall(evidence, call))) return;
    const unjudged = (this.unjudged.get(task) ?? 0) + 1;
    this.unjudged.set(task, unjudged);
    if (unjudged >= EVERY) this.judge(task);
  }

  /** `atMs`: when the canary was graded. */
  takeGap(arm: Arm, task: string, { gap, atMs }: { gap: number; atMs: number }): void {
    if (this.isCounted(arm, task, atMs)) return;
    if (this.learn(arm, task, (evidence) => withGap(evidence, arm.arm, gap))) this.judge(task);
  }

  private isCounted({ rollout, percent }: Arm, task: string, atMs: number): boolean {
    const counted = this.counted.get(task);
    if (counted === undefined || counted.rollout !== rollout) return false;
    return percent < counted.below || atMs <= counted.untilMs;
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
      if (!isKept(value) || !isEvidence(value.evidence) || state?.rollout !== value.rollout) continue;
      this.evidence.set(task, value);
      this.counted.delete(task);
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
    const { rollout } = state;
    const own = rulesOf(config);
    const rules = JSON.stringify(own);
    const kept = this.evidence.get(task);
    const evidence = kept?.rollout === rollout && kept.rules === rules ? kept.evidence : noEvidence(own);
    this.evidence.set(task, { rollout, step: state.step, rules, evidence: change(evidence) });
    return true;
  }

  private judge(task: string): void {
    this.unjudged.delete(task);
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

  /** On the disk first; then it holds. But what has to end ends though nobody can write it down, and that is tried again. */
  private happen(event: RolloutEvent): void {
    if (!this.write(event)) {
      if (event.event === 'rolled_back') this.unwritten.set(event.rollout, event);
      return;
    }
    this.unwritten.delete(event.rollout);
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

  private write(event: RolloutEvent): boolean {
    if (!this.isReadable) return false;
    try {
      (this.parts.append ?? appendEvent)(this.parts.path, event);
      this.isWritable = true;
    } catch (error) {
      if (this.isWritable) this.parts.warn(`rollouts: ${messageOf(error)}`);
      this.isWritable = false;
    }
    return this.isWritable;
  }

  /** What each step has to have had is counted from its beginning. */
  private beginStep(state: RolloutState): void {
    const { task, rollout, step } = state;
    if (step === 0) return;
    const kept = this.evidence.get(task);
    if (kept?.rollout === rollout) this.evidence.set(task, { ...kept, step, evidence: withStep(kept.evidence) });
    else this.recall(state);
  }

  /** Goes on from what the events say, where nothing else was kept. */
  private recall({ task, rollout, step, percent, history }: RolloutState): void {
    const config = this.configs.get(task);
    const told = history.findLast(({ evidence }) => isEvidence(evidence));
    if (config === undefined || told === undefined || !isEvidence(told.evidence)) return;
    // What waits for approval waits in the step that has begun before.
    const isHeld = told.event === 'held' && told === history.at(-1);
    const evidence = isHeld ? told.evidence : withStep(told.evidence);
    this.evidence.set(task, { rollout, step, rules: JSON.stringify(rulesOf(config)), evidence });
    const untilMs = isHeld ? Date.parse(told.at) : Number.NEGATIVE_INFINITY;
    this.counted.set(task, { rollout, below: percent, untilMs });
  }
}

/** Calls of smaller shares of the callers, and those until a time. */
interface Counted {
  rollout: string;
  below: number;
  untilMs: number;
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

/** Changes whenever the file does. */
function appearanceOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.size} ${stat.mtimeMs}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
