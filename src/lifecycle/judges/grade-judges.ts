// A grading of judges from beginning to end: which judges, on what they are asked, and what came of it.

import { isDeepStrictEqual } from 'node:util';
import { makerOf } from '../../catalog/maker.ts';
import type { Config, TaskConfig } from '../../config/config.ts';
import { judgePrompt, readGrade } from '../../gate/judge-prompt.ts';
import { readPreference } from '../../gate/pairwise-prompt.ts';
import type { Engine } from '../../router.ts';
import { replyKey } from '../profile/answer.ts';
import { type AnswerStore, type KeptAnswers, openAnswerStore } from '../profile/answer-store.ts';
import { upstreamsOf } from '../profile/judging.ts';
import type { PreparedTask } from '../profile/prepare.ts';
import { agreementOf, type Graded } from './agreement.ts';
import { type JudgeQuestion, openQuestions } from './ask-judges.ts';
import { leanTo, longer, madeBy, positionBias, rightOverWrong } from './bias.ts';
import type { JudgeGrading, JudgeReport } from './judge-report.ts';
import { type Labelled, labelledAnswers } from './labelled.ts';
import { choosePairs, type Pair, type PairVerdict, pairPrompts, pairsOf } from './pairs.ts';
import { trustOf } from './trust.ts';

/** A judge as a gate has it. */
export interface JudgeSpec {
  model: string;
  rubric: string;
  min: number;
}

export interface GradedTask {
  task: PreparedTask;
  store: AnswerStore;
  /** Those that are asked. */
  judges: readonly JudgeSpec[];
  /** Everything that a judge may have been asked about by now. */
  labelled: readonly Labelled[];
  pairs: readonly Pair[];
  /** What is asked about this time. */
  asked: { labelled: readonly Labelled[]; pairs: readonly Pair[] };
}

export interface GradeOptions {
  /** Models that are graded with the rubrics of the task's judges, in their place; null: those that the gates name. */
  judges: readonly string[] | null;
  /** At most so many labelled answers a task; null: all. */
  limit: number | null;
  /** At most so many pairs a task; each is two questions to each judge. */
  pairs: number;
}

/** The judges among the gates of a task, each once. */
export function judgesOf({ accept }: Pick<TaskConfig, 'accept'>, names: readonly string[] | null): JudgeSpec[] {
  const gates = accept.flatMap((gate) => (gate.kind === 'judge' ? [gate] : []));
  const specs = gates.flatMap(({ model, rubric, min }) =>
    (names ?? [model]).map((name) => ({ model: name, rubric, min })),
  );
  return [...new Map(specs.map((spec) => [JSON.stringify(spec), spec])).values()];
}

const NOTHING = { labelled: [], pairs: [], asked: { labelled: [], pairs: [] } };

/** Opens the answers of the tasks: `close` has to follow. Rejects when one cannot be opened; nothing is left open then. */
export async function openGrading(
  tasks: readonly PreparedTask[],
  { judges, limit, pairs }: GradeOptions,
): Promise<{ tasks: GradedTask[]; close: () => void }> {
  const graded: GradedTask[] = [];
  const close = (): void => {
    for (const { store } of graded) store.close();
  };
  try {
    for (const task of tasks) {
      const store = openAnswerStore(task.places.answers);
      const own: GradedTask = { task, store, judges: judgesOf(task.config, judges), ...NOTHING };
      graded.push(own);
      const labelled = await labelledAnswers(task, store);
      const asked = limit === null ? labelled : labelled.slice(0, limit);
      own.labelled = labelled;
      own.pairs = pairsOf(labelled);
      own.asked = { labelled: asked, pairs: choosePairs(asked, pairs) };
    }
    return { tasks: graded, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** What the judges have not been asked yet; labels first, so that a ceiling cuts pairs. */
export function questionsOf(
  { task, store, judges, asked: { labelled, pairs } }: GradedTask,
  { engine, nowMs }: { engine: Pick<Engine, 'delivery' | 'policy'>; nowMs: number },
): JudgeQuestion[] {
  return judges.flatMap(({ model, rubric }) => {
    const single = labelled.map(({ answer, question }) => judgePrompt(rubric, answer, question));
    const paired = pairs.flatMap((pair) => Object.values(pairPrompts(pair, rubric)));
    return openQuestions({ task: task.config.name, store, judge: model }, [...single, ...paired], { engine, nowMs });
  });
}

/**
 * From everything that has been said by now; asks nobody. The judges of the gates are part of it though others were asked, so that a look at
 * another judge takes nothing away.
 */
export function toReport(
  graded: Omit<GradedTask, 'store'> & { store: Pick<KeptAnswers, 'reply'> },
  { engine, config, madeAt }: { engine: Pick<Engine, 'delivery'>; config: Pick<Config, 'judges'>; madeAt: string },
): JudgeReport {
  const { task, judges } = graded;
  const { confidence } = task.config.thresholds;
  const limits = { ...config.judges, confidence };
  const { labelled, pairs } = graded;
  const grade = (spec: JudgeSpec, asked: readonly Labelled[]): JudgeGrading => {
    const upstream = upstreamsOf(engine, spec.model);
    const said = (prompt: string) => graded.store.reply(replyKey(upstream, prompt));
    return gradeJudge({ ...spec, upstream, said }, { labelled, pairs, asked }, limits);
  };
  const others = judgesOf(task.config, null).filter((spec) => !judges.some((one) => isDeepStrictEqual(one, spec)));
  return {
    version: 1,
    task: task.config.name,
    madeAt,
    samples: { count: task.samples.length, digest: task.set.digest },
    limits: config.judges,
    confidence,
    judges: [
      ...judges.map((spec) => grade(spec, graded.asked.labelled)),
      ...others.map((spec) => grade(spec, [])).filter(({ labels }) => labels.count > 0),
    ],
  };
}

interface AskedJudge extends JudgeSpec {
  upstream: string[];
  said: (prompt: string) => ReturnType<KeptAnswers['reply']>;
}

function gradeJudge(
  judge: AskedJudge,
  { labelled, pairs, asked }: Pick<GradedTask, 'labelled' | 'pairs'> & { asked: readonly Labelled[] },
  limits: Config['judges'] & { confidence: number },
): JudgeGrading {
  const said = labelled.map((one) => toGraded(judge, one));
  const known = new Set(said.flatMap((one) => one?.labelled ?? []));
  const graded = said.slice(0, evenlyAsked(said.map((one) => one !== null))).filter((one) => one !== null);
  const verdicts = pairs.flatMap((pair) => toVerdict(judge, pair) ?? []);
  const makers = [...new Set(judge.upstream.map(makerOf))];
  const own = madeBy(makers.length === 1 ? (makers[0] ?? null) : null);
  const rest = { verdicts, graded };
  const figures = {
    ...agreementOf(graded, limits.confidence),
    position: positionBias(verdicts, limits),
    length: leanTo(longer, rest, limits),
    own: leanTo(own, rest, limits),
    rightOverWrong: rightOverWrong(verdicts, limits.confidence),
  };
  return {
    judge: judge.model,
    upstream: judge.upstream,
    rubric: judge.rubric,
    min: judge.min,
    missing: asked.filter((one) => !known.has(one)).length,
    ...figures,
    ...trustOf(figures, limits),
  };
}

/**
 * How long the beginning is in which nearly all have been asked about. Behind it only what a profile asked is known, and a profile asks no judge
 * about answers that a reference refuses: right answers alone would be added.
 */
export function evenlyAsked(isAsked: readonly boolean[]): number {
  let asked = 0;
  let length = 0;
  for (const [at, is] of isAsked.entries()) {
    if (is) asked++;
    if (is && asked >= NEARLY_ALL * (at + 1)) length = at + 1;
  }
  return length;
}

const NEARLY_ALL = 0.95;

/** Null where it has not been asked. */
function toGraded({ rubric, min, said }: AskedJudge, labelled: Labelled): Graded | null {
  const reply = said(judgePrompt(rubric, labelled.answer, labelled.question));
  if (reply === null) return null;
  const score = readGrade(reply.text)?.score ?? null;
  return { labelled, score, isPassed: score !== null && score >= min, costNanoUsd: reply.costNanoUsd };
}

/** Null where it has not been asked in both orders. */
function toVerdict({ rubric, said }: AskedJudge, pair: Pair): PairVerdict | null {
  const prompts = pairPrompts(pair, rubric);
  const [asked, turned] = [said(prompts.asked), said(prompts.turned)];
  if (asked === null || turned === null) return null;
  return {
    ...pair,
    asked: readPreference(asked.text)?.better ?? null,
    turned: readPreference(turned.text)?.better ?? null,
  };
}
