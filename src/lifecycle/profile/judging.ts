// Verdicts on kept answers. What a judge says is paid like an answer, and kept like one: the next look at the same answer costs nothing.

import { type Ask, createAsk } from '../../ask.ts';
import type { NanoUsd } from '../../call/money.ts';
import { toUsage } from '../../call/usage.ts';
import { Asking } from '../../delivery/asking.ts';
import type { Inbound } from '../../dialect/inbound.ts';
import { ALONE, type JudgeReply } from '../../gate/gate.ts';
import { toQuestion } from '../../judged.ts';
import type { Engine } from '../../router.ts';
import type { Sample } from '../samples/sample.ts';
import { fromKept, type KeptAnswer, type KeptReply, replyKey } from './answer.ts';
import type { AnswerStore, KeptAnswers } from './answer-store.ts';
import { Hearing, sayOver } from './hearing.ts';
import { type Judged, judge } from './oracle.ts';
import { ratedSample } from './question.ts';
import { recallAnswer } from './recall-answer.ts';
import type { ProfiledTask, ProfileRun } from './run-profile.ts';

export interface Judging {
  /** Never rejects on account of a judge. */
  judge: (sample: Sample, inbound: Inbound, kept: KeptAnswer) => Promise<Judged>;
}

/** A task whose kept answers are judged. */
type KeptTask = Pick<ProfiledTask, 'name' | 'oracle' | 'candidates'> & { store: KeptAnswers };

const JUDGE_MS = 120_000;
const TRIES = 3;
const VERDICT_TOKENS = 80;

/** `upstreams` of a configured model, by which its replies are known again. */
export function upstreamsOf({ delivery }: Pick<Engine, 'delivery'>, model: string): string[] {
  return delivery.deploymentsOf(model).map(({ connection, upstreamModel }) => `${connection.name}/${upstreamModel}`);
}

/** Asks judges what has not been asked yet, within the ceiling of the run. */
export function createJudging(
  run: Pick<ProfileRun, 'engine' | 'spending' | 'signal' | 'clock' | 'onProgress'>,
  task: ProfiledTask,
): Judging {
  const ask = whileHeard(run, task);
  return { judge: (sample, inbound, kept) => judgeKept(task, { sample, inbound, kept, ask, engine: run.engine }) };
}

/** Asks nobody: what no judge has said is not known. */
export function createRecall(engine: Engine, task: KeptTask): Judging {
  const ask = recallOnly(engine, task.store);
  return { judge: (sample, inbound, kept) => judgeKept(task, { sample, inbound, kept, ask, engine }) };
}

/** As long as its replies are verdicts; those that are recalled count, so that the next run does not begin anew. */
function whileHeard(run: Parameters<typeof createJudging>[0], task: ProfiledTask): JudgeAsk {
  const ask = askOrRecall(run, task);
  const recall = recallOnly(run.engine, task.store);
  const hearings = new Map<string, Hearing>();
  return async (model, prompt) => {
    const hearing = hearings.get(model) ?? new Hearing();
    hearings.set(model, hearing);
    const known = await recall(model, prompt);
    if (known.failure !== undefined && hearing.isOver())
      return { text: '', failure: 'its replies are no verdicts, so it is asked no further', costNanoUsd: 0 };
    const reply = known.failure === undefined ? known : await ask(model, prompt);
    const isEnd = reply.failure === undefined && hearing.take(reply.text);
    if (isEnd && known.failure !== undefined) run.onProgress({ model, kept: null, note: sayOver(model) });
    return reply;
  };
}

export type JudgeAsk = (model: string, prompt: string) => Promise<JudgeReply>;

/** What was said once is recalled; what is said now is kept. */
export function askOrRecall(
  run: Pick<ProfileRun, 'engine' | 'spending' | 'signal' | 'clock'>,
  { name, store }: { name: string; store: Pick<AnswerStore, 'reply'> & { keep: (line: KeptReply) => void } },
): JudgeAsk {
  const { engine, clock } = run;
  const ask = createAsk(engine, { atMs: clock.nowMs(), tenant: 'default', task: name });
  return async (model, prompt) => {
    const key = replyKey(upstreamsOf(engine, model), prompt);
    const known = store.reply(key);
    if (known !== null) return { text: known.text, costNanoUsd: known.costNanoUsd };
    const reply = await askWithin(run, { ask, model, prompt });
    if (reply.failure === undefined) {
      const at = new Date(clock.nowMs()).toISOString();
      store.keep({ kind: 'reply', key, model, at, text: reply.text, costNanoUsd: reply.costNanoUsd });
    }
    return reply;
  };
}

/** Asks nobody, in the name of a running engine. */
export function recallOnly(engine: Pick<Engine, 'delivery'>, store: Pick<KeptAnswers, 'reply'>): JudgeAsk {
  return recallReply(store, (model) => upstreamsOf(engine, model));
}

/** What a model said when it was asked the same before; a failure when it never was. */
export function recallReply(
  store: Pick<KeptAnswers, 'reply'>,
  upstreams: (model: string) => readonly string[],
): JudgeAsk {
  return (model, prompt) => {
    const known = store.reply(replyKey(upstreams(model), prompt));
    return Promise.resolve(
      known === null
        ? { text: '', failure: 'it has not been asked', costNanoUsd: 0 }
        : { text: known.text, costNanoUsd: known.costNanoUsd },
    );
  };
}

interface JudgedAnswer {
  sample: Sample;
  inbound: Inbound;
  kept: KeptAnswer;
  ask: JudgeAsk;
  engine: Pick<Engine, 'delivery'>;
}

/** A request that a provider refused has no answer that could pass. */
async function judgeKept(
  { oracle, candidates, store, name }: KeptTask,
  { sample, inbound, kept, ask, engine }: JudgedAnswer,
): Promise<Judged> {
  if (kept.answer === null) return { verdicts: [], pass: false, accepted: false };
  const question = toQuestion(inbound.neutral);
  const upstreams = (model: string): readonly string[] =>
    candidates.find((candidate) => candidate.model.name === model)?.upstreams ?? upstreamsOf(engine, model);
  const request = ratedSample(sample, name);
  const context = { ...ALONE, ask, model: inbound.model, request, again: recallAnswer(store, sample, upstreams) };
  return judge(oracle, { sample, answer: fromKept(kept.answer), question, context });
}

type Asked = { ask: Ask; model: string; prompt: string };

async function askWithin(
  { engine, spending, signal, clock }: Pick<ProfileRun, 'engine' | 'spending' | 'signal' | 'clock'>,
  { ask, model, prompt }: Asked,
): Promise<JudgeReply> {
  const expected = expectedReplyCost(engine, { model, prompt, nowMs: clock.nowMs() });
  let reply: JudgeReply = { text: '', failure: 'the run was ended', costNanoUsd: 0 };
  for (let round = 0; round < TRIES && !signal.aborted; round++) {
    const reserved = spending.reserve(`judge\n${model}`, expected);
    if (reserved === null) return { text: '', failure: 'the ceiling of the run allows no more', costNanoUsd: 0 };
    reply = await ask(model, prompt, new Asking(performance.now() + JUDGE_MS));
    spending.settle(`judge\n${model}`, reserved, reply.costNanoUsd);
    if (reply.failure === undefined) return reply;
    await clock.sleep(1000 * 2 ** round, signal).catch(() => undefined);
  }
  return reply;
}

/** Zero where nobody knows the price: the run has asked for leave to spend unknown sums then. */
export function expectedReplyCost(
  { policy }: Pick<Engine, 'policy'>,
  { model, prompt, nowMs }: { model: string; prompt: string; nowMs: number },
): NanoUsd {
  const asked = policy.models.get(model);
  if (asked === undefined) return 0;
  const usage = toUsage({ inputTokens: Math.ceil(asked.countTokens(prompt)), outputTokens: VERDICT_TOKENS });
  return asked.priceOf(usage, nowMs, null) ?? 0;
}
