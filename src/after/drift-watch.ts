// Drift under the configuration in force: a change of thresholds forgets nothing of what is known of the calls.
import type { Json } from '../call/json.ts';
import type { Config } from '../config/config.ts';
import { type Prior, readPriors } from '../evidence/priors.ts';
import type { Alarm, Recovery } from '../watch/alarm.ts';
import { createDrift, type Drift } from '../watch/drift/drift.ts';
import type { Observation } from '../watch/observation.ts';

type Messages = readonly (Alarm | Recovery)[];

/** Calls within which the stated chance of a false alarm holds. */
const HORIZON = 50_000;

export class DriftWatch {
  private drift: Drift | null = null;
  private settings = '';
  private readonly warn: (sentence: string) => void;
  private priors: readonly Prior[] = [];
  private usualGaps: ReadonlyMap<string, number | null> = new Map();

  constructor(config: Config, warn: (sentence: string) => void) {
    this.warn = warn;
    this.under(config);
  }

  under(config: Config): void {
    const { watch, alerts } = config;
    const { escalation, errors, fallback, cache_hit: cacheHit, unknown_cost: unknownCost } = alerts.rules;
    const settings = {
      learnCalls: watch.learnCalls,
      falseAlarms: { error: watch.falseAlarms, calls: HORIZON },
      levels: {
        escalation: escalation?.above ?? null,
        errors: errors?.above ?? null,
        fallback: fallback?.above ?? null,
        unforeseen: fallback?.above ?? null,
        cacheHit: cacheHit?.below ?? null,
        unknownCost: unknownCost !== null,
      },
    };
    const written = JSON.stringify([watch.isWatching, settings, [...this.usualGaps]]);
    this.priors = readPriors(config).priors;
    this.usualGaps = new Map([...(config.canary?.tasks ?? [])].map(([task, { usualGap }]) => [task, usualGap]));
    if (written === this.settings) return;
    this.settings = written;
    const known = this.drift?.snapshot();
    this.drift = watch.isWatching
      ? createDrift({
          ...settings,
          baselineOf: (task, model) => this.baselineOf(task, model),
          usualGapOf: (task) => this.usualGaps.get(task) ?? null,
        })
      : null;
    if (known !== undefined) this.restore(known);
  }

  observe(observation: Observation): Messages {
    return this.drift?.observe(observation) ?? [];
  }

  gap(canary: Parameters<Drift['gap']>[0]): Messages {
    return this.drift?.gap(canary) ?? [];
  }

  /** Levels and prices, from time to time. */
  look(prices: Parameters<Drift['prices']>[0], nowMs: number): Messages {
    return this.drift === null ? [] : [...this.drift.levels(nowMs), ...this.drift.prices(prices, nowMs)];
  }

  accept(task: string, nowMs: number): readonly Recovery[] {
    return this.drift?.accept(task, nowMs) ?? [];
  }

  snapshot(): Json {
    return this.drift?.snapshot() ?? null;
  }

  restore(kept: Json | undefined): void {
    if (this.drift === null || kept === undefined || kept === null) return;
    for (const warning of this.drift.restore(kept)) this.warn(`watching: ${warning}`);
  }

  /** Lengths are learned: profiles tell the mean answer, and what is compared is the middle one. */
  private baselineOf(task: string, model: string): { passRate: number; trials: number } | null {
    const prior = this.priors.find((one) => one.task === task && one.model === model);
    if (prior?.acceptRate == null || prior.passRate === null) return null;
    return { passRate: prior.acceptRate, trials: prior.passRate.trials };
  }
}
