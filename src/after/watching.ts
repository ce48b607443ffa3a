// What is made of calls after their replies: canaries, drift, rollouts, and who is told. It outlives configurations, and whatever goes wrong in
// it is told and touches no call.
import type { Note } from '../call/note.ts';
import { createNoteIds } from '../call/note-id.ts';
import type { Plan } from '../call/plan.ts';
import type { CallRow } from '../call/row.ts';
import type { Config } from '../config/config.ts';
import { feedbackRules } from '../feedback.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Bypass } from '../policy/bypass.ts';
import type { Afterwards, Ended, Engine } from '../router.ts';
import type { Alarm, Recovery } from '../watch/alarm.ts';
import { type Alerts, createAlerts } from '../watch/alert/alerts.ts';
import { alertMetrics } from '../watch/alert/prometheus.ts';
import type { Observation } from '../watch/observation.ts';
import { Actions } from './actions.ts';
import { BUDGET_KEY, BudgetAlarm } from './budget-alarm.ts';
import { CallSegments, segmentsOfRow } from './call-segments.ts';
import { Canaries, type CanaryRules } from './canaries.ts';
import { earlierNotes, gradeIn, standingGaps, wordIn } from './canary-notes.ts';
import { Firsts } from './firsts.ts';
import { GradedAnswers } from './graded-answers.ts';
import { type KeptState, nothingSeen, replay, type Seen, type StateParts } from './kept-state.ts';
import { markStale } from './mark-stale.ts';
import { createNoting } from './noting.ts';
import { toObservation } from './observe.ts';
import type { Reprofile } from './reprofile.ts';
import { Rollouts } from './rollouts.ts';
import { Signs } from './signs.ts';
import { Telling } from './telling.ts';
import { unwatched } from './unwatched.ts';
import { Usual } from './usual.ts';

export interface WatchingParts {
  config: Config;
  warn: (sentence: string) => void;
  /** The ledger's `note`. */
  note: (note: Note) => unknown;
  /** The file of rollout events. */
  rolloutEvents: string;
  reprofile: Reprofile;
  nowMs?: () => number;
}

const DAY_MS = 86_400_000;
/** Canaries older than that say nothing of today's gap. */
const GAPS_MS = 30 * DAY_MS;

const nextId = createNoteIds('act');

export class Watching {
  readonly alerts: Alerts;
  readonly rollouts: Rollouts;
  private readonly canaries: Canaries;
  private readonly graded: GradedAnswers;
  private readonly actions: Actions;
  private readonly telling: Telling;
  private readonly usual: Usual;
  private readonly budgetAlarm = new BudgetAlarm();
  private readonly signs: Signs;
  private readonly segments: CallSegments;
  private readonly note: (note: Note) => void;
  private readonly parts: WatchingParts;
  private readonly nowMs: () => number;
  private readonly seen: Seen = nothingSeen();
  private config: Config;
  /** Who answers first, by task: what is bypassed when its answers become worse. */
  private readonly firsts = new Firsts();
  private isOpen = false;

  constructor(parts: WatchingParts) {
    this.parts = parts;
    this.config = parts.config;
    this.nowMs = parts.nowMs ?? Date.now;
    const { nowMs } = this;
    const tell = this.tell;
    const note = createNoting(parts);
    this.note = note;
    this.signs = new Signs(note, nowMs);
    this.segments = new CallSegments(nowMs);
    this.alerts = createAlerts({ config: this.config.alerts, warn: parts.warn, now: nowMs });
    this.actions = new Actions(
      {
        note,
        raise: tell,
        warn: parts.warn,
        nowMs,
        markStale: (task, reason) => markStale(this.config, task, { at: new Date(nowMs()).toISOString(), reason }),
        reprofile: parts.reprofile,
      },
      this.config.watch.actions,
    );
    this.telling = new Telling({
      alerts: this.alerts,
      actions: this.actions,
      note,
      firstOf: (task) => this.firsts.of(task),
    });
    this.rollouts = new Rollouts({
      path: parts.rolloutEvents,
      warn: parts.warn,
      raise: tell,
      frozenBy: (task) => this.actions.frozenBy(task),
      onFinished: (task) => this.renew(task, 'its rollout has reached everybody'),
      nowMs,
    });
    this.usual = new Usual(this.config, { warn: parts.warn, tell, nowMs });
    this.graded = new GradedAnswers(this.rollouts, this.usual);
    this.canaries = new Canaries({
      note,
      warn: parts.warn,
      segmentsOf: (call) => this.segments.of(call),
      onGraded: (note) => this.grade(note),
      nowMs,
    });
  }

  private readonly tell = (message: Alarm | Recovery): void => this.telling.tell(message, this.config);
  readonly warn = (sentence: string): void => this.parts.warn(sentence);
  readonly rolloutOf = (task: string): { rollout: string; percent: number } | null => this.rollouts.rolloutOf(task);
  readonly bypassOf = (task: string): Bypass | null => this.actions.bypassOf(task);

  metrics(): string {
    return alertMetrics(this.alerts.active(), this.alerts.totals());
  }

  /** Puts a configuration in force. */
  limit(config: Config): void {
    this.config = config;
    this.endUnwatched();
    this.canaries.limit(config.canary?.budgetNanoUsd ?? 0);
    this.alerts.under(config.alerts);
    this.actions.under(config.watch.actions);
    this.usual.under(config);
    this.rollouts.under(config.rollouts);
    if (this.isOpen) this.lookAtRoutes();
  }

  /** Takes in what earlier processes have found out; before the first call, and after `limit`. */
  open(reader: Pick<LedgerReader, 'calls' | 'notes' | 'ends'>, kept: KeptState | null): void {
    const nowMs = this.nowMs();
    const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
    const notes = earlierNotes(reader, nowMs - GAPS_MS);
    for (const note of notes) {
      if (note.kind === 'canary' && note.atMs >= today) this.canaries.remember(note);
      if (note.kind === 'action') this.actions.restore(note);
    }
    if (kept !== null) this.restore(kept);
    replay(reader, kept, { onCall: (row) => this.replayed(row), onNote: (note) => this.noted(note) });
    for (const { note, gap } of standingGaps(notes)) {
      // A person's later word on one of these corrects it, and is no other canary.
      this.seen.canaries.add(note.id);
      this.graded.recall(note, gap);
    }
    this.isOpen = true;
    this.lookAtRoutes();
    this.endUnwatched();
  }

  private restore({ seen, parts }: KeptState): void {
    for (const kind of ['calls', 'canaries', 'words'] as const) for (const id of seen[kind]) this.seen[kind].add(id);
    if (parts.alerts !== undefined) this.alerts.restore(parts.alerts);
    for (const alert of this.alerts.active()) {
      this.actions.stands(alert);
      if (alert.key === BUDGET_KEY) this.budgetAlarm.isTold = true;
    }
    this.usual.restore(parts);
    this.rollouts.restore(parts.rollouts);
  }

  private replayed(row: CallRow): void {
    const observation = toObservation({ row, fingerprint: null }, segmentsOfRow(row));
    if (observation !== null && this.seen.calls.add(row.id)) this.watch(observation, row);
  }

  /** A note of an earlier process, or one that was made while there was none. */
  private noted(note: Note): void {
    const grade = gradeIn(note);
    if (grade !== null && this.seen.canaries.add(grade.canary)) this.graded.learn(note, grade);
    const word = wordIn(note);
    // What was done about the task is over already.
    if (word !== null && this.seen.words.add(note.id) && word.action === 'accept') this.usual.accept(word.task);
  }

  /** What is known by now. */
  state(): { parts: StateParts; seen: Seen } {
    const { usual, alerts, rollouts, seen } = this;
    const parts = { ...usual.snapshot(), alerts: alerts.snapshot(), rollouts: rollouts.snapshot() };
    return { parts: parts as unknown as StateParts, seen };
  }

  /** What a configuration has watched; null for nothing. */
  under(config: Config, engine: () => Engine): Afterwards | null {
    const { canary, tasks, watch } = config;
    if (tasks.size === 0) return null;
    const shareFor = (plan: Plan) => this.graded.shareFor(plan, canary?.tasks.get(plan.task ?? ''));
    const rules: CanaryRules | null =
      canary === null ? null : { canary, tasks, engine, isPrivate: feedbackRules(config).isPrivate, shareFor };
    if (rules === null && !watch.isWatching && config.rollouts.size === 0) return null;
    return {
      wantsAnswer: (call, plan) => rules !== null && this.canaries.isWanted(rules, call, plan),
      ended: (ended) => {
        if (ended.plan.task !== null) later(() => this.ended(ended, rules), this.warn);
      },
    };
  }

  /** What is looked at from time to time. */
  look(engine: Engine): void {
    const nowMs = this.nowMs();
    this.rollouts.refresh();
    this.usual.look(engine.policy.models.values());
    const { canary, alerts } = this.config;
    const at = alerts.rules.budget?.at ?? null;
    if (canary === null || at === null) return;
    for (const message of this.budgetAlarm.look(this.canaries.standing(), { at, nowMs })) this.tell(message);
  }

  /** Takes in what people, and other processes, have noted. */
  heard(note: Note): void {
    if (note.kind === 'canary') this.canaries.remember(note);
    if (note.kind === 'grade') this.grade(note);
    const word = wordIn(note);
    if (word === null || !this.seen.words.add(note.id)) return;
    this.actions.undo(word.task, word.by);
    if (word.action === 'accept') this.usual.accept(word.task);
  }

  /** What was graded before is corrected where gaps are read from the ledger: by the next process, and by `tierline canary`. */
  private grade(note: Note): void {
    const grade = gradeIn(note);
    if (grade !== null && this.seen.canaries.add(grade.canary)) this.graded.take(note, grade);
  }

  private lookAtRoutes(): void {
    for (const task of this.usual.changedRoutes()) this.renew(task, 'its route or its gates were changed');
  }

  /** From here on everything of a task is learned anew, and the model that it went without is another, or is asked otherwise. */
  private renew(task: string, why: string): void {
    const id = nextId();
    this.seen.words.add(id);
    const [atMs, body] = [this.nowMs(), { action: 'accept', by: 'tierline', why }];
    this.note({ id, kind: 'action', atMs, tenant: 'default', task, about: null, costs: [], body });
    this.actions.undo(task, 'tierline');
    this.usual.accept(task);
  }

  async close(): Promise<void> {
    await this.canaries.close();
    await this.alerts.close();
  }

  private ended(ended: Ended, rules: CanaryRules | null): void {
    const { call, row } = ended;
    const observation = toObservation(ended, this.segments.of(call));
    if (observation !== null && this.seen.calls.add(row.id)) this.watch(observation, row);
    if (rules !== null) this.canaries.take(rules, ended);
    if (this.config.watch.isWatching) this.signs.look(ended);
  }

  private watch(observation: Observation, row: CallRow): void {
    this.firsts.take(row);
    this.usual.observe(observation);
    this.rollouts.take(observation);
    this.graded.takeReference(observation, row, this.config.canary?.tasks.get(observation.task));
  }

  /** What nobody looks at any more would stand for ever. */
  private endUnwatched(): void {
    for (const over of unwatched(this.alerts.active(), this.config, this.nowMs())) {
      this.usual.forget(over.key);
      if (over.key === BUDGET_KEY) this.budgetAlarm.isTold = false;
      this.tell(over);
    }
  }
}

/** When the turn is over in which the client got its answer. */
function later(work: () => void, warn: (sentence: string) => void): void {
  setImmediate(() => {
    try {
      work();
    } catch (error) {
      warn(`watching a call failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}
