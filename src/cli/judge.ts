// `tierline judge`: asks before it spends, shows how it goes, and tells which judges can be trusted.
import { setTimeout as wait } from 'node:timers/promises';
import { toUsage } from '../call/usage.ts';
import type { Config } from '../config/config.ts';
import { replaceFile } from '../config/replace-file.ts';
import { openUnrecorded } from '../instance.ts';
import { askJudges, type JudgeQuestion, type JudgeRun } from '../lifecycle/judges/ask-judges.ts';
import { type GradedTask, judgesOf, openGrading, questionsOf, toReport } from '../lifecycle/judges/grade-judges.ts';
import type { JudgeReport } from '../lifecycle/judges/judge-report.ts';
import { prepareTasks } from '../lifecycle/profile/prepare.ts';
import { Spending } from '../lifecycle/profile/spending.ts';
import type { Engine } from '../router.ts';
import type { CommandIo } from './command-io.ts';
import { writeJudges } from './judge/table.ts';
import { askForLeave, follow, LANE_LIMITS, type PaidWork, stopOnSignal, tellLeft } from './paid-run.ts';

export interface JudgeOptions {
  config: Config;
  tasks: readonly string[];
  judges: readonly string[] | null;
  maxUsd?: number | undefined;
  limit?: number | undefined;
  pairs: number;
  concurrency: number;
  folder?: string | undefined;
  yes?: boolean | undefined;
  offline?: boolean | undefined;
  strict?: boolean | undefined;
  json?: boolean | undefined;
}

/** The exit code: 0 when every verdict is there, 2 when some are missing, 1 with `strict` when a judge is not trusted. */
export async function judgeCommand(options: JudgeOptions, io: CommandIo): Promise<number> {
  const { config, folder, limit = null, judges, pairs } = options;
  const names = tasksWithJudges(options);
  const instance = await openUnrecorded(config);
  try {
    const { engine } = instance;
    const prepared = await prepareTasks({ config, engine, tasks: names, models: null, limit: null, folder });
    const tasks = prepared.filter((task) => judgesOf(task.config, judges).length > 0);
    if (tasks.length === 0) throw new Error('No task that has samples has a judge among its gates.');
    const grading = await openGrading(tasks, { judges, limit, pairs });
    try {
      const nowMs = Date.now();
      const open = grading.tasks.flatMap((task) => questionsOf(task, { engine, nowMs }));
      await ask(options.offline === true ? [] : open, { engine, options, io, lost: lostOf(grading.tasks) });
      const madeAt = new Date().toISOString();
      const reports = grading.tasks.map((task) => keepReport(task, toReport(task, { engine, config, madeAt })));
      io.print(options.json === true ? `${JSON.stringify({ judges: reports }, null, 2)}\n` : writeJudges(reports));
      return exitCode(reports, options);
    } finally {
      grading.close();
    }
  } finally {
    await instance.close();
  }
}

/** Throws Error for a task that has no judge, and for a judge that is no model. */
function tasksWithJudges({ config, tasks, judges }: JudgeOptions): readonly string[] {
  for (const name of judges ?? []) {
    if (config.models.has(name)) continue;
    throw new Error(`There is no model ${JSON.stringify(name)}. Models: ${[...config.models.keys()].join(', ')}.`);
  }
  for (const name of tasks) {
    const task = config.tasks.get(name);
    if (task === undefined || judgesOf(task, judges).length > 0) continue;
    throw new Error(`The task ${name} has no judge among its gates; a gate \`judge\` is written under \`accept\`.`);
  }
  return tasks;
}

/** Asks what is open, after leave was given. */
async function ask(
  questions: readonly JudgeQuestion[],
  { engine, options, io, lost }: { engine: Engine; options: JudgeOptions; io: CommandIo; lost: number },
): Promise<void> {
  const spending = new Spending(await askForLeave(toPaidWork(questions, { engine, lost }), options, io));
  const stop = stopOnSignal(io);
  const { advance, note, noteOf, finish } = await follow(countByJudge(questions), { spending, io });
  const run: JudgeRun = {
    engine,
    spending,
    lanes: { concurrency: options.concurrency, ...LANE_LIMITS },
    signal: stop.signal,
    clock: { nowMs: Date.now, sleep: (ms, signal) => wait(ms, undefined, { signal }) },
    onProgress: ({ judge, isAnswered, note: said }) => {
      if (isAnswered) advance(judge);
      if (said !== null) note(said, judge);
    },
  };
  const lanes = await askJudges(run, questions);
  finish(stop.signal.aborted);
  stop.release();
  tellLeft(lanes, { spending, noteOf, io });
}

function toPaidWork(questions: readonly JudgeQuestion[], { engine, lost }: { engine: Engine; lost: number }): PaidWork {
  const judges = [...countByJudge(questions).keys()];
  const isPriced = (judge: string): boolean =>
    engine.policy.models.get(judge)?.priceOf(toUsage({}), Date.now(), null) !== null;
  const unpriced = judges.filter((judge) => !isPriced(judge));
  const sum = questions.reduce((total, { expectedNanoUsd }) => total + expectedNanoUsd, 0);
  return {
    count: questions.length,
    what: `${questions.length} questions to ${judges.join(', ')} as a judge`,
    expected: unpriced.length > 0 ? null : { low: sum, high: sum },
    unpriced,
    lost,
    beside: null,
  };
}

function countByJudge(questions: readonly JudgeQuestion[]): Map<string, number> {
  const byJudge = Map.groupBy(questions, ({ judge }) => judge);
  return new Map([...byJudge].map(([judge, own]) => [judge, own.length]));
}

function lostOf(tasks: readonly GradedTask[]): number {
  return tasks.reduce((sum, { store }) => sum + store.lost.length, 0);
}

function keepReport({ task }: GradedTask, report: JudgeReport): JudgeReport {
  replaceFile(task.places.judges, `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

/** The judges that were asked count. */
function exitCode(reports: readonly JudgeReport[], { judges: names, strict: isStrict }: JudgeOptions): number {
  const all = reports.flatMap((report) => report.judges);
  const judges = all.filter(({ judge }) => names === null || names.includes(judge));
  if (isStrict === true && judges.some(({ verdict }) => verdict !== 'trusted')) return 1;
  return judges.some(({ missing }) => missing > 0) ? 2 : 0;
}
