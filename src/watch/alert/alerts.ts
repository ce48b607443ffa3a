// Alerts: what watching finds, told once to whom the configuration names. Whoever raises an alarm never waits for a sink and never
// sees it fail.
import { setTimeout as wait } from 'node:timers/promises';
import type { AlertsConfig, SinkConfig } from '../../config/alerts-config.ts';
import type { Alarm, AlarmRule, Recovery } from '../alarm.ts';
import type { ActiveAlert, Notice } from './active-alert.ts';
import { AlertMemory } from './alert-memory.ts';
import { openSink } from './open-sink.ts';
import { Outboxes } from './outboxes.ts';
import type { Sink } from './sink.ts';
import { type AlertsSnapshot, readSnapshot } from './snapshot.ts';

export interface AlertsParts {
  config: AlertsConfig;
  /** The log: whole sentences, one line each. */
  warn: (line: string) => void;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Resolves after so many milliseconds; rejects when the signal fires first. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  random?: () => number;
  fetch?: typeof fetch;
  /** How long one send may take; 10 s when left out. */
  timeoutMs?: number;
  /** How long `close` waits for what is queued; 2 s when left out. */
  graceMs?: number;
  /** Sinks of another kind, for tests. */
  open?: (config: SinkConfig) => Sink;
}

export interface Alerts {
  /** Tells an alarm unless its rule is off or its key was told within `repeat`. */
  raise: (alarm: Alarm) => void;
  /** Tells that what was active is over; does nothing for anything else. */
  clear: (recovery: Recovery) => void;
  /** What was raised and not cleared; events for an hour. */
  active: () => readonly ActiveAlert[];
  /** How many alerts each rule raised since the start; those told again do not count. */
  totals: () => Readonly<Partial<Record<AlarmRule, number>>>;
  /** Goes on under another configuration. Sinks that stay keep their queue; alerts of rules that are now off end. */
  under: (config: AlertsConfig) => void;
  /** For `restore` in a later process. */
  snapshot: () => AlertsSnapshot;
  /** Takes over a snapshot, before the first alarm; what of it is none is left out with a warning. */
  restore: (snapshot: unknown) => void;
  /** Gives what is queued a short time; never rejects. Nothing is told afterwards. */
  close: () => Promise<void>;
}

const TIMEOUT_MS = 10_000;
const GRACE_MS = 2_000;

/** Begins to tell alerts under a configuration. */
export function createAlerts(parts: AlertsParts): Alerts {
  const { now = Date.now } = parts;
  const memory = new AlertMemory(parts.config.repeatMs);
  const outboxes = openOutboxes(parts, now);
  let { config } = parts;
  let closing: Promise<void> | null = null;
  outboxes.use(config.sinks);
  const tell = (notice: Notice | null): void => {
    if (notice !== null) outboxes.offer(notice);
  };

  return {
    raise: (alarm) => {
      if (closing === null && config.rules[alarm.rule] !== null) tell(memory.raise(alarm, now()));
    },
    clear: (recovery) => {
      if (closing === null) tell(memory.clear(recovery));
    },
    active: () => memory.active(now()),
    totals: () => ({ ...memory.totals }),
    under: (next) => {
      if (closing !== null) return;
      config = next;
      memory.repeatMs = next.repeatMs;
      outboxes.use(next.sinks);
      for (const notice of memory.switchOff((rule) => next.rules[rule] === null, now())) tell(notice);
    },
    snapshot: () => ({ version: 1, alerts: memory.remembered(now()) }),
    restore: (snapshot) => {
      const { alerts, problem } = readSnapshot(snapshot);
      if (problem !== null) complain(parts.warn, problem);
      const isOn = ({ rule }: ActiveAlert): boolean => config.rules[rule] !== null;
      memory.adopt(alerts.filter(isOn), now());
    },
    close: () => {
      closing ??= outboxes.close();
      return closing;
    },
  };
}

function openOutboxes(parts: AlertsParts, now: () => number): Outboxes {
  const { warn, random = Math.random, timeoutMs = TIMEOUT_MS, graceMs = GRACE_MS } = parts;
  // Whoever ends the process does not wait for a pause.
  const sleep =
    parts.sleep ??
    (async (ms: number, signal: AbortSignal): Promise<void> => {
      await wait(ms, undefined, { signal, ref: false });
    });
  const post = { fetch: parts.fetch ?? fetch, now, timeoutMs };
  const open = parts.open ?? ((config: SinkConfig): Sink => openSink(config, { ...post, warn }));
  return new Outboxes({ warn, sleep, random, open, graceMs });
}

function complain(warn: (line: string) => void, problem: string): void {
  try {
    warn(`alerts: of the active alerts that were kept something is ignored: ${problem}`);
  } catch {
    // Whoever starts is not to suffer from the log.
  }
}
