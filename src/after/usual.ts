// What is usual of each task, and what departs from it: calls beside those before them, canaries beside the reference, what models cost. It
// tells; what is done about it is no concern of it.
import type { Json, JsonObject } from '../call/json.ts';
import type { Config } from '../config/config.ts';
import type { PolicyModel } from '../policy/policy.ts';
import type { Alarm, Recovery } from '../watch/alarm.ts';
import { GapBook } from '../watch/canary/gap-book.ts';
import type { Observation } from '../watch/observation.ts';
import { CacheUse } from './cache-use.ts';
import { DriftWatch } from './drift-watch.ts';
import { GapAlarms } from './gap-alarms.ts';
import { KnownRoutes } from './known-routes.ts';
import { pricesAt } from './prices.ts';

export interface UsualParts {
  warn: (sentence: string) => void;
  tell: (message: Alarm | Recovery) => void;
  nowMs: () => number;
}

/** What a canary has shown, -1 to 1. */
export interface ShownGap {
  task: string;
  segments: readonly string[];
  gap: number;
}

export class Usual {
  private readonly parts: UsualParts;
  private config: Config;
  private readonly drift: DriftWatch;
  private readonly gaps = new GapBook();
  private readonly gapAlarms = new GapAlarms(this.gaps);
  private readonly cacheUse = new CacheUse();
  private readonly routes = new KnownRoutes();

  constructor(config: Config, parts: UsualParts) {
    this.parts = parts;
    this.config = config;
    this.drift = new DriftWatch(config, parts.warn);
  }

  under(config: Config): void {
    this.config = config;
    this.drift.under(config);
  }

  observe(observation: Observation): void {
    this.tellAll(this.drift.observe(this.cacheUse.only(observation)));
  }

  /** A canary that was graded, beside those before it. */
  compare(shown: ShownGap, atMs: number): void {
    this.tellAll(this.drift.gap({ ...shown, atMs }));
  }

  /** What a canary says of the gap as it stands. */
  add(shown: ShownGap): void {
    this.gaps.add(shown);
  }

  lookAtGap(task: string): void {
    const rule = this.config.alerts.rules.canary_gap;
    if (rule !== null) this.tellAll(this.gapAlarms.look(task, rule.points, this.parts.nowMs()));
  }

  /** Levels and prices, from time to time. */
  look(models: Iterable<PolicyModel>): void {
    const nowMs = this.parts.nowMs();
    this.tellAll(this.drift.look(pricesAt(models, nowMs), nowMs));
  }

  /** How a task is now is as it should be: everything of it is learned anew, and what was told of it is over. */
  accept(task: string): void {
    const nowMs = this.parts.nowMs();
    this.tellAll([...this.drift.accept(task, nowMs), ...this.gapAlarms.accept(task, nowMs)]);
    this.gaps.forget(task);
  }

  /** Tasks whose route or gates are others than when this was asked last. */
  changedRoutes(): string[] {
    return this.routes.changed(this.config);
  }

  /** Nobody looks any more at what was told with this key. */
  forget(key: string): void {
    this.gapAlarms.forget(key);
  }

  /** Plain JSON. */
  snapshot(): Record<'drift' | 'gaps' | 'caches' | 'routes', Json> {
    const { drift, gapAlarms, cacheUse, routes } = this;
    const [gaps, caches] = [gapAlarms.snapshot(), cacheUse.snapshot()];
    return { drift: drift.snapshot(), gaps, caches, routes: routes.snapshot() };
  }

  restore({ drift, gaps, caches, routes }: JsonObject): void {
    this.drift.restore(drift);
    this.gapAlarms.restore(gaps);
    this.cacheUse.restore(caches);
    this.routes.restore(routes);
  }

  private tellAll(messages: readonly (Alarm | Recovery)[]): void {
    for (const message of messages) this.parts.tell(message);
  }
}
