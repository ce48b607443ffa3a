// An alarm on its way: to whom the configuration names, into the ledger, and to what is done about it. Once each, for as long as it stands.
import type { Note } from '../call/note.ts';
import { createNoteIds } from '../call/note-id.ts';
import type { Config } from '../config/config.ts';
import type { Alarm, Recovery } from '../watch/alarm.ts';
import type { Alerts } from '../watch/alert/alerts.ts';
import type { Actions } from './actions.ts';
import { tasksAffected } from './affected.ts';

export interface TellingParts {
  alerts: Pick<Alerts, 'raise' | 'clear'>;
  actions: Pick<Actions, 'alarm' | 'recovered'>;
  note: (note: Note) => unknown;
  /** Who answers a task first at the moment; null when nobody has yet. */
  firstOf: (task: string) => string | null;
}

const nextId = createNoteIds('alt');

export class Telling {
  private readonly parts: TellingParts;
  /** Keys of what stands. */
  private readonly told = new Set<string>();

  constructor(parts: TellingParts) {
    this.parts = parts;
  }

  /** Rules that are off are told to nobody, and nothing is done about them. */
  tell(message: Alarm | Recovery, config: Config): void {
    if (!('rule' in message)) this.recovered(message);
    else if (config.alerts.rules[message.rule] !== null) this.alarm(message, config);
  }

  private alarm(alarm: Alarm, config: Config): void {
    const { alerts, actions, firstOf } = this.parts;
    const { key, rule, task, segment, severity, sentence, evidence, isEvent } = alarm;
    alerts.raise(alarm);
    if (!this.told.has(key)) {
      if (!isEvent) this.told.add(key);
      this.keep(alarm, { state: 'raised', rule, task, segment, severity, sentence, evidence, isEvent });
    }
    for (const affected of tasksAffected(alarm, config)) {
      const instead = config.canary?.tasks.get(affected)?.reference ?? config.baseline;
      const first = firstOf(affected);
      actions.alarm({ ...alarm, task: affected }, { cheap: first === instead ? null : first, instead });
    }
  }

  private recovered(recovery: Recovery): void {
    const { key, sentence } = recovery;
    this.parts.alerts.clear(recovery);
    this.parts.actions.recovered(recovery);
    this.told.delete(key);
    this.keep(recovery, { state: 'recovered', sentence });
  }

  private keep({ key, atMs }: { key: string; atMs: number }, body: Note['body']): void {
    const task = typeof body['task'] === 'string' ? body['task'] : null;
    const note = { id: nextId(), kind: 'alert', atMs, tenant: 'default', task, about: null, costs: [] } as const;
    this.parts.note({ ...note, body: { key, ...body } });
  }
}
