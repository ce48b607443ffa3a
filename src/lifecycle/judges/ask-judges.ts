// Asks judges what they have not said yet: every question once, as many at a time as providers allow, never above the ceiling. What is paid is
// kept before anything else happens with it.
import { createAsk } from '../../ask.ts';
import type { NanoUsd } from '../../call/money.ts';
import { Asking } from '../../delivery/asking.ts';
import type { Engine } from '../../router.ts';
import { replyKey } from '../profile/answer.ts';
import type { AnswerStore } from '../profile/answer-store.ts';
import { Hearing, sayOver } from '../profile/hearing.ts';
import { expectedReplyCost, upstreamsOf } from '../profile/judging.ts';
import { type JobEnd, type LaneOptions, type LaneResult, runLane } from '../profile/lane.ts';
import { type ProfileRun, withoutRetries } from '../profile/run-profile.ts';

/** One question to a judge, of one task. */
export interface JudgeQuestion {
  task: string;
  store: Pick<AnswerStore, 'reply' | 'start' | 'keep'>;
  judge: string;
  key: string;
  prompt: string;
  expectedNanoUsd: NanoUsd;
}

export type JudgeRun = Pick<ProfileRun, 'engine' | 'spending' | 'lanes' | 'signal' | 'clock'> & {
  onProgress: (progress: { judge: string; isAnswered: boolean; note: string | null }) => void;
};

const JUDGE_MS = 120_000;

/** Those of the prompts that have no reply yet, each once. */
export function openQuestions(
  { task, store, judge }: Pick<JudgeQuestion, 'task' | 'store' | 'judge'>,
  prompts: readonly string[],
  { engine, nowMs }: { engine: Pick<Engine, 'delivery' | 'policy'>; nowMs: number },
): JudgeQuestion[] {
  const upstreams = upstreamsOf(engine, judge);
  const byKey = new Map(prompts.map((prompt) => [replyKey(upstreams, prompt), prompt]));
  return [...byKey]
    .filter(([key]) => store.reply(key) === null)
    .map(([key, prompt]) => {
      const expectedNanoUsd = expectedReplyCost(engine, { model: judge, prompt, nowMs });
      return { task, store, judge, key, prompt, expectedNanoUsd };
    });
}

/** Lanes by judge; resolves when there is nothing more that can be done. */
export async function askJudges(run: JudgeRun, questions: readonly JudgeQuestion[]): Promise<Map<string, LaneResult>> {
  const { lanes, clock, signal } = run;
  const options: LaneOptions = { ...lanes, now: clock.nowMs, sleep: clock.sleep };
  const engine = withoutRetries(run.engine);
  const results = await Promise.all(
    [...Map.groupBy(questions, ({ judge }) => judge)].map(async ([judge, own]): Promise<[string, LaneResult]> => {
      const hearing = new Hearing();
      let skipped = 0;
      const work = (question: JudgeQuestion): Promise<JobEnd> => {
        if (!hearing.isOver()) return askOne({ ...run, engine }, question, hearing);
        skipped++;
        return Promise.resolve({ is: 'done' });
      };
      const result = await runLane(own, work, { options, signal });
      return [judge, { ...result, left: result.left + skipped }];
    }),
  );
  return new Map(results);
}

async function askOne(
  { engine, spending, clock, onProgress }: JudgeRun,
  { task, store, judge, key, prompt, expectedNanoUsd }: JudgeQuestion,
  hearing: Hearing,
): Promise<JobEnd> {
  const group = `judge\n${judge}`;
  const reserved = spending.reserve(group, expectedNanoUsd);
  if (reserved === null) return { is: 'full' };
  store.start(key);
  const ask = createAsk(engine, { atMs: clock.nowMs(), tenant: 'default', task });
  const { text, failure, end, waitMs, costNanoUsd } = await ask(
    judge,
    prompt,
    new Asking(performance.now() + JUDGE_MS),
  );
  const line = { key, model: judge, at: new Date(clock.nowMs()).toISOString(), costNanoUsd };
  if (failure === undefined) store.keep({ kind: 'reply', ...line, text });
  else if (costNanoUsd !== 0) store.keep({ kind: 'failure', ...line, code: end });
  spending.settle(group, reserved, costNanoUsd);
  if (failure === undefined && hearing.take(text)) onProgress({ judge, isAnswered: false, note: sayOver(judge) });
  onProgress({ judge, isAnswered: failure === undefined, note: failure === undefined ? null : `${judge}: ${failure}` });
  if (failure === undefined) return { is: 'done' };
  return end === 'refused' ? { is: 'stuck' } : { is: 'again', waitMs, isLimit: end === 'limited' };
}
