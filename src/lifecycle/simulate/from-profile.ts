// Samples through a policy, with the kept answers in place of upstreams: what it would have cost, and how good the answers would have been.
// Nobody is asked anything; a model that was never asked about a sample leaves that sample untold.
import { TierlineError } from '../../call/errors.ts';
import type { Plan, PlannedAttempt } from '../../call/plan.ts';
import type { TrackRecord } from '../../call/track-record.ts';
import type { Caller } from '../../call/view.ts';
import { Inbound } from '../../dialect/inbound.ts';
import type { GateContext, GivenAnswer, RatedRequest, Verdict } from '../../gate/gate.ts';
import { areAllPassed, runGates } from '../../gate/run-gates.ts';
import { toQuestion } from '../../judged.ts';
import { begin, conclude } from '../../policy/decide.ts';
import { NO_STATE } from '../../policy/state.ts';
import { answerKey, fromKept, type KeptAnswer } from '../profile/answer.ts';
import type { KeptAnswers } from '../profile/answer-store.ts';
import { recallReply } from '../profile/judging.ts';
import { judge, type Oracle } from '../profile/oracle.ts';
import { recallAnswer } from '../profile/recall-answer.ts';
import type { Sample } from '../samples/sample.ts';
import { exactly, NOTHING } from './bounds.ts';
import { type Played, refused, toPlayed, UNBOUNDED, untold } from './played.ts';
import type { SimulatedPolicy } from './simulated-policy.ts';
import { whyUnforeseen } from './unforeseen.ts';
import { type End, type Gap, type Tried, walkPlan } from './walk-plan.ts';

const MAX_DEPTH = 512;
const TENANT = 'default';

/** What is known of a task beside the policy. */
export interface ProfileGround {
  task: string;
  store: KeptAnswers;
  /** What says whether an answer is good: the same for every policy that is compared. */
  oracle: Oracle;
  /** Upstreams of the models that the oracle's judges are. */
  judgesOf: (model: string) => readonly string[];
  recordOf: (task: string | null, model: string) => TrackRecord | null;
  /** When the calls are taken to be made, where a sample does not say; milliseconds since 1970. */
  nowMs: number;
}

/** An answer that was kept, as the walk came by it. */
interface TriedAnswer extends Tried {
  kept: KeptAnswer | null;
}

/** What a policy makes of one sample. Never rejects on account of the sample. */
export async function playSample(side: SimulatedPolicy, sample: Sample, ground: ProfileGround): Promise<Played> {
  const inbound = toCall(sample, ground.task);
  const nowMs = sample.at === null ? ground.nowMs : Date.parse(sample.at);
  try {
    const state = { ...NO_STATE, nowMs, spends: true, recordOf: ground.recordOf };
    const begun = begin(side.policy, inbound, callerOf(inbound), state);
    const unforeseen = whyUnforeseen(begun, true);
    if (unforeseen !== null) return untold(unforeseen);
    const plan = conclude(begun);
    const earlier: GivenAnswer[] = [];
    const walked = await walkPlan(plan, async (attempt, isLast) => {
      const tried = await tryKept(side, { sample, inbound, ground, plan, attempt, isLast, earlier: [...earlier] });
      if (tried.kept?.answer != null) earlier.push({ model: tried.model, answer: fromKept(tried.kept.answer) });
      return tried;
    });
    const missing = walked.gaps.find(({ of }) => of === 'plan');
    if (missing !== undefined) return untold(missing.reason);
    const good = new Map<End<TriedAnswer>, number | null>();
    for (const end of walked.ends) good.set(end, await goodness(end, { sample, inbound, ground }, walked.gaps));
    return toPlayed(plan, walked, (end) => good.get(end) ?? null);
  } catch (error) {
    if (error instanceof TierlineError) return refused(error.code);
    throw error;
  }
}

function toCall({ dialect, request }: Sample, task: string): Inbound {
  return Inbound.read(dialect, Buffer.from(JSON.stringify({ ...request, model: `auto/${task}` })), MAX_DEPTH);
}

const PATHS: Readonly<Record<string, string>> = {
  'anthropic-messages': '/v1/messages',
  'openai-responses': '/v1/responses',
};

function callerOf({ dialect }: Inbound): Caller {
  return { tenant: TENANT, path: PATHS[dialect.name] ?? '/v1/chat/completions', headers: {} };
}

interface Trying {
  sample: Sample;
  inbound: Inbound;
  ground: ProfileGround;
  plan: Plan;
  attempt: PlannedAttempt;
  isLast: boolean;
  /** What the attempts before it brought. */
  earlier: readonly GivenAnswer[];
}

async function tryKept(side: SimulatedPolicy, trying: Trying): Promise<TriedAnswer> {
  const { sample, ground, attempt } = trying;
  const { model, deployments } = attempt;
  const kept = ground.store.answer(answerKey(sample, side.upstreamsOf(model, deployments)));
  const tried: TriedAnswer = {
    model,
    kept,
    ending: 'failed',
    passes: null,
    cost: NOTHING,
    latencyMs: kept?.latencyMs ?? null,
    gaps: [],
  };
  if (kept === null) {
    const reason = `${model} was never asked about samples of ${ground.task}`;
    return { ...tried, ending: 'final', gaps: [{ of: 'plan', reason }] };
  }
  const cost = kept.costNanoUsd === null ? UNBOUNDED : exactly(kept.costNanoUsd);
  const gaps: Gap[] =
    kept.costNanoUsd === null ? [{ of: 'cost', reason: `what answers of ${model} cost is not known` }] : [];
  if (kept.answer === null) return { ...tried, ending: isFinal(kept) ? 'final' : 'failed', cost, gaps };
  const judged = await passGates(side, trying, kept);
  if (judged.missing !== null) {
    const reason = `${judged.missing} never judged answers of ${model} to ${ground.task}`;
    return { ...tried, ending: 'final', gaps: [{ of: 'plan', reason }] };
  }
  const { low, high } = cost;
  const whole = { low: low + judged.nanoUsd, high: high + judged.nanoUsd };
  const { verdicts, isPassed } = judged;
  return { ...tried, ending: 'answered', passes: isPassed ? 1 : 0, verdicts, cost: whole, gaps };
}

/** As delivery has it: the request itself is at fault, unless it is only too long for this model. */
function isFinal({ error }: KeptAnswer): boolean {
  if (error === null || ![400, 413, 422].includes(error.httpStatus ?? 0)) return false;
  return error.code !== 'context_length_exceeded' && !/prompt is too long|context (length|window)/i.test(error.message);
}

interface Passing {
  isPassed: boolean;
  verdicts: readonly Verdict[];
  /** What judges cost. */
  nanoUsd: number;
  /** A judge that has never been asked this; null when none was missing. */
  missing: string | null;
}

async function passGates(side: SimulatedPolicy, trying: Trying, { answer }: KeptAnswer): Promise<Passing> {
  const { sample, ground, inbound, plan, attempt, isLast, earlier } = trying;
  const gates = attempt.isGated ? side.gatesOf(ground.task, plan.learnedGate) : [];
  const asked = isLast ? gates.filter(({ isCostly }) => !isCostly) : gates;
  if (answer === null || asked.length === 0) return { isPassed: true, verdicts: [], nanoUsd: 0, missing: null };
  const recall = recalling({
    store: ground.store,
    sample,
    earlier,
    request: ratedOf(inbound, ground.task),
    upstreamsOf: (model) => side.upstreamsOf(model),
  });
  const question = toQuestion(inbound.neutral);
  const verdicts = await runGates(asked, { answer: fromKept(answer), question, context: recall.as(attempt.model) });
  const nanoUsd = verdicts.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0), 0);
  return { isPassed: isLast || areAllPassed(verdicts), verdicts, nanoUsd, missing: recall.missing() };
}

function ratedOf(inbound: Inbound, task: string): RatedRequest {
  return { view: inbound, task, tenant: TENANT, embedding: null };
}

interface Recalling {
  store: KeptAnswers;
  sample: Sample;
  /** What is paid already. */
  earlier: readonly GivenAnswer[];
  request: RatedRequest;
  upstreamsOf: (model: string) => readonly string[];
}

/** Judges and second answers as far as they were asked before, and the first model that was not. */
function recalling({ store, sample, earlier, request, upstreamsOf }: Recalling) {
  let missing: string | null = null;
  const recall = recallReply(store, upstreamsOf);
  const second = recallAnswer(store, sample, upstreamsOf);
  const noting = <Reply extends { failure?: string }>(model: string, reply: Reply): Reply => {
    if (reply.failure !== undefined) missing ??= model;
    return reply;
  };
  const as = (model: string): GateContext => ({
    model,
    earlier,
    embed: null,
    request,
    ask: async (judge, prompt) => noting(judge, await recall(judge, prompt)),
    again: async (other) => {
      const given = earlier.find((one) => one.model === other);
      return given === undefined ? noting(other, await second(other)) : { answer: given.answer, costNanoUsd: 0 };
    },
  });
  return { missing: () => missing, as };
}

interface Judging {
  sample: Sample;
  inbound: Inbound;
  ground: ProfileGround;
}

/** What the oracle says of the answer the client gets. */
async function goodness(
  { answer }: End<TriedAnswer>,
  { sample, inbound, ground }: Judging,
  gaps: Gap[],
): Promise<number | null> {
  const kept = answer?.kept?.answer ?? null;
  if (answer === null || kept === null) return 0;
  const recall = recalling({
    store: ground.store,
    sample,
    earlier: [],
    request: ratedOf(inbound, ground.task),
    upstreamsOf: ground.judgesOf,
  });
  const question = toQuestion(inbound.neutral);
  const { pass } = await judge(ground.oracle, {
    sample,
    answer: fromKept(kept),
    question,
    context: recall.as(answer.model),
  });
  if (pass === null) gaps.push({ of: 'quality', reason: `nobody has judged answers of ${answer.model}` });
  return pass === null ? null : Number(pass);
}
