// What is done when a task has changed for the worse, as far as the configuration allows: every action is noted with its evidence, ends by
// itself, and can be undone. It decides nothing about what a change is; that comes in as alarms.
import { type JsonObject, textOf } from '../call/json.ts';
import type { Note } from '../call/note.ts';
import { createNoteIds } from '../call/note-id.ts';
import type { ActionsConfig } from '../config/watch-config.ts';
import type { Bypass } from '../policy/bypass.ts';
import type { Alarm, AlarmRule, Recovery } from '../watch/alarm.ts';

export interface ActionsParts {
  note: (note: Note) => unknown;
  raise: (alarm: Alarm) => void;
  /** Told of what could not be done. */
  warn: (sentence: string) => void;
  nowMs: () => number;
  /** Gives the files that were marked. Throws what the file system does. */
  markStale: (task: string, reason: string) => readonly string[];
  /** Begins to measure a task anew; told once how it ended. */
  reprofile: (task: string, maxUsd: number, onEnd: (problem: string | null) => void) => void;
}

/** Whose answers a task gets by its route, and who is trusted in their place. */
export interface Standing {
  cheap: string | null;
  instead: string | null;
}

/** Of an answer's quality: the cheap model is not to be relied on while they stand. */
const QUALITY: ReadonlySet<AlarmRule> = new Set(['pass_rate', 'canary_gap']);
/** What was measured and learned does not hold any more. */
const OUTDATING: ReadonlySet<AlarmRule> = new Set([
  ...QUALITY,
  'model_changed',
  'price_changed',
  'input_mix',
  'output_length',
]);
/** Whatever is wrong with the task, nothing new is tried meanwhile. */
const FREEZING: ReadonlySet<AlarmRule> = new Set([...QUALITY, 'errors', 'escalation']);

interface Bypassed {
  model: string;
  why: string;
  untilMs: number;
  instead: string | null;
}

const nextId = createNoteIds('act');

export class Actions {
  private readonly parts: ActionsParts;
  private config: ActionsConfig;
  /** By task. */
  private readonly bypassed = new Map<string, Bypassed>();
  private readonly standing = new Map<string, Map<string, string>>();
  /** When a task was measured anew last, and which ones are being measured. */
  private readonly reprofiledMs = new Map<string, number>();
  private readonly measuring = new Set<string>();

  constructor(parts: ActionsParts, config: ActionsConfig) {
    this.parts = parts;
    this.config = config;
  }

  under(config: ActionsConfig): void {
    this.config = config;
    if (config.bypassMs === null) this.bypassed.clear();
  }

  /** Does what is allowed about an alarm of a task. */
  alarm(alarm: Alarm, { cheap, instead }: Standing): void {
    const { task, segment, rule, sentence } = alarm;
    if (task === null) return;
    this.stands(alarm);
    const { bypassMs, marksStale, reprofile } = this.config;
    // A segment is too little to take a model from the whole task.
    if (bypassMs !== null && segment === null && QUALITY.has(rule) && cheap !== null)
      this.bypass(task, { model: cheap, why: sentence, untilMs: this.parts.nowMs() + bypassMs, instead });
    if (!OUTDATING.has(rule)) return;
    if (marksStale) this.markStale(task, sentence);
    if (reprofile !== null) this.reprofile(task, { ...reprofile, why: sentence });
  }

  /** Takes in an alarm that has been told, here or by an earlier process, and is not over. */
  stands({ task, rule, key, sentence, isEvent }: Pick<Alarm, 'task' | 'rule' | 'key' | 'sentence' | 'isEvent'>): void {
    if (task !== null && !isEvent && FREEZING.has(rule)) this.standingOf(task).set(key, sentence);
  }

  recovered({ key }: Pick<Recovery, 'key'>): void {
    for (const alarms of this.standing.values()) alarms.delete(key);
  }

  /** Why no rollout of the task goes on; null when one may. */
  frozenBy(task: string): string | null {
    if (!this.config.freezesRollouts) return null;
    return this.standing.get(task)?.values().next().value ?? null;
  }

  readonly bypassOf = (task: string): Bypass | null => {
    const own = this.bypassed.get(task);
    if (own === undefined) return null;
    if (own.untilMs > this.parts.nowMs()) return { models: new Map([[own.model, own.why]]), instead: own.instead };
    this.bypassed.delete(task);
    return null;
  };

  /** Ends what is done about a task. */
  undo(task: string, by: string): void {
    if (!this.bypassed.delete(task)) return;
    this.keep(task, { action: 'bypass', undone: true, by }, `${task}: its model is asked again, by ${by}.`);
  }

  /** Takes in what an earlier process has done. */
  restore({ task, atMs, body }: Pick<Note, 'task' | 'atMs' | 'body'>): void {
    if (task === null) return;
    const { action, undone, ended, model, why, untilMs, instead } = body;
    if (action === 'reprofile' && ended !== true) this.reprofiledMs.set(task, atMs);
    // What a person says while nobody is there to hear it holds all the same.
    if (undone === true || action === 'undo' || action === 'accept') this.bypassed.delete(task);
    else if (
      action === 'bypass' &&
      typeof model === 'string' &&
      typeof untilMs === 'number' &&
      this.config.bypassMs !== null
    )
      this.bypassed.set(task, {
        model,
        why: textOf(why),
        untilMs,
        instead: typeof instead === 'string' ? instead : null,
      });
  }

  private bypass(task: string, bypassed: Bypassed): void {
    if (this.bypassOf(task) !== null) return;
    this.bypassed.set(task, bypassed);
    const { model, why, untilMs } = bypassed;
    const until = new Date(untilMs).toISOString();
    this.keep(task, { action: 'bypass', ...bypassed }, `${task}: ${model} is bypassed until ${until}. ${why}`);
  }

  private markStale(task: string, why: string): void {
    const files = this.attempt(`${task} could not be marked as stale`, () => this.parts.markStale(task, why)) ?? [];
    if (files.length === 0) return;
    this.keep(
      task,
      { action: 'mark_stale', why, files: [...files] },
      `${task}: marked as stale: ${files.join(', ')}. ${why}`,
    );
  }

  private reprofile(
    task: string,
    { maxNanoUsd, everyMs, why }: NonNullable<ActionsConfig['reprofile']> & { why: string },
  ): void {
    const nowMs = this.parts.nowMs();
    if (this.measuring.has(task)) return;
    if (nowMs - (this.reprofiledMs.get(task) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    this.reprofiledMs.set(task, nowMs);
    this.measuring.add(task);
    const maxUsd = maxNanoUsd / 1e9;
    this.keep(task, { action: 'reprofile', why, maxUsd }, `${task}: is measured anew, for at most $${maxUsd}. ${why}`);
    const end = (problem: string | null): void => {
      if (!this.measuring.delete(task)) return;
      const said = problem === null ? 'has been measured anew.' : `could not be measured anew: ${problem}`;
      this.keep(task, { action: 'reprofile', ended: true, problem }, `${task}: ${said}`);
    };
    try {
      this.parts.reprofile(task, maxUsd, end);
    } catch (error) {
      end(messageOf(error));
    }
  }

  /** What cannot be done keeps nothing else from being done. */
  private attempt<Made>(what: string, work: () => Made): Made | null {
    try {
      return work();
    } catch (error) {
      this.parts.warn(`watching: ${what}: ${messageOf(error)}`);
      return null;
    }
  }

  private keep(task: string, body: JsonObject, sentence: string): void {
    const atMs = this.parts.nowMs();
    const id = nextId();
    this.parts.note({ id, kind: 'action', atMs, tenant: 'default', task, about: null, costs: [], body });
    this.parts.raise({
      key: `action/${task}/${textOf(body['action'])}/${id}`,
      rule: 'action',
      task,
      segment: null,
      severity: 'warning',
      atMs,
      sentence,
      evidence: body,
      isEvent: true,
    });
  }

  private standingOf(task: string): Map<string, string> {
    let alarms = this.standing.get(task);
    if (alarms === undefined) {
      alarms = new Map();
      this.standing.set(task, alarms);
    }
    return alarms;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
