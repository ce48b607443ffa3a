// What is made of calls after their replies: canaries, drift, rollouts, and who is told. It outlives configurations, and whatever goes wrong in
// it is told and touches no call.
import { isOnTrial } from '../call/arm.ts';
import type { Note } from '../call/note.ts';
import { createNoteIds } from '../call/note-id.ts';
import type { Plan } from '../call/plan.ts';
import type { CallRow } from '../call/row.ts';
import type { Config } from '../config/config.ts';
import { feedbackRules } from '../feedback.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Bypass } from '../policy/bypass.ts';
import { detectLanguage } from '../policy/language.ts';
import type { Afterwards, Call, Ended, Engine } from '../router.ts';
import type { Alarm, Recovery } from '../watch/alarm.ts';
import { type Alerts, createAlerts } from '../watch/alert/alerts.ts';
import { alertMetrics } from '../watch/alert/prometheus.ts';
import { isDrawn } from '../watch/canary/draw.ts';
import { GapBook, segmentsOfNote } from '../watch/canary/gap-book.ts';
import type { Observation } from '../watch/observation.ts';
import { segmentsOf } from '../watch/segments.ts';
import { createWeakSignals, toWeakNote } from '../watch/weak-signals.ts';
import { Actions } from './actions.ts';
import { CacheUse } from './cache-use.ts';
import { Canaries, type CanaryRules } from './canaries.ts';
import { armIn, earlierNotes, type GradeIn, gradeIn, standingGaps } from './canary-notes.ts';
import { DriftWatch } from './drift-watch.ts';
import { Firsts } from './firsts.ts';
import { GapAlarms } from './gap-alarms.ts';
import { type KeptState, replay, SeenIds, type StateParts } from './kept-state.ts';
import { KnownRoutes } from './known-routes.ts';
import { markStale } from './mark-stale.ts';
import { toObservation } from './observe.ts';
import { PerSecond } from './per-second.ts';
import { pricesAt } from './prices.ts';
import type { Reprofile } from './reprofile.ts';
import { Rollouts } from './rollouts.ts';
import { Telling } from './telling.ts';

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
  private readonly actions: Actions;
  private readonly telling: Telling;
  private readonly drift: DriftWatch;
  private readonly gaps = new GapBook();
  private readonly cacheUse = new CacheUse();
  private readonly routes = new KnownRoutes();
  private readonly gapAlarms: GapAlarms;
  private readonly parts: WatchingParts;
  private readonly nowMs: () => number;
  private readonly seen = new SeenIds();
  private config: Config;
  /** Who answers first, by task: what is bypassed when its answers become worse. */
  private readonly firsts = new Firsts();
  private isOpen = false;
  private readonly weakSignals = createWeakSignals();
  private readonly languages = new PerSecond(20);
  private readonly signs = new PerSecond(50);

  constructor(parts: WatchingParts) {
    this.parts = parts;
    this.config = parts.config;
    this.nowMs = parts.nowMs ?? Date.now;
    const { nowMs } = this;
    const tell = this.tell;
    this.alerts = createAlerts({ config: this.config.alerts, warn: parts.warn, now: nowMs });
    this.actions = new Actions(
      {
        note: parts.note,
        raise: tell,
        nowMs,
        markStale: (task, reason) => markStale(this.config, task, { at: new Date(nowMs()).toISOString(), reason }),
        reprofile: parts.reprofile,
      },
      this.config.watch.actions,
    );
    this.telling = new Telling({
      alerts: this.alerts,
      actions: this.actions,
      note: parts.note,
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
    this.drift = new DriftWatch(this.config, parts.warn);
    this.gapAlarms = new GapAlarms(this.gaps);
    this.canaries = new Canaries({
      note: parts.note,
      warn: parts.warn,
      segmentsOf: (call) => this.segmentsOf(call),
      onGraded: (note) => this.graded(note),
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
    this.canaries.limit(config.canary?.budgetNanoUsd ?? 0);
    this.alerts.under(config.alerts);
    this.actions.under(config.watch.actions);
    this.drift.under(config);
    this.rollouts.under(config.rollouts);
    if (this.isOpen) this.lookAtRoutes();
  }

  private lookAtRoutes(): void {
    for (const task of this.routes.changed(this.config)) this.renew(task, 'its route or its gates were changed');
  }

  /** From here on everything of a task is learned anew; what was told of it is over. */
  private renew(task: string, why: string): void {
    const id = nextId();
    this.seen.add(id);
    const body = { action: 'accept', by: 'tierline', why };
    const about = { tenant: 'default', task, about: null, costs: [] };
    this.parts.note({ id, kind: 'action', atMs: this.nowMs(), ...about, body });
    this.accept(task, 'tierline');
  }

  private accept(task: string, by: string): void {
    const nowMs = this.nowMs();
    this.actions.undo(task, by);
    for (const recovery of [...this.drift.accept(task, nowMs), ...this.gapAlarms.accept(task, nowMs)])
      this.tell(recovery);
    this.gaps.forget(task);
  }

  /** Takes in what earlier processes have found out; before the first call, and after `limit`. */
  open(reader: LedgerReader, kept: KeptState | null): void {
    const nowMs = this.nowMs();
    const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
    const notes = earlierNotes(reader, nowMs - GAPS_MS);
    for (const note of notes) if (note.kind === 'canary' && note.atMs >= today) this.canaries.remember(note);
    const settled = standingGaps(notes);
    for (const { note, gap } of settled) this.inBook(note, gap);
    for (const note of notes) if (note.kind === 'action') this.actions.restore(note);
    if (kept !== null) this.restore(kept);
    replay(reader, kept, {
      onCall: (row) => {
        const observation = toObservation({ row, fingerprint: null }, rowSegments(row));
        if (observation !== null && this.seen.add(row.id)) this.watch(observation, row);
      },
      onNote: (note) => {
        const grade = gradeIn(note);
        if (grade !== null && this.seen.add(grade.canary)) this.learnGap(note, grade);
        if (kept !== null) this.heardWord(note);
      },
    });
    // A person's later word on one of these corrects it, and is no other canary.
    for (const { note } of settled) this.seen.add(note.id);
    this.isOpen = true;
    this.lookAtRoutes();
  }

  private restore({ seen, parts }: KeptState): void {
    for (const id of seen) this.seen.add(id);
    if (parts.alerts !== undefined) this.alerts.restore(parts.alerts);
    this.drift.restore(parts.drift);
    this.rollouts.restore(parts.rollouts);
    this.gapAlarms.restore(parts.gaps);
    this.cacheUse.restore(parts.caches);
    this.routes.restore(parts.routes);
    for (const alert of this.alerts.active()) this.actions.stands(alert);
  }

  /** What is known by now. */
  state(): { parts: StateParts; seen: SeenIds } {
    const parts = {
      alerts: this.alerts.snapshot(),
      drift: this.drift.snapshot(),
      rollouts: this.rollouts.snapshot(),
      gaps: this.gapAlarms.snapshot(),
      caches: this.cacheUse.snapshot(),
      routes: this.routes.snapshot(),
    };
    return { parts: parts as unknown as StateParts, seen: this.seen };
  }

  /** What a configuration has watched; null for nothing. */
  under(config: Config, engine: () => Engine): Afterwards | null {
    const { canary, tasks, watch } = config;
    if (tasks.size === 0) return null;
    const rules: CanaryRules | null =
      canary === null
        ? null
        : {
            canary,
            tasks,
            engine,
            isPrivate: feedbackRules(config).isPrivate,
            shareFor: (plan) => this.shareFor(plan),
          };
    if (rules === null && !watch.isWatching && config.rollouts.size === 0) return null;
    return {
      wantsAnswer: (call, plan) => rules !== null && this.canaries.isWanted(rules, call, plan),
      ended: (ended) => {
        if (ended.plan.task !== null) this.later(() => this.ended(ended, rules));
      },
    };
  }

  /** What is looked at from time to time. */
  look(engine: Engine): void {
    const nowMs = this.nowMs();
    this.rollouts.refresh();
    for (const message of this.drift.look(pricesAt(engine.policy.models.values(), nowMs), nowMs)) this.tell(message);
    this.lookAtBudget(nowMs);
  }

  /** Takes in what people, and other processes, have noted. */
  heard(note: Note): void {
    if (note.kind === 'canary') this.canaries.remember(note);
    const grade = gradeIn(note);
    // What was graded before is corrected where gaps are read from the ledger: by the next process, and by `tierline canary`.
    if (note.kind === 'grade' && grade !== null && this.seen.add(grade.canary)) this.gap(note, grade);
    this.heardWord(note);
  }

  private heardWord({ id, kind, task, body }: Note): void {
    const { action, by } = body;
    if (kind !== 'action' || task === null || typeof by !== 'string') return;
    if ((action !== 'undo' && action !== 'accept') || !this.seen.add(id)) return;
    if (action === 'undo') this.actions.undo(task, by);
    else this.accept(task, by);
  }

  async close(): Promise<void> {
    await this.canaries.close();
    await this.alerts.close();
  }

  private ended(ended: Ended, rules: CanaryRules | null): void {
    const { call, row } = ended;
    const observation = toObservation(ended, this.segmentsOf(call));
    if (observation !== null && this.seen.add(row.id)) this.watch(observation, row);
    if (rules !== null) this.canaries.take(rules, ended);
    if (this.config.watch.isWatching) this.lookForSign(ended);
  }

  /** Whether the call says that its user did not like the answer before. Telling that takes time: of very many calls, some are passed over. */
  private lookForSign({ call, row }: Ended): void {
    const { inbound } = call;
    if (row.status !== 'ok' || inbound.kind !== 'chat' || !this.signs.isLeft(this.nowMs())) return;
    const { id, atMs, latencyMs, tenant, session, task } = row;
    const { ask, opening, messageCount: messages, isInToolLoop } = inbound;
    const asked = { id, atMs, latencyMs, tenant, session, task, ask, opening, messages, isInToolLoop };
    const sign = this.weakSignals.observe(asked);
    if (sign !== null) this.parts.note(toWeakNote(sign, asked));
  }

  private watch(seen: Observation, row: CallRow): void {
    const observation = this.cacheUse.only(seen);
    this.firsts.take(row);
    for (const message of this.drift.observe(observation)) this.tell(message);
    this.rollouts.take(observation);
    this.referenceGap(observation, row);
  }

  /** Where the reference itself has answered, there is no gap, and nothing to pay for knowing it. */
  private referenceGap({ id, arm, task, model }: Observation, row: CallRow): void {
    const own = this.config.canary?.tasks.get(task);
    if (arm === null || own === undefined || model !== own.reference || row.status !== 'ok') return;
    const share = this.rollouts.shareOf(arm, task);
    if (share !== null && isDrawn(id, Math.max(share, own.share))) this.rollouts.takeGap(arm, task, 0);
  }

  private graded(note: Note): void {
    const grade = gradeIn(note);
    if (grade !== null && this.seen.add(note.id)) this.gap(note, grade);
  }

  private gap(note: Note, grade: GradeIn): void {
    this.learnGap(note, grade);
    if (!grade.isRefused && this.inBook(note, grade.gap) && note.task !== null) this.lookAtGap(note.task);
  }

  /** What a candidate on trial is like says nothing of the task's own route. */
  private inBook(note: Note, gap: number): boolean {
    if (note.task === null || isOnTrial(armIn(note))) return false;
    this.gaps.add({ task: note.task, segments: segmentsOfNote(note), gap });
    return true;
  }

  private learnGap(note: Note, { gap, isRefused }: GradeIn): void {
    const { task, atMs } = note;
    if (task === null) return;
    const arm = armIn(note);
    if (arm !== null) this.rollouts.takeGap(arm, task, gap);
    if (isRefused || isOnTrial(arm)) return;
    for (const message of this.drift.gap({ task, segments: segmentsOfNote(note), gap, atMs })) this.tell(message);
  }

  private lookAtGap(task: string): void {
    const rule = this.config.alerts.rules.canary_gap;
    if (rule !== null) for (const alarm of this.gapAlarms.look(task, rule.points, this.nowMs())) this.tell(alarm);
  }

  private lookAtBudget(nowMs: number): void {
    const rule = this.config.alerts.rules.budget;
    if (rule === null || this.config.canary === null) return;
    for (const message of this.canaries.budgetMessages(rule.at, nowMs)) this.tell(message);
  }

  private shareFor({ arm, task }: Plan): number | null {
    const own = this.config.canary?.tasks.get(task ?? '');
    const share = arm === null || task === null ? null : this.rollouts.shareOf(arm, task);
    return share === null ? null : Math.max(share, own?.share ?? 0);
  }

  private segmentsOf({ inbound, tenant, atMs }: Call): string[] {
    return segmentsOf(inbound, { tenant, atMs, language: this.languageOf(inbound) });
  }

  private languageOf(inbound: Call['inbound']): string | null {
    return this.languages.isLeft(this.nowMs()) ? detectLanguage(inbound.ask) : null;
  }

  /** When the turn is over in which the client got its answer. */
  private later(work: () => void): void {
    setImmediate(() => {
      try {
        work();
      } catch (error) {
        this.parts.warn(`watching a call failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  }
}

function rowSegments({ tenant, atMs }: CallRow): string[] {
  // How long a request was, and in which language, is not in its row.
  return segmentsOf({ bytes: 0 }, { tenant, atMs, language: null }).filter((segment) => !segment.startsWith('input:'));
}
