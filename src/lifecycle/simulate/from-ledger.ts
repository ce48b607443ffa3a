// A call of the ledger through a policy. Attempts that were really made keep what they cost and how they ended; a model that was not tried
// is priced from the row's usage and taken to pass as often as it is known to. What is not known is bounded or not told.
import { isDeepStrictEqual } from 'node:util';
import { TierlineError } from '../../call/errors.ts';
import type { Plan, PlannedAttempt } from '../../call/plan.ts';
import type { AttemptRow, CallRow } from '../../call/row.ts';
import { totalInputTokens, type Usage } from '../../call/usage.ts';
import type { Caller, View } from '../../call/view.ts';
import type { TokenizerFamily } from '../../catalog/model-spec.ts';
import { familyRatio } from '../../catalog/token-count.ts';
import { begin, conclude } from '../../policy/decide.ts';
import { NO_STATE, type PlanState } from '../../policy/state.ts';
import { type Bounds, exactly, NOTHING, plus } from './bounds.ts';
import { type Played, type Rest, refused, toPlayed, UNBOUNDED, untold } from './played.ts';
import { callerOf, NotRecorded, RecordedView } from './recorded-view.ts';
import { hear, type Rate, type RowEvidence } from './row-evidence.ts';
import type { SimulatedPolicy } from './simulated-policy.ts';
import { whyUnforeseen } from './unforeseen.ts';
import { type End, type Gap, type Tried, walkPlan } from './walk-plan.ts';

export interface LedgerGround {
  evidence: RowEvidence;
  /** The policy in force: its gates are those that the verdicts of the log are of. */
  current: SimulatedPolicy;
  /** The exact request of a call, where the gateway kept it; null where it did not. */
  requestOf: (id: string) => { view: View; caller: Caller } | null;
  /** Tasks whose gates have other bounds than those in force: rows and evidence are judged by these already. */
  turned: ReadonlySet<string>;
}

/** A policy with what it remembers of the calls before. */
export interface ReplayedSide {
  side: SimulatedPolicy;
  pinOf: PlanState['pinOf'];
}

export interface PlayedRow {
  played: Played;
  /** Null for a call that is refused or cannot be told. */
  plan: Plan | null;
}

/** Never rejects on account of the row. */
export async function playRow({ side, pinOf }: ReplayedSide, row: CallRow, ground: LedgerGround): Promise<PlayedRow> {
  if (row.attempts.length === 0 && row.latencyMs === null)
    return { plan: null, played: untold('it came out of a batch, which no plan was made for') };
  const tokens = createTokens(side, row, ground.current);
  try {
    const captured = ground.requestOf(row.id);
    const request = captured ?? { view: new RecordedView(row, tokens.inputOf), caller: callerOf(row) };
    const state = { ...NO_STATE, nowMs: row.atMs, spends: true, pinOf, recordOf: ground.evidence.recordOf };
    const begun = begin(side.policy, request.view, request.caller, state);
    const unforeseen = whyUnforeseen(begun, captured !== null);
    if (unforeseen !== null) return { plan: null, played: untold(unforeseen) };
    const plan = conclude(begun);
    const trying = { side, row, ground, tokens, plan, task: plan.task };
    const walked = await walkPlan(plan, (attempt, isLast) => tryRow(trying, attempt, isLast));
    const isTurned = plan.task !== null && ground.turned.has(plan.task);
    const goodIn = (end: End<TriedRow>): number | null => (isTurned ? null : goodOf(trying, end));
    if (isTurned) walked.gaps.push({ of: 'quality', reason: TURNED });
    else for (const { answer } of walked.ends) walked.gaps.push(...qualityGaps(answer));
    const played = toPlayed(plan, walked, goodIn);
    return { plan, played: { ...played, rests: restsIn(walked.ends) } };
  } catch (error) {
    if (error instanceof NotRecorded)
      return { plan: null, played: untold(`it depends on ${error.fact}, which the ledger does not keep`) };
    if (error instanceof TierlineError) return { plan: null, played: refused(error.code) };
    throw error;
  }
}

/** What passes stricter gates is better, and by how much no verdict tells. */
const TURNED =
  'its gates have other bounds, and how good the answers are that these let through the ledger does not tell';

interface TriedRow extends Tried {
  /** Whether the answer is acceptable when it is the client's, 0 to 1; null when not known. */
  good: number | null;
  /** The rate that `good` is taken from. */
  rate: Rate | null;
}

/** An answer that was settled for has failed its gates; one that was preferred is as good as a gate's word. */
function goodOf(trying: Trying, { answer, how }: End<TriedRow>): number | null {
  if (answer === null || how === 'settled') return 0;
  return how === 'preferred' ? vouched(trying, answer.model).good : answer.good;
}

interface Trying {
  side: SimulatedPolicy;
  row: CallRow;
  ground: LedgerGround;
  tokens: Tokens;
  plan: Plan;
  task: string | null;
}

function tryRow(trying: Trying, attempt: PlannedAttempt, isLast: boolean): TriedRow {
  const own = trying.row.attempts.filter(({ model, stopped }) => model === attempt.model && stopped !== 'beaten');
  const last = own.at(-1);
  const isCut = last?.stopped === 'late' && attempt.timeoutMs === null;
  return last === undefined || isCut
    ? tryUnseen(trying, attempt, isLast)
    : trySeen(trying, { attempt, isLast, own, last });
}

interface Seen {
  attempt: PlannedAttempt;
  isLast: boolean;
  own: readonly AttemptRow[];
  last: AttemptRow;
}

/** What was really tried ends as it ended. */
function trySeen(trying: Trying, { attempt, isLast, own, last }: Seen): TriedRow {
  const { model, isGated } = attempt;
  const verdict = isGated && !isLast ? judgingCost(trying, model, last) : { cost: NOTHING, gaps: [] };
  const paid = own.reduce(
    (sum: Bounds, { costNanoUsd }) => plus(sum, costNanoUsd === null ? UNBOUNDED : exactly(costNanoUsd)),
    NOTHING,
  );
  const gaps: Gap[] = [...verdict.gaps];
  if (own.some(({ costNanoUsd }) => costNanoUsd === null))
    gaps.push({ of: 'cost', reason: `the ledger does not know what some answers of ${model} cost` });
  const first = own[0] as AttemptRow;
  const tried = {
    model,
    cost: plus(paid, verdict.cost),
    latencyMs: last.startMs + last.latencyMs - first.startMs,
    gaps,
    ending: endingOf(last),
  };
  const isOwn = trying.row.task === trying.task && isComparable(trying);
  const heard = isOwn ? hear(last, trying.side.gatesOf(trying.task, trying.plan.learnedGate)) : 'open';
  if (heard === 'open') return { ...tried, ...byRate(trying, attempt, isLast) };
  const passes = isGated && !isLast ? (heard === 'passed' ? 1 : 0) : 1;
  const verdicts = last.verdicts ?? [];
  return { ...tried, passes, verdicts, ...(heard === 'passed' ? vouched(trying, model) : { good: 0, rate: null }) };
}

function endingOf({ status, stopped, httpStatus, errorCode }: AttemptRow): Tried['ending'] {
  if (status === 'ok' || stopped === 'rejected') return 'answered';
  if (stopped === 'late') return 'late';
  if (status === 'partial' || status === 'client_gone') return 'broken';
  const isFinal = [400, 413, 422].includes(httpStatus ?? 0) && errorCode !== 'context_length_exceeded';
  return isFinal ? 'final' : 'failed';
}

/** A model that this call did not try: priced from what the call used elsewhere. It is taken to be up. */
function tryUnseen(trying: Trying, attempt: PlannedAttempt, isLast: boolean): TriedRow {
  const { row, ground, task } = trying;
  const { model, isGated } = attempt;
  const price = priceOf(trying, attempt);
  const judging = isGated && !isLast ? judgingCost(trying, model, null) : { cost: NOTHING, gaps: [] };
  const latencyMs = ground.evidence.latencyOf(task, model, row.id);
  const gaps = [...price.gaps, ...judging.gaps];
  if (latencyMs === null)
    gaps.push({ of: 'latency', reason: `how long ${model} takes on ${sayTask(task)} is not known` });
  const cost = plus(price.cost, judging.cost);
  return { model, ending: 'answered', cost, latencyMs, gaps, ...byRate(trying, attempt, isLast) };
}

function byRate(
  trying: Trying,
  { model, isGated }: PlannedAttempt,
  isLast: boolean,
): Pick<TriedRow, 'passes' | 'good' | 'rate'> {
  const { evidence } = trying.ground;
  if (isGated && !isLast) {
    // How often a learned gate lets a model through hangs on the request and the answers before.
    const isKnown = isComparable(trying) && trying.plan.learnedGate === null;
    const share = isKnown ? (evidence.acceptOf(trying.task, model)?.share ?? null) : null;
    return { passes: share, ...vouched(trying, model) };
  }
  const rate = isComparable(trying) ? evidence.goodOf(trying.task, model) : null;
  return { passes: 1, good: rate?.share ?? null, rate };
}

/** An answer that its gates let through is as good as they are, as far as anybody knows how good that is. */
function vouched({ ground, task }: Trying, model: string): Pick<TriedRow, 'good' | 'rate'> {
  const rate = ground.evidence.precisionOf(task, model);
  return { good: rate?.share ?? 1, rate };
}

/** Verdicts of the log are of the gates in force: of others they tell nothing. */
function isComparable({ side, row, plan, ground: { current, turned }, task }: Trying): boolean {
  if (plan.learnedGate !== null && plan.prediction?.artifact !== row.prediction?.artifact) return false;
  if (task === null || side === current || turned.has(task)) return true;
  return isDeepStrictEqual(side.config.tasks.get(task)?.accept, current.config.tasks.get(task)?.accept);
}

interface Priced {
  cost: Bounds;
  gaps: Gap[];
}

/** What judges of an attempt cost: as they did, else as they usually do. */
function judgingCost({ side, ground, task }: Trying, model: string, last: AttemptRow | null): Priced {
  const costs = (last?.verdicts ?? []).map(({ costNanoUsd }) => costNanoUsd);
  const gates = side.gatesOf(task);
  const costly = new Set(gates.filter(({ isCostly }) => isCostly).map(({ name }) => name));
  const verdicts = last?.verdicts ?? [];
  const isSettled = verdicts.some(({ pass }) => !pass) || verdicts.some(({ gate }) => costly.has(gate));
  if (costly.size === 0 || isSettled) {
    const known = costs.every((cost) => cost !== null);
    if (known) return { cost: exactly(costs.reduce((sum: number, cost) => sum + (cost ?? 0), 0)), gaps: [] };
    return { cost: UNBOUNDED, gaps: [{ of: 'cost', reason: 'the ledger does not know what some judges cost' }] };
  }
  const usual = ground.evidence.judgeCostOf(task, model);
  if (usual !== null) return { cost: exactly(usual), gaps: [] };
  return { cost: UNBOUNDED, gaps: [{ of: 'cost', reason: `what judges of ${sayTask(task)} cost is not known` }] };
}

/** The row's usage in the model's own tokens, the prompt cache as warm, the answer as long as this task's by this model. */
function priceOf({ side, row, ground, tokens, task }: Trying, attempt: PlannedAttempt): Priced {
  const model = side.policy.models.get(attempt.model);
  const usage = tokens.usageOf(attempt.model);
  const unknown = (reason: string, cost = UNBOUNDED) => ({ cost, gaps: [{ of: 'cost' as const, reason }] });
  if (model === undefined || usage === null) return unknown('the ledger has no usage of the call');
  const price = (outputTokens: number): number | null =>
    model.priceOf({ ...usage, outputTokens, reasoningTokens: 0 }, row.atMs, attempt.deployments);
  const isVectors = row.dialect === 'openai-embeddings';
  const usual = isVectors ? 0 : ground.evidence.outputTokensOf(task, attempt.model);
  const most = row.maxOutputTokens;
  const low = price(0);
  if (low === null) return unknown(`the price of ${attempt.model} is not known`);
  if (usual === null) {
    const high = most === null ? null : price(most);
    const reason = `how long answers of ${attempt.model} to ${sayTask(task)} are is not known`;
    return unknown(reason, { low, high: high ?? Number.POSITIVE_INFINITY });
  }
  const cost = price(Math.round(most === null ? usual : Math.min(usual, most)));
  return cost === null ? unknown(`the price of ${attempt.model} is not known`) : { cost: exactly(cost), gaps: [] };
}

function qualityGaps(answer: TriedRow | null): Gap[] {
  if (answer === null || answer.good !== null) return [];
  return [{ of: 'quality', reason: `how often answers of ${answer.model} are good is not known` }];
}

/** The rates that an outcome hangs on, also those that only decided whether a call went on. */
function restsIn(ends: readonly { answer: TriedRow | null; share: Bounds }[]): Rest[] {
  return ends.flatMap(({ answer, share }) => {
    if (answer === null || answer.rate === null) return [];
    const { name, share: rate, judged } = answer.rate;
    return [{ rate: name, share: rate, judged, weight: share.high }];
  });
}

function sayTask(task: string | null): string {
  return task ?? 'calls without a task';
}

interface Tokens {
  /** All input in a model's own tokens. Throws NotRecorded for a row without any usage. */
  inputOf: (model: string | null) => number;
  usageOf: (model: string) => Usage | null;
}

/** The row's usage in the vocabulary of any model: as it was reported where the model was tried, else scaled. */
function createTokens(side: SimulatedPolicy, row: CallRow, current: SimulatedPolicy): Tokens {
  const measured = row.attempts.filter(({ usage }) => usage !== null);
  const base = measured.find(({ model }) => model === row.model) ?? measured.at(-1);
  const familyOf = (model: string): TokenizerFamily =>
    (side.parts.get(model) ?? current.parts.get(model))?.spec?.tokenizer ?? 'generic';
  const usageOf = (model: string | null): Usage | null => {
    const own = measured.findLast((attempt) => attempt.model === model)?.usage ?? null;
    if (own !== null || base === undefined || base.usage === null) return own;
    const from = familyOf(base.model);
    const to = model === null ? 'generic' : familyOf(model);
    return from === to ? base.usage : scaled(base.usage, familyRatio(from, to));
  };
  return {
    usageOf,
    inputOf: (model) => {
      const usage = usageOf(model);
      if (usage === null) throw new NotRecorded('how many tokens it had');
      return totalInputTokens(usage);
    },
  };
}

/** Audio is counted by time, whatever the vocabulary. */
function scaled(usage: Usage, ratio: number): Usage {
  const times = (tokens: number): number => Math.round(tokens * ratio);
  return {
    ...usage,
    inputTokens: times(usage.inputTokens),
    cacheReadTokens: times(usage.cacheReadTokens),
    cacheWrite5mTokens: times(usage.cacheWrite5mTokens),
    cacheWrite1hTokens: times(usage.cacheWrite1hTokens),
    outputTokens: times(usage.outputTokens),
    reasoningTokens: times(usage.reasoningTokens),
  };
}
