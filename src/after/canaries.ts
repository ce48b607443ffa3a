// Answers a share of the calls again with the reference model, after the reply, and grades the two answers. It never makes a call wait, spends
// nothing beyond the day's budget, and leaves a note of every canary that has cost something, whatever became of it.
import { createAgain } from '../again.ts';
import { createAsk } from '../ask.ts';
import type { JsonObject } from '../call/json.ts';
import type { NanoUsd } from '../call/money.ts';
import type { Note, NoteCost } from '../call/note.ts';
import type { Plan } from '../call/plan.ts';
import type { CallRow } from '../call/row.ts';
import type { CanaryConfig, TaskCanaryConfig } from '../config/canary-config.ts';
import type { Config } from '../config/config.ts';
import { Asking } from '../delivery/asking.ts';
import type { Answer, Question, SecondAnswer } from '../gate/gate.ts';
import { toQuestion } from '../judged.ts';
import { showUsd } from '../ledger/display.ts';
import { maskJson } from '../mask/mask.ts';
import type { Call, Ended, Engine } from '../router.ts';
import type { Alarm, Recovery } from '../watch/alarm.ts';
import { type BudgetStanding, DayBudget, type Reserved } from '../watch/canary/budget.ts';
import { isDrawn } from '../watch/canary/draw.ts';
import { type Grade, gradeByGates, gradeByJudge, gradeRefused, unknown } from '../watch/canary/grade.ts';

export interface CanaryParts {
  /** The ledger's `note`. */
  note: (note: Note) => unknown;
  warn: (sentence: string) => void;
  /** What else a call is counted to; asked when its canary is graded. */
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

/** Waiting ones hold their requests in memory; more than so many would say nothing that these do not. */
const MOST_WAITING = 256;
/** What the first canary of a task is taken to cost at most, as a multiple of the reference's price for the same tokens. */
const CAUTION = 2;
/** A judge reads the conversation and both answers, twice. */
const JUDGED = 6;
/** Notes of its own are heard again within a second or two. */
const MOST_NOTED = 4_096;
const BUDGET_KEY = 'budget/canaries';
const NOTE_EVERY_MS = 3_600_000;

interface Waiting {
  ended: Ended;
  answer: Answer;
  rules: CanaryRules;
  own: TaskCanaryConfig;
}

export class Canaries {
  private readonly parts: CanaryParts;
  private readonly nowMs: () => number;
  private readonly budget = new DayBudget(0);
  private readonly waiting: Waiting[] = [];
  private readonly running = new Map<Promise<void>, Asking>();
  /** What a canary of a task has cost, on average. */
  private readonly costs = new Map<string, { count: number; mean: NanoUsd }>();
  private readonly told = new Map<string, number>();
  /** Ids of its notes that were not heard again yet. */
  private readonly noted = new Set<string>();
  private isClosed = false;
  private isBudgetTold = false;

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

  /** That a share of the day's budget is spent, or that another day has begun. */
  budgetMessages(at: number, nowMs: number): (Alarm | Recovery)[] {
    const { spentNanoUsd, budgetNanoUsd } = this.budget.standing(nowMs);
    const isOver = budgetNanoUsd > 0 && spentNanoUsd >= at * budgetNanoUsd;
    if (isOver === this.isBudgetTold) return [];
    this.isBudgetTold = isOver;
    const spent = `${showUsd(spentNanoUsd)} of today's ${showUsd(budgetNanoUsd)}`;
    const told = { key: BUDGET_KEY, atMs: nowMs, sentence: `canaries: ${spent} are spent.` };
    if (!isOver) return [told];
    const evidence = { spentNanoUsd, budgetNanoUsd };
    return [{ ...told, rule: 'budget', task: null, segment: null, severity: 'warning', evidence, isEvent: false }];
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
    if (this.waiting.length >= MOST_WAITING) {
      this.tell('full', `canaries: more than ${MOST_WAITING} are waiting; some calls are not answered again`);
      return;
    }
    const answer = ended.answer();
    if (answer === null) return;
    this.waiting.push({ ended, answer, rules, own });
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
      const reserved = this.reserve(next);
      if (reserved === null) continue;
      const { totalMs } = next.rules.engine().delivery.options;
      const asking = new Asking(performance.now() + totalMs);
      const run = this.run(next, reserved, asking)
        .catch((error: unknown) => {
          this.budget.settle(reserved, null, this.nowMs());
          this.tell('failed', `canaries: one failed: ${error instanceof Error ? error.message : String(error)}`);
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
    const mean = this.costs.get(row.task ?? '')?.mean;
    const priced =
      row.usage === null ? null : rules.engine().policy.models.get(own.reference)?.priceOf(row.usage, nowMs, null);
    const cautious = priced == null ? null : priced * (own.judge === null ? CAUTION : CAUTION + JUDGED);
    // A long request costs more than those before it.
    const expected = mean === undefined ? cautious : Math.max(mean, priced ?? 0);
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

  private async run(waiting: Waiting, reserved: Reserved, asking: Asking): Promise<void> {
    const { ended, rules, own } = waiting;
    const { call, row } = ended;
    const { graded, costs, reference } = await answerAgain(waiting, asking);
    const cost = sumOf(costs);
    const nowMs = this.nowMs();
    this.budget.settle(reserved, cost, nowMs);
    if (cost !== null) this.learnCost(row.task ?? '', cost);
    if (cost === 0 && reference === null) {
      this.tell(`refused ${row.task}`, `canaries: ${row.task}: ${graded.why}`);
      return;
    }
    const kept = own.grading === 'person' && isAccepted(row) ? keptFor(waiting, reference, rules.canary.isMasked) : {};
    const note: Note = {
      id: `can_${call.id}`,
      kind: 'canary',
      atMs: nowMs,
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
        segments: [...this.parts.segmentsOf(call)],
        ...kept,
      },
    };
    this.noted.add(note.id);
    if (this.noted.size > MOST_NOTED) this.noted.delete(this.noted.values().next().value as string);
    this.parts.note(note);
    if (note.body['gap'] !== null || note.body['rolloutGap'] !== undefined) this.parts.onGraded(note);
  }

  private learnCost(task: string, cost: NanoUsd): void {
    const { count, mean } = this.costs.get(task) ?? { count: 0, mean: 0 };
    const next = Math.min(count + 1, 100);
    this.costs.set(task, { count: next, mean: mean + (cost - mean) / next });
  }

  /** Once an hour about one thing. */
  private tell(about: string, sentence: string): void {
    const nowMs = this.nowMs();
    if (nowMs - (this.told.get(about) ?? Number.NEGATIVE_INFINITY) < NOTE_EVERY_MS) return;
    this.told.set(about, nowMs);
    this.parts.warn(sentence);
  }
}

/** Whether a complete answer was given that no gate has refused. */
export function isAccepted({ status, model, attempts }: CallRow): boolean {
  if (status !== 'ok' || model === null) return false;
  const answering = attempts.findLast((attempt) => attempt.model === model && attempt.status === 'ok');
  return answering !== undefined && (answering.verdicts ?? []).every(({ pass }) => pass);
}

interface AnsweredAgain {
  graded: Grade;
  costs: NoteCost[];
  /** Null when the reference gave no answer. */
  reference: Answer | null;
}

async function answerAgain({ ended, answer: cheap, rules, own }: Waiting, asking: Asking): Promise<AnsweredAgain> {
  const { call, row } = ended;
  const engine = rules.engine();
  const again = createAgain(engine, { ...call, task: row.task, isStrict: engine.isStrict(row.task) });
  const second: SecondAnswer = await again(own.reference, asking);
  const costs = [costOf(engine, own.reference, second.costNanoUsd)];
  const { answer: reference } = second;
  if (reference === null)
    return {
      graded: unknown(`the reference gave no answer: ${second.failure ?? 'nobody knows why'}`),
      costs,
      reference,
    };
  const question = toQuestion(call.inbound.neutral);
  const graded = await gradeBy({ cheap, reference, question }, { engine, rules, own, row, asking, costs });
  return { graded, costs, reference };
}

async function gradeBy(
  pair: { cheap: Answer; reference: Answer; question: Question },
  {
    engine,
    rules,
    own,
    row,
    asking,
    costs,
  }: {
    engine: Engine;
    rules: CanaryRules;
    own: TaskCanaryConfig;
    row: CallRow;
    asking: Asking;
    costs: NoteCost[];
  },
): Promise<Grade> {
  if (!isAccepted(row)) return gradeRefused(pair, engine.gatesOf(row.task));
  if (own.grading === 'person') return unknown('waits for a person');
  if (own.judge === null) {
    const reference = rules.tasks.get(row.task ?? '')?.reference ?? null;
    return gradeByGates(pair, { gates: engine.gatesOf(row.task), reference });
  }
  const { model, rubric } = own.judge;
  const ask = createAsk(engine, { atMs: row.atMs, tenant: row.tenant, task: row.task });
  return gradeByJudge(pair, {
    rubric,
    ask: async (prompt) => {
      const reply = await ask(model, prompt, asking);
      costs.push(costOf(engine, model, reply.costNanoUsd));
      return reply;
    },
  });
}

function costOf({ policy, delivery }: Engine, model: string, nanoUsd: NanoUsd | null): NoteCost {
  const places = delivery.deploymentsOf(model);
  const provider = places.length === 1 ? (places[0]?.connection.name ?? null) : null;
  return { model, tier: policy.models.get(model)?.tier ?? null, provider, nanoUsd };
}

function sumOf(costs: readonly NoteCost[]): NanoUsd | null {
  let sum = 0;
  for (const { nanoUsd } of costs) {
    if (nanoUsd === null) return null;
    sum += nanoUsd;
  }
  return sum;
}

/** Longest texts that are kept for a person, in characters. */
const MOST_KEPT = 20_000;

function keptFor({ ended, answer }: Waiting, reference: Answer | null, isMasked: boolean): JsonObject {
  const { turns } = toQuestion(ended.call.inbound.neutral);
  const kept: JsonObject = {
    turns: turns.slice(-6).map(({ role, text }) => ({ role, text: text.slice(0, MOST_KEPT) })),
    answers: { cheap: textOf(answer), reference: reference === null ? null : textOf(reference) },
  };
  return isMasked ? maskJson(kept).value : kept;
}

function textOf({ text, toolCalls }: Answer): string {
  const calls = toolCalls.map(({ name, arguments: given }) => `[calls ${name} ${given}]`);
  return [text, ...calls]
    .filter((part) => part !== '')
    .join('\n')
    .slice(0, MOST_KEPT);
}
