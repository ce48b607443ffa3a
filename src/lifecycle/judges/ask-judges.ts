// Asks judges what they have not said yet: every question once, as many at a time as providers allow, never above the ceiling. What is paid is
// kept before anything else happens with it.
import { createAsk } from '../../ask.ts';
import type { NanoUsd } from '../../call/money.ts';
import { Asking } from '../../delivery/asking.ts';
import { readGrade } from '../../gate/judge-prompt.ts';
import { readPreference } from '../../gate/pairwise-prompt.ts';
import type { Engine } from '../../router.ts';
import { replyKey } from '../profile/answer.ts';
import type { AnswerStore } from '../profile/answer-store.ts';
import { expectedReplyCost, upstreamsOf } from '../profile/judging.ts';
import { type JobEnd, type LaneOptions, type LaneResult, runLane } from '../profile/lane.ts';
import { type ProfileRun, withoutRetries } from '../profile/run-profile.ts';
import { UNREADABLE_IN_A_ROW } from './trust.ts';

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
      const hearing = new Hearing(judge, run);
      const work = (question: JudgeQuestion): Promise<JobEnd> =>
        hearing.isOver() ? hearing.skip() : askOne({ ...run, engine, heard: hearing.take }, question);
      const result = await runLane(own, work, { options, signal });
      return [judge, { ...result, left: result.left + hearing.skipped }];
    }),
  );
  return new Map(results);
}

/** Ends with the first replies in a row that are no verdicts: those that follow would be paid for nothing as well. */
class Hearing {
  /** Questions that were not asked any more. */
  skipped = 0;
  private unreadable = 0;
  private readonly judge: string;
  private readonly onProgress: JudgeRun['onProgress'];

  constructor(judge: string, { onProgress }: JudgeRun) {
    this.judge = judge;
    this.onProgress = onProgress;
  }

  readonly take = (text: string): void => {
    if (this.isOver()) return;
    this.unreadable = readGrade(text) === null && readPreference(text) === null ? this.unreadable + 1 : 0;
    if (!this.isOver()) return;
    const note = `${this.judge}: ${UNREADABLE_IN_A_ROW} replies in a row were no verdict; it is asked no further`;
    this.onProgress({ judge: this.judge, isAnswered: false, note });
  };

  isOver(): boolean {
    return this.unreadable >= UNREADABLE_IN_A_ROW;
  }

  skip(): Promise<JobEnd> {
    this.skipped++;
    return Promise.resolve({ is: 'done' });
  }
}

async function askOne(
  { engine, spending, clock, onProgress, heard }: JudgeRun & { heard: (text: string) => void },
  { task, store, judge, key, prompt, expectedNanoUsd }: JudgeQuestion,
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
  if (failure === undefined) heard(text);
  onProgress({ judge, isAnswered: failure === undefined, note: failure === undefined ? null : `${judge}: ${failure}` });
  if (failure === undefined) return { is: 'done' };
  return end === 'refused' ? { is: 'stuck' } : { is: 'again', waitMs, isLimit: end === 'limited' };
}
