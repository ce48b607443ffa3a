// Answers a share of the calls again with the reference model, after the reply, and grades the two answers. It never makes a call wait, spends
// nothing beyond the day's budget, and leaves a note of every canary that has cost something, whatever became of it.
import type { JsonObject } from '../call/json.ts';
import type { NanoUsd } from '../call/money.ts';
import type { Note, NoteCost } from '../call/note.ts';
import type { Plan } from '../call/plan.ts';
import type { CallRow } from '../call/row.ts';
import type { CanaryConfig, TaskCanaryConfig } from '../config/canary-config.ts';
import type { Config } from '../config/config.ts';
import { Asking } from '../delivery/asking.ts';
import type { Answer } from '../gate/gate.ts';
import { toQuestion } from '../judged.ts';
import { showUsd } from '../ledger/display.ts';
import type { Call, Ended, Engine } from '../router.ts';
import { type BudgetStanding, DayBudget, type Reserved } from '../watch/canary/budget.ts';
import { isDrawn } from '../watch/canary/draw.ts';
import type { Grade } from '../watch/canary/grade.ts';
import { isAccepted } from './accepted.ts';
import { answerAgain, sumOf } from './answer-again.ts';
import { keptForPerson } from './kept-for-person.ts';

export interface CanaryParts {
  /** The ledger's `note`. */
  note: (note: Note) => unknown;
  warn: (sentence: string) => void;
  /** What else a call is counted to; asked before its canary begins. */
  segmentsOf: (call: Call) => readonly string[];
  /** Told of every canary whose gap is known. */
  onGraded: (note: Note) => void;
  nowMs?: () => number;
  /** Canaries under way at a time; 4 when not said. */
  concurrency?: number;
}

/** Canaries of one configuration. */
export interface CanaryRules {
  canary: CanaryConfig;
  tasks: Config['tasks'];
  engine: () => Engine;
  /** Whether nothing of a call may be kept: a person would grade what was. */
  isPrivate: (call: { tenant: string; task: string | null }) => boolean;
  /** The share to draw of a call, where a rollout asks for another than the task's; null: the task's. */
  shareFor: (plan: Plan) => number | null;
}

/** Waiting ones hold their requests in memory; more than so many, and so many bytes, would say nothing that these do not. */
const MOST_WAITING = 256;
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/** What the first canary of a task is taken to cost at most, as a multiple of the reference's price for the same tokens. */
const CAUTION = 2;
/** A judge reads the conversation and both answers, twice. */
const JUDGED = 6;
/** Notes of its own are heard again within a second or two. */
const MOST_NOTED = 4_096;
const NOTE_EVERY_MS = 3_600_000;

interface Waiting {
  ended: Ended;
  answer: Answer;
  rules: CanaryRules;
  own: TaskCanaryConfig;
  segments: readonly string[];
}

interface Graded extends Pick<Waiting, 'ended' | 'own' | 'segments'> {
  graded: Grade;
  costs: NoteCost[];
}

export class Canaries {
  private readonly parts: CanaryParts;
  private readonly nowMs: () => number;
  private readonly budget = new DayBudget(0);
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;
  private readonly running = new Map<Promise<void>, Asking>();
  /** What a canary has cost on average, by its task and by who answers and grades. */
  private readonly costs = new Map<string, { count: number; mean: NanoUsd }>();
  private readonly told = new Map<string, number>();
  /** Ids of its notes that were not heard again yet. */
  private readonly noted = new Set<string>();
  private isClosed = false;

  constructor(parts: CanaryParts) {
    this.parts = parts;
    this.nowMs = parts.nowMs ?? Date.now;
  }

  limit(budgetNanoUsd: NanoUsd): void {
    this.budget.limit(budgetNanoUsd);
  }

  /** Counts what an earlier process, or another one, has spent; its own canaries are counted already. */
  remember({ id, atMs, costs }: Pick<Note, 'id' | 'atMs' | 'costs'>): void {
    if (this.noted.delete(id)) return;
    this.budget.remember(atMs, sumOf(costs), this.nowMs());
  }

  standing(): BudgetStanding {
    return this.budget.standing(this.nowMs());
  }

  /** Whether the call would be answered again, if its answer is accepted. */
  isWanted(rules: CanaryRules, { id, inbound, tenant }: Pick<Call, 'id' | 'inbound' | 'tenant'>, plan: Plan): boolean {
    if (plan.task === null || inbound.kind !== 'chat' || inbound.runsLater) return false;
    const own = rules.canary.tasks.get(plan.task);
    if (own === undefined || (own.grading === 'person' && rules.isPrivate({ tenant, task: plan.task }))) return false;
    return isDrawn(id, rules.shareFor(plan) ?? own.share);
  }

  /** Takes a call that has ended. */
  take(rules: CanaryRules, ended: Ended): void {
    const { call, plan, row } = ended;
    if (this.isClosed || !this.isWanted(rules, call, plan)) return;
    // Rollouts have to know of answers that were refused and given all the same; else a candidate is judged by its good ones.
    if (!isAccepted(row) && !(row.status === 'ok' && rules.shareFor(plan) !== null)) return;
    const own = rules.canary.tasks.get(plan.task ?? '');
    if (own === undefined || row.model === own.reference) return;
    const { bytes } = call.inbound;
    if (this.waiting.length >= MOST_WAITING || this.waitingBytes + bytes > MOST_WAITING_BYTES) {
      this.tell('full', `canaries: ${this.waiting.length} are waiting; some calls are not answered again`);
      return;
    }
    const answer = ended.answer();
    if (answer === null) return;
    this.waiting.push({ ended, answer, rules, own, segments: this.parts.segmentsOf(call) });
    this.waitingBytes += bytes;
    this.pump();
  }

  /** Resolves when nothing is waiting or under way. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.keys());
  }

  /** Begins nothing more; what is under way has `graceMs` to end, and is then given up, its cost noted. */
  async close(graceMs = 2_000): Promise<void> {
    this.isClosed = true;
    this.waiting.length = 0;
    this.waitingBytes = 0;
    const timer = setTimeout(() => {
      for (const asking of this.running.values()) asking.leave();
    }, graceMs);
    await this.idle();
    clearTimeout(timer);
  }

  private pump(): void {
    while (this.running.size < (this.parts.concurrency ?? 4)) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.waitingBytes -= next.ended.call.inbound.bytes;
      const reserved = this.reserve(next);
      if (reserved === null) continue;
      const { totalMs } = next.rules.engine().delivery.options;
      const asking = new Asking(performance.now() + totalMs);
      const run = this.run(next, reserved, asking)
        .catch((error: unknown) => {
          this.tell('failed', `canaries: one failed: ${messageOf(error)}`);
        })
        .finally(() => {
          this.running.delete(run);
          this.pump();
        });
      this.running.set(run, asking);
    }
  }

  private reserve({ ended, rules, own }: Waiting): Reserved | null {
    const { row } = ended;
    const nowMs = this.nowMs();
    const expected = this.expect(row, rules, own);
    if (expected === null) {
      this.tell(
        `price ${own.reference}`,
        `canaries: what ${own.reference} costs is not known, and without that no budget can be kept; ${row.task} has none`,
      );
      return null;
    }
    const reserved = this.budget.reserve(expected, nowMs);
    if (reserved === null) {
      const { spentNanoUsd, budgetNanoUsd, isUnknown } = this.budget.standing(nowMs);
      const spent = `${showUsd(spentNanoUsd)} of ${showUsd(budgetNanoUsd)}`;
      const why = isUnknown ? 'what one of them cost is not known' : `${spent} are spent`;
      this.tell('budget', `canaries: no more today: ${why}`);
    }
    return reserved;
  }

  /** What a canary may cost: as much as the others did, and no less than the reference's price for the same tokens; null when not known. */
  private expect(row: CallRow, rules: CanaryRules, own: TaskCanaryConfig): NanoUsd | null {
    const mean = this.costs.get(costKey(row, own))?.mean;
    const reference = rules.engine().policy.models.get(own.reference);
    const priced = row.usage === null ? null : (reference?.priceOf(row.usage, this.nowMs(), null) ?? null);
    if (mean !== undefined) return Math.max(mean, priced ?? 0);
    return priced === null ? null : priced * (own.judge === null ? CAUTION : CAUTION + JUDGED);
  }

  private async run(waiting: Waiting, reserved: Reserved, asking: Asking): Promise<void> {
    const { ended, answer, rules, own, segments } = waiting;
    const { row } = ended;
    const costs: NoteCost[] = [];
    const compared = { ended, answer, own, tasks: rules.tasks, engine: rules.engine() };
    const { graded, reference } = await answerAgain(compared, asking, costs);
    const cost = sumOf(costs);
    this.budget.settle(reserved, cost, this.nowMs());
    if (cost !== null) this.learnCost(costKey(row, own), cost);
    if (cost === 0 && reference === null) {
      this.tell(`refused ${row.task}`, `canaries: ${row.task}: ${graded.why}`);
      return;
    }
    const note = this.toNote({ ended, own, segments, graded, costs });
    const texts = own.grading === 'person' && isAccepted(row) ? this.textsOf(waiting, reference) : {};
    this.noted.add(note.id);
    if (this.noted.size > MOST_NOTED) this.noted.delete(this.noted.values().next().value as string);
    this.parts.note({ ...note, body: { ...note.body, ...texts } });
    if (graded.gap !== null) this.parts.onGraded(note);
  }

  private toNote({ ended: { call, row }, own, segments, graded, costs }: Graded): Note {
    return {
      id: `can_${call.id}`,
      kind: 'canary',
      atMs: this.nowMs(),
      tenant: call.tenant,
      task: row.task,
      about: call.id,
      costs,
      body: {
        model: row.model,
        reference: own.reference,
        how: isAccepted(row) ? own.grading : 'accept',
        cheapScore: graded.cheapScore,
        referenceScore: graded.referenceScore,
        ...(isAccepted(row) ? { gap: graded.gap } : { gap: null, rolloutGap: graded.gap }),
        why: graded.why,
        arm: row.arm === null ? null : { ...row.arm },
        segments: [...segments],
      },
    };
  }

  /** Without them nobody can grade it; it has been paid all the same. */
  private textsOf({ ended, answer, rules }: Waiting, reference: Answer | null): JsonObject {
    try {
      const question = toQuestion(ended.call.inbound.neutral);
      return keptForPerson(question, { cheap: answer, reference }, rules.canary.isMasked);
    } catch (error) {
      this.tell('texts', `canaries: ${messageOf(error)}: what a person would compare is not kept`);
      return {};
    }
  }

  private learnCost(key: string, cost: NanoUsd): void {
    const { count, mean } = this.costs.get(key) ?? { count: 0, mean: 0 };
    const next = Math.min(count + 1, 100);
    this.costs.set(key, { count: next, mean: mean + (cost - mean) / next });
  }

  /** Once an hour about one thing. */
  private tell(about: string, sentence: string): void {
    const nowMs = this.nowMs();
    if (nowMs - (this.told.get(about) ?? Number.NEGATIVE_INFINITY) < NOTE_EVERY_MS) return;
    this.told.set(about, nowMs);
    this.parts.warn(sentence);
  }
}

function costKey({ task }: Pick<CallRow, 'task'>, { reference, judge }: TaskCanaryConfig): string {
  return JSON.stringify([task, reference, judge?.model ?? null]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
