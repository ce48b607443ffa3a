// Which alerts are active, and what of an alarm or a recovery is worth telling. It waits for nothing and tells nobody; for one
// key it gives `raised`, then `repeated` never sooner than allowed, then `recovered`.
import { randomUUID } from 'node:crypto';
import type { Alarm, AlarmRule, Recovery } from '../alarm.ts';
import type { ActiveAlert, Notice, NoticeKind } from './active-alert.ts';

/** Of more alerts those that were raised longest ago are forgotten. */
export const MAX_ALERTS = 10_000;

/** An event is over when it is told: it stays in sight for this long, or for `repeat` where that is shorter. */
const EVENT_SHOWN_MS = 3_600_000;

export class AlertMemory {
  /** After so long an active alert is told again, and an event may be told anew. */
  repeatMs: number;
  /** How many each rule raised. */
  readonly totals: Partial<Record<AlarmRule, number>> = {};
  /** By key, those raised last at the end. */
  private readonly alerts = new Map<string, ActiveAlert>();

  constructor(repeatMs: number) {
    this.repeatMs = repeatMs;
  }

  /** What to tell of an alarm; null when that was told already. */
  raise(alarm: Alarm, nowMs: number): Notice | null {
    const { atMs, ...about } = alarm;
    const known = this.alerts.get(alarm.key);
    const isDue = known === undefined || nowMs - known.toldMs >= this.repeatMs;
    if (known === undefined || (known.isEvent && isDue)) {
      this.totals[alarm.rule] = (this.totals[alarm.rule] ?? 0) + 1;
      const alert = { ...about, firstMs: atMs, lastMs: atMs, toldMs: nowMs };
      this.keep(alert);
      return noticeOf('raised', alert);
    }
    const alert = {
      ...about,
      // What has to be cleared does not turn into what never is.
      isEvent: known.isEvent && alarm.isEvent,
      firstMs: known.firstMs,
      lastMs: Math.max(known.lastMs, atMs),
      toldMs: isDue ? nowMs : known.toldMs,
    };
    this.keep(alert);
    return isDue ? noticeOf('repeated', alert) : null;
  }

  /** What to tell of a recovery; null when nothing was active, or only an event. */
  clear({ key, atMs, sentence }: Recovery): Notice | null {
    const alert = this.alerts.get(key);
    if (alert === undefined || alert.isEvent) return null;
    this.alerts.delete(key);
    return { id: randomUUID(), kind: 'recovered', atMs, sentence, alert };
  }

  /** Ends the alerts of rules that were switched off; what to tell of them. */
  switchOff(isOff: (rule: AlarmRule) => boolean, nowMs: number): Notice[] {
    const notices: Notice[] = [];
    for (const { key, rule } of this.alerts.values()) {
      if (!isOff(rule)) continue;
      const sentence = `Not watched any more: ${key} (the rule ${rule} was switched off).`;
      const notice = this.clear({ key, atMs: nowMs, sentence });
      if (notice !== null) notices.push(notice);
      this.alerts.delete(key);
    }
    return notices;
  }

  /** Those that are active, and events of the last hour; the one raised last at the end. */
  active(nowMs: number): ActiveAlert[] {
    const shownMs = Math.min(EVENT_SHOWN_MS, this.repeatMs);
    return this.remembered(nowMs).filter(({ isEvent, lastMs }) => !isEvent || nowMs - lastMs < shownMs);
  }

  /** Everything that decides what is told later: the active ones, and events that may not be told again yet. */
  remembered(nowMs: number): ActiveAlert[] {
    for (const { key, isEvent, toldMs } of this.alerts.values())
      if (isEvent && nowMs - toldMs >= this.repeatMs) this.alerts.delete(key);
    return [...this.alerts.values()];
  }

  /** Takes over what an earlier process remembered; what is known already is newer and stays. */
  adopt(alerts: readonly ActiveAlert[], nowMs: number): void {
    for (const alert of alerts) {
      // A clock that was set back must not keep it silent for longer.
      if (!this.alerts.has(alert.key)) this.alerts.set(alert.key, { ...alert, toldMs: Math.min(alert.toldMs, nowMs) });
    }
    this.dropOldest();
  }

  private keep(alert: ActiveAlert): void {
    this.alerts.delete(alert.key);
    this.alerts.set(alert.key, alert);
    this.dropOldest();
  }

  private dropOldest(): void {
    for (const key of this.alerts.keys()) {
      if (this.alerts.size <= MAX_ALERTS) return;
      this.alerts.delete(key);
    }
  }
}

function noticeOf(kind: NoticeKind, alert: ActiveAlert): Notice {
  return { id: randomUUID(), kind, atMs: alert.lastMs, sentence: alert.sentence, alert };
}
