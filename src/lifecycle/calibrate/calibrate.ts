// A calibration of one task from beginning to end: its cascade, what is known of every sample, what is chosen and whether it is confirmed. It
// asks no model and changes no file.
import type { Config } from '../../config/config.ts';
import { judgePrompt, readGrade } from '../../gate/judge-prompt.ts';
import type { Engine } from '../../router.ts';
import { judgesOf } from '../judges/grade-judges.ts';
import { labelOf } from '../judges/labelled.ts';
import { doubtAbout, readJudges } from '../judges/read-judges.ts';
import { replyKey } from '../profile/answer.ts';
import type { KeptAnswers } from '../profile/answer-store.ts';
import { upstreamsOf } from '../profile/judging.ts';
import type { PreparedTask } from '../profile/prepare.ts';
import type { CalibratedDial, Calibration } from './calibration.ts';
import type { Cascade } from './cascade.ts';
import { buildCases, type CaseParts, type Cases } from './cases.ts';
import { decide } from './decide.ts';
import { type Dial, dialsOf, type Recall } from './dial.ts';

export interface CalibrateOptions {
  config: Config;
  engine: Pick<Engine, 'policy' | 'delivery' | 'gatesOf'>;
  /** What the cascade's quality has to be, 0 to 1; null: from which on a model may be the task's default. */
  target: number | null;
  /** Models in order, in place of those of the task's route; null: those. */
  cascade: readonly string[] | null;
  /** A judge whose word stands for what is right; null: labels do. */
  oracle: string | null;
  /** Labelled samples that each half takes at least. */
  minCases: number;
}

/** Rejects with Error for a judge that is named as the truth and is not trusted. */
export async function calibrate(
  task: PreparedTask,
  store: KeptAnswers,
  options: CalibrateOptions,
): Promise<Calibration> {
  const { config, engine, oracle } = options;
  const { name, thresholds } = task.config;
  const heard: Heard = { replies: 0, verdicts: 0 };
  const recall = listening((model, prompt) => store.reply(replyKey(upstreamsOf(engine, model), prompt)), heard);
  const truth = oracle === null ? byLabels(task) : byJudge(task, { judge: oracle, recall, engine });
  const dials = dialsOf(task.config, { recall, frozen: oracle === null ? [] : [oracle] });
  const { models, isLastGated } = cascadeOf(task, options);
  const target = { quality: options.target ?? thresholds.defaultFrom, confidence: thresholds.confidence };
  const blank: Calibration = {
    task: name,
    verdict: 'none',
    say: '',
    models,
    target: target.quality,
    confidence: target.confidence,
    truth: oracle === null ? 'labels' : 'judge',
    cases: { chosenOn: 0, reportedOn: 0, left: { unanswered: 0, unlabelled: 0, unjudged: 0 }, imputed: 0 },
    dials: dials.map((dial) => toCalibrated(dial, null)),
    inForce: null,
    straight: null,
    chosen: null,
    difference: null,
    lift: null,
  };
  const hindrance = hindranceOf({ models, dials });
  if (hindrance !== null) return { ...blank, say: hindrance };
  const parts: CaseParts = {
    task: task.config.name,
    samples: task.samples,
    models: models.map((model) => ({ name: model, upstreams: upstreamsFor(task, model, config) })),
    dials,
    gates: task.oracle.gates,
    store,
    truth,
  };
  const built = await buildCases(parts);
  const { left, imputed } = built;
  const gap = gapOf(built, models, options.minCases);
  if (gap !== null) return { ...blank, verdict: 'few', say: gap, cases: { ...blank.cases, left, imputed } };
  const cascade: Cascade = { models, dials, isLastGated };
  const {
    split,
    thresholds: chosen,
    ...decision
  } = decide(cascade, built.cases, { target, minCases: options.minCases });
  return {
    ...blank,
    ...decision,
    say: decision.say + sayLeft(built, name, heard),
    cases: { chosenOn: split.choose.length, reportedOn: split.report.length, left, imputed },
    dials: dials.map((dial, at) => toCalibrated(dial, chosen?.[at] ?? null)),
  };
}

function toCalibrated({ name, path, value, isFree }: Dial, chosen: number | null): CalibratedDial {
  return { name, path, inForce: value, chosen, isFree };
}

function cascadeOf(
  task: PreparedTask,
  { engine, cascade }: CalibrateOptions,
): { models: string[]; isLastGated: boolean } {
  const policyTask = engine.policy.tasksByName.get(task.config.name);
  if (policyTask === undefined) return { models: [], isLastGated: false };
  const { models, ownCount, isCascade, mode, otherwise } = policyTask.route;
  const own = isCascade && mode === null ? models.slice(0, ownCount) : [];
  return { models: [...(cascade ?? own)], isLastGated: (otherwise ?? policyTask.otherwise) === 'error' };
}

function hindranceOf({ models, dials }: { models: readonly string[]; dials: readonly Dial[] }): string | null {
  if (models.length < 2)
    return 'its route is no cascade of models, so no gate decides who answers; name one with --cascade';
  if (!dials.some(({ isFree }) => isFree))
    return 'none of its gates has a number that could be another (confidence, logprobs, judge, length)';
  return null;
}

/** What must be known of every model, and of the last one above all: it answers whatever no other does. */
function gapOf({ cases, imputed, unpriced }: Cases, models: readonly string[], minCases: number): string | null {
  if (unpriced.length > 0) return `what ${unpriced.join(', ')} costs is not known, so nothing can be weighed`;
  const known = cases.length - imputed;
  if (cases.length < 2 * minCases || known >= minCases) return null;
  return `of ${known} answers of ${models.at(-1)} it is known whether they are right, and ${minCases} are the least`;
}

function upstreamsFor({ candidates }: PreparedTask, model: string, { models }: Config): readonly string[] {
  const candidate = candidates.find((one) => one.model.name === model);
  if (candidate !== undefined) return candidate.upstreams;
  return models.get(model)?.deployments.map(({ provider, upstreamModel }) => `${provider}/${upstreamModel}`) ?? [];
}

function byLabels(task: PreparedTask): CaseParts['truth'] {
  return async (answered) => (await labelOf(answered, task.oracle.reference))?.isRight ?? null;
}

function byJudge(
  { config, places }: PreparedTask,
  { judge, recall, engine }: { judge: string; recall: Recall; engine: CalibrateOptions['engine'] },
): CaseParts['truth'] {
  const spec = judgesOf(config, null).find(({ model }) => model === judge);
  if (spec === undefined) throw new Error(`${judge} is no judge among the gates of ${config.name}.`);
  const doubt = doubtAbout({ ...spec, upstreams: upstreamsOf(engine, judge) }, readJudges(places.judges));
  if (doubt !== null)
    throw new Error(`The judge ${judge} of ${config.name} ${doubt}, so its word cannot stand for what is right.`);
  return ({ answer, question }) => {
    const reply = recall(judge, judgePrompt(spec.rubric, answer, question));
    const score = reply === null ? null : (readGrade(reply.text)?.score ?? null);
    return Promise.resolve(score === null ? null : score >= spec.min);
  };
}

/** What judges have said of the answers, and how much of it was a verdict. */
interface Heard {
  replies: number;
  verdicts: number;
}

function listening(recall: Recall, heard: Heard): Recall {
  return (model, prompt) => {
    const reply = recall(model, prompt);
    if (reply !== null) heard.replies++;
    if (reply !== null && readGrade(reply.text) !== null) heard.verdicts++;
    return reply;
  };
}

/** What is missing and which command brings it. */
function sayLeft({ left }: Cases, task: string, heard: Heard): string {
  const parts = [
    left.unanswered > 0 && `${left.unanswered} samples have no answer of a cheap model: \`tierline profile ${task}\``,
    left.unlabelled > 0 && `of ${left.unlabelled} nobody knows what is right`,
    left.unjudged > 0 && sayUnjudged(left.unjudged, task, heard),
    left.unjudged === 0 && heard.replies > 0 && heard.verdicts === 0 && sayMute(heard),
  ].filter((part) => part !== false);
  return parts.length === 0 ? '' : `; ${parts.join('; ')}`;
}

/** Of a judge that has been asked, what is left is what other gates refuse, or what it could not say. */
function sayUnjudged(unjudged: number, task: string, heard: Heard): string {
  if (heard.replies === 0) return `about ${unjudged} a judge has not been asked: \`tierline judge ${task}\``;
  if (heard.verdicts === 0) return `${unjudged} have no verdict, and ${sayMute(heard)}`;
  return `${unjudged} have no verdict of a judge: \`tierline judge ${task}\` asks it only about what the other gates let pass`;
}

function sayMute({ replies }: Heard): string {
  return replies === 1
    ? 'the only reply of a judge was no verdict'
    : `none of the ${replies} replies of a judge was a verdict`;
}
