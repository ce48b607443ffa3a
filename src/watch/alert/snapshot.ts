// Active alerts as plain JSON, so that a restart tells nothing twice and forgets nothing. Read strictly: what is not ours, or was
// written by another version, is left out and counted.
import { isObject } from '../../call/json.ts';
import { ALARM_RULES } from '../alarm.ts';
import type { ActiveAlert } from './active-alert.ts';

export interface AlertsSnapshot {
  version: 1;
  alerts: readonly ActiveAlert[];
}

export interface ReadSnapshot {
  alerts: ActiveAlert[];
  /** What was wrong, without an end; null when nothing was. */
  problem: string | null;
}

/** What of a value is a snapshot. Never throws, and keeps nothing of the value itself. */
export function readSnapshot(value: unknown): ReadSnapshot {
  const plain = copyOf(value);
  if (!isObject(plain) || plain.version !== 1 || !Array.isArray(plain.alerts))
    return { alerts: [], problem: 'it is no snapshot of this version' };
  const keys = new Set<string>();
  const alerts: ActiveAlert[] = [];
  for (const item of plain.alerts) {
    if (!isActiveAlert(item) || keys.has(item.key)) continue;
    keys.add(item.key);
    alerts.push(item);
  }
  const left = plain.alerts.length - alerts.length;
  return { alerts, problem: left === 0 ? null : `${left} of ${plain.alerts.length} are no alerts` };
}

function copyOf(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value)) as unknown;
  } catch {
    return null;
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
/** Within what a Date can hold. */
const isTime = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 8.64e15;

const MEMBERS: Readonly<Record<keyof ActiveAlert, (value: unknown) => boolean>> = {
  key: (value) => isText(value) && value !== '',
  rule: (value) => (ALARM_RULES as readonly unknown[]).includes(value),
  task: isTextOrNull,
  segment: isTextOrNull,
  severity: (value) => value === 'warning' || value === 'critical',
  sentence: isText,
  evidence: isObject,
  isEvent: (value) => typeof value === 'boolean',
  firstMs: isTime,
  lastMs: isTime,
  toldMs: isTime,
};

function isActiveAlert(value: unknown): value is ActiveAlert {
  if (!isObject(value)) return false;
  const hasAll = Object.entries(MEMBERS).every(([member, isRight]) => isRight(value[member]));
  return hasAll && Object.keys(value).every((member) => Object.hasOwn(MEMBERS, member));
}
