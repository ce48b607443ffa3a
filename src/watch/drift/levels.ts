// Whether a task is beyond what its operator allows, right now: shares of the last hour's calls beside fixed thresholds. Told when it is crossed
// and when it is kept again, with some room between, so that a share on the line does not ring all night.
import type { Json } from '../../call/json.ts';
import type { Alarm, AlarmRule, Recovery } from '../alarm.ts';
import type { Observation } from '../observation.ts';
import { Hour, type HourCounts } from './hour.ts';
import { readEntries, readList, readObject } from './snapshot.ts';
import { percent, place } from './words.ts';

/** Shares, 0 to 1; null is not watched. */
export interface LevelThresholds {
  /** Escalated calls: told above it, as are the next three. */
  escalation: number | null;
  /** Calls without a complete answer. */
  errors: number | null;
  /** Calls answered by another model or deployment than was planned, because of a failure upstream. */
  fallback: number | null;
  /** Calls in which a learned router was asked and had no forecast in time. */
  unforeseen?: number | null;
  /** Share of the input from the prompt cache, per provider: told below it. */
  cacheHit: number | null;
  /** Any call whose cost nobody knows. */
  unknownCost: boolean;
}

export const NO_LEVELS: LevelThresholds = {
  escalation: null,
  errors: null,
  fallback: null,
  unforeseen: null,
  cacheHit: null,
  unknownCost: false,
};

/** A share means nothing with fewer calls. */
const ENOUGH = 50;
/** How far a share has to be back on the good side, as a share of the threshold. */
const ROOM = 0.1;

interface Level {
  /** What it is by its key: `escalation`, `cache_hit`. */
  name: string;
  rule: AlarmRule;
  segment: string | null;
  threshold: number;
  isBelow: boolean;
  part: number;
  whole: number;
  /** Calls that it takes before it is told. */
  enough: number;
  subject: string;
}

export class Levels {
  private readonly thresholds: LevelThresholds;
  private readonly hours = new Map<string, Hour>();
  /** Keys that are told of, by task. */
  private readonly told = new Map<string, Set<string>>();

  /** Throws RangeError for a threshold that is no share. */
  constructor(thresholds: LevelThresholds) {
    for (const [name, value] of Object.entries(thresholds)) {
      if (typeof value === 'number' && !(value >= 0 && value <= 1))
        throw new RangeError(`${name} is a share between 0 and 1, not ${value}`);
    }
    this.thresholds = thresholds;
  }

  observe(observation: Observation): void {
    let hour = this.hours.get(observation.task);
    if (hour === undefined) {
      hour = new Hour();
      this.hours.set(observation.task, hour);
    }
    hour.add(observation);
  }

  /** What has been crossed and what is kept again since it was asked last. */
  look(nowMs: number): (Alarm | Recovery)[] {
    return [...this.hours].flatMap(([task, hour]) => {
      const counts = hour.read(nowMs);
      const told = this.told.get(task) ?? new Set();
      const levels = levelsOf(counts, this.thresholds);
      const messages =
        counts.calls === 0
          ? silent(task, told, nowMs)
          : [
              ...levels.flatMap((level) => lookAt(level, { task, told, nowMs })),
              ...gone(levels, { task, told, nowMs }),
            ];
      if (told.size > 0) this.told.set(task, told);
      else this.told.delete(task);
      if (counts.calls === 0) this.hours.delete(task);
      return messages;
    });
  }

  toJson(): Json {
    return {
      hours: [...this.hours].map(([task, hour]) => [task, hour.toJson()]),
      told: [...this.told].map(([task, keys]) => [task, [...keys]]),
    };
  }

  /** Throws Error for what is no such state. */
  fromJson(json: Json | undefined): void {
    const { hours, told } = readObject(json);
    for (const [task, state] of readEntries(hours)) {
      const hour = new Hour();
      hour.fromJson(state);
      this.hours.set(task, hour);
    }
    for (const [task, keys] of readEntries(told)) this.told.set(task, new Set(readList(keys).map(String)));
  }
}

function levelsOf(counts: HourCounts, thresholds: LevelThresholds): Level[] {
  const { calls, asked } = counts;
  const levels: Level[] = [];
  const above = (rule: AlarmRule, threshold: number | null | undefined, fields: Partial<Level>): void => {
    if (threshold == null) return;
    const level = { name: rule, rule, segment: null, threshold, isBelow: false, part: 0, whole: calls };
    levels.push({ ...level, enough: ENOUGH, subject: '', ...fields });
  };
  above('escalation', thresholds.escalation, { part: counts.escalated, subject: 'calls that were escalated' });
  above('errors', thresholds.errors, { part: counts.failed, subject: 'calls without a complete answer' });
  above('fallback', thresholds.fallback, {
    part: counts.fallback,
    subject: 'calls answered by a fallback after a failure upstream',
  });
  above('fallback', thresholds.unforeseen, {
    name: 'unforeseen',
    part: counts.unforeseen,
    whole: asked,
    subject: 'calls for which the router had no forecast in time',
  });
  above('unknown_cost', thresholds.unknownCost ? 0 : null, {
    part: counts.unpriced,
    enough: 1,
    subject: 'calls whose cost is not known',
  });
  for (const [provider, { calls, share }] of counts.caches) {
    above('cache_hit', thresholds.cacheHit, {
      segment: `provider:${provider}`,
      isBelow: true,
      part: share,
      whole: calls,
      subject: 'input that came from the prompt cache',
    });
  }
  return levels;
}

interface Looking {
  task: string;
  told: Set<string>;
  nowMs: number;
}

function keyOf({ name, segment }: Level, task: string): string {
  return segment === null ? `level/${name}/${task}` : `level/${name}/${task}/${segment}`;
}

function lookAt(level: Level, { task, told, nowMs }: Looking): (Alarm | Recovery)[] {
  const { threshold, isBelow, part, whole, enough } = level;
  if (whole < enough) return [];
  const key = keyOf(level, task);
  const share = part / whole;
  const isCrossed = isBelow ? share < threshold : share > threshold;
  const isKept = isBelow ? share >= Math.min(1, threshold * (1 + ROOM)) : share <= threshold * (1 - ROOM);
  if (isCrossed && !told.has(key)) {
    told.add(key);
    return [toAlarm(level, { key, task, nowMs })];
  }
  if (!isKept || !told.delete(key)) return [];
  return [{ key, atMs: nowMs, sentence: `${sentence(level, task)}, which is within bounds again.` }];
}

/** `ticket-triage: calls that were escalated were 31 % of 1,204 in the last hour (...)`: without its end. */
function sentence({ subject, segment, part, whole }: Level, task: string): string {
  const calls = `${whole.toLocaleString('en-US')} ${whole === 1 ? 'call' : 'calls'}`;
  return `${task}: ${subject}: ${percent(part / whole)} of ${calls} in the last hour${place(segment)}`;
}

function toAlarm(level: Level, { key, task, nowMs }: { key: string; task: string; nowMs: number }): Alarm {
  const { rule, segment, threshold, isBelow, part, whole } = level;
  const allowed =
    threshold === 0 ? 'none is allowed' : `${isBelow ? 'at least' : 'at most'} ${percent(threshold)} is allowed`;
  return {
    key,
    rule,
    task,
    segment,
    severity: rule === 'errors' ? 'critical' : 'warning',
    atMs: nowMs,
    sentence: `${sentence(level, task)}; ${allowed}.`,
    evidence: { share: part / whole, threshold, calls: whole },
    isEvent: false,
  };
}

/** What was told of a provider that has had no call since, or by a threshold that is off. */
function gone(levels: readonly Level[], { task, told, nowMs }: Looking): Recovery[] {
  const seen = new Set(levels.map((level) => keyOf(level, task)));
  const keys = [...told].filter((key) => !seen.has(key));
  for (const key of keys) told.delete(key);
  return keys.map((key) => ({
    key,
    atMs: nowMs,
    sentence: `${task}: in the last hour no call told anything of ${key}.`,
  }));
}

/** Nothing is beyond any bounds where there are no calls. */
function silent(task: string, told: Set<string>, nowMs: number): Recovery[] {
  const keys = [...told];
  told.clear();
  return keys.map((key) => ({ key, atMs: nowMs, sentence: `${task}: there was no call in the last hour.` }));
}
