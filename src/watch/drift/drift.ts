// Whether a task is no longer what it was: every finished call is compared with those before it, and what has changed is told once, with a
// stated chance of being wrong. It keeps numbers, never content; it has no clock and waits for nothing; a call costs it microseconds.
import { isOnTrial } from '../../call/arm.ts';
import type { Json } from '../../call/json.ts';
import type { Recovery } from '../alarm.ts';
import type { Observation } from '../observation.ts';
import { Levels, type LevelThresholds, NO_LEVELS } from './levels.ts';
import { ModelChanges } from './model-changes.ts';
import { createPlans, type FalseAlarms, type Plans } from './plans.ts';
import { type ModelPrices, PriceChanges } from './price-changes.ts';
import { readEntries, readObject } from './snapshot.ts';
import { type BaselineOf, type CanaryGap, type Message, TaskDrift } from './task-drift.ts';

export interface DriftOptions {
  /** Asked once for each task, with the model that answers first; nothing is known without. */
  baselineOf?: BaselineOf | null;
  /** The gap that a task's canaries usually show, -1 to 1, where somebody has said it; null, or without, it is learned. */
  usualGapOf?: ((task: string) => number | null) | null;
  /** Values that a baseline is learned from before it is used; 500 without. It goes on learning to ten times as many. */
  learnCalls?: number;
  /** Any false alarm of a task; 5 % in 50,000 calls without. */
  falseAlarms?: FalseAlarms;
  /** None without. */
  levels?: LevelThresholds;
}

type Messages = readonly Message[];

const VERSION = 1;

export class Drift {
  private readonly plans: Plans;
  private readonly baselineOf: BaselineOf | null;
  private readonly usualGapOf: ((task: string) => number | null) | null;
  private readonly thresholds: LevelThresholds;
  private readonly tasks = new Map<string, TaskDrift>();
  private levelsNow: Levels;
  private models = new ModelChanges();
  private pricesNow = new PriceChanges();

  constructor({
    baselineOf = null,
    usualGapOf = null,
    learnCalls = 500,
    falseAlarms,
    levels = NO_LEVELS,
  }: DriftOptions) {
    this.plans = createPlans(falseAlarms ?? { error: 0.05, calls: 50_000 }, learnCalls);
    this.baselineOf = baselineOf;
    this.usualGapOf = usualGapOf;
    this.thresholds = levels;
    this.levelsNow = new Levels(levels);
  }

  /** Takes a finished call. What a rollout's candidate does is left to the rollout: it counts for levels and models alone. */
  observe(observation: Observation): Messages {
    const messages: Message[] = [];
    const changed = this.models.observe(observation);
    if (changed !== null) messages.push(changed);
    this.levelsNow.observe(observation);
    if (!isOnTrial(observation.arm)) this.taskOf(observation.task).observe(observation, messages);
    return messages;
  }

  /** Takes a canary's result. Throws RangeError for a gap that is none. */
  gap(canary: CanaryGap): Messages {
    if (!(canary.gap >= -1 && canary.gap <= 1))
      throw new RangeError(`a gap between -1 and 1 is expected, not ${canary.gap}`);
    const messages: Message[] = [];
    this.taskOf(canary.task).gap(canary, messages);
    return messages;
  }

  /** Which thresholds have been crossed, or are kept again, since this was asked last; for a timer. */
  levels(nowMs: number): Messages {
    return this.levelsNow.look(nowMs);
  }

  /** Takes what models cost, by model; tells what has changed. Throws RangeError for what is no price. */
  prices(prices: Readonly<Record<string, ModelPrices>>, atMs: number): Messages {
    return this.pricesNow.observe(prices, atMs);
  }

  /** Somebody says that a task is as it should be: everything is learned anew from here, and what was told of it is over. */
  accept(task: string, atMs: number): readonly Recovery[] {
    const told = this.tasks.get(task)?.told() ?? [];
    this.tasks.set(task, new TaskDrift(task, { plans: this.plans, baselineOf: null, usualGap: null }));
    return told.map((key) => ({
      key,
      atMs,
      sentence: `${task}: what was told is accepted; it is the usual from now on.`,
    }));
  }

  /** All that is known, as plain JSON. */
  snapshot(): Json {
    return {
      version: VERSION,
      tasks: [...this.tasks].map(([task, drift]) => [task, drift.toJson()]),
      levels: this.levelsNow.toJson(),
      models: this.models.toJson(),
      prices: this.pricesNow.toJson(),
    };
  }

  /** Goes on from a snapshot, in place of what is known. What cannot be used begins anew; a warning for each of those. */
  restore(json: Json): readonly string[] {
    const warnings: string[] = [];
    const take = (what: string, read: () => void): void => {
      try {
        read();
      } catch (cause) {
        warnings.push(`${what} begins anew: ${cause instanceof Error ? cause.message : String(cause)}`);
      }
    };
    this.tasks.clear();
    this.levelsNow = new Levels(this.thresholds);
    this.models = new ModelChanges();
    this.pricesNow = new PriceChanges();
    take('all that was watched', () => {
      const { version, tasks, levels, models, prices } = readObject(json);
      if (version !== VERSION) throw new Error(`its state is of version ${JSON.stringify(version)}, not ${VERSION}`);
      take('what levels are made of', () => (this.levelsNow = readInto(new Levels(this.thresholds), levels)));
      take('what is known of models', () => (this.models = readInto(new ModelChanges(), models)));
      take('what is known of prices', () => (this.pricesNow = readInto(new PriceChanges(), prices)));
      for (const [task, state] of readEntries(tasks)) {
        const known = this.newTask(task);
        take(`the task ${task}`, () => this.tasks.set(task, readInto(known, state)));
      }
    });
    return warnings;
  }

  private taskOf(task: string): TaskDrift {
    let drift = this.tasks.get(task);
    if (drift === undefined) {
      drift = this.newTask(task);
      this.tasks.set(task, drift);
    }
    return drift;
  }

  private newTask(task: string): TaskDrift {
    const { plans, baselineOf } = this;
    return new TaskDrift(task, { plans, baselineOf, usualGap: this.usualGapOf?.(task) ?? null });
  }
}

/** Throws RangeError for options that are none. */
export function createDrift(options: DriftOptions = {}): Drift {
  return new Drift(options);
}

function readInto<State extends { fromJson(json: Json | undefined): void }>(
  state: State,
  json: Json | undefined,
): State {
  state.fromJson(json);
  return state;
}
