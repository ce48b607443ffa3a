// From samples and kept answers to cases: what every model of a cascade made of each sample, what it measures on every dial, what it cost and
// whether it is right. Asks nobody; what is not known is left out and counted, or reckoned with the model's mean and counted.
import { ALONE, type Answer, type Gate, type GivenAnswer, type Question } from '../../gate/gate.ts';
import { areAllPassed, runGates } from '../../gate/run-gates.ts';
import { questionOf } from '../judges/labelled.ts';
import { answerKey, fromKept, type KeptAnswer } from '../profile/answer.ts';
import type { KeptAnswers } from '../profile/answer-store.ts';
import { ratedSample } from '../profile/question.ts';
import { recallAnswer } from '../profile/recall-answer.ts';
import type { Sample } from '../samples/sample.ts';
import type { Case, Step } from './cascade.ts';
import { type Dial, isDialGate, type Measure } from './dial.ts';

export interface CaseParts {
  task: string;
  samples: readonly Sample[];
  /** The models of the cascade with their upstreams, cheapest first. */
  models: readonly { name: string; upstreams: readonly string[] }[];
  dials: readonly Dial[];
  gates: readonly Gate[];
  store: Pick<KeptAnswers, 'answer'>;
  /** Whether an answer is right; null when nobody knows. */
  truth: (answered: { sample: Sample; answer: Answer; question: Question }) => Promise<boolean | null>;
}

export interface Cases {
  cases: Case[];
  /** Samples that were left out, by reason. */
  left: Left;
  /** Cases whose last model's answer has no label or is not there: it is as good and dear as that model's others. */
  imputed: number;
  /** Models of which no cost is known: nothing can be reckoned then. */
  unpriced: string[];
}

export interface Left {
  /** A model before the last has no answer kept. */
  unanswered: number;
  /** Nobody knows whether an answer of a model before the last is right. */
  unlabelled: number;
  /** A judge has not been asked about an answer that would come before it. */
  unjudged: number;
}

/** A step with what is not known of it. */
interface Draft {
  isRight: boolean | null;
  costNanoUsd: number | null;
  isSound: boolean;
  measures: readonly Measure[];
}

export async function buildCases(parts: CaseParts): Promise<Cases> {
  const left: Left = { unanswered: 0, unlabelled: 0, unjudged: 0 };
  const drafts: { sample: Sample; steps: Draft[] }[] = [];
  for (const sample of parts.samples) {
    const steps = await draftsOf(sample, parts);
    const why = reasonToLeave(steps);
    if (why === null) drafts.push({ sample, steps: steps.filter((step) => step !== null) });
    else left[why]++;
  }
  const means = parts.models.map((_, at) =>
    meansOf(
      drafts.map(({ steps }) => steps[at] as Draft),
      parts.dials.length,
    ),
  );
  const last = parts.models.length - 1;
  return {
    cases: drafts.map(({ sample, steps }) => ({
      digest: sample.digest,
      weight: sample.weight,
      steps: steps.map((draft, at) => toStep(draft, means[at] as Means, parts.dials)),
    })),
    left,
    imputed: drafts.filter(({ steps }) => steps[last]?.isRight === null).length,
    unpriced:
      drafts.length === 0 ? [] : parts.models.filter((_, at) => means[at]?.cost === null).map(({ name }) => name),
  };
}

async function draftsOf(sample: Sample, parts: CaseParts): Promise<(Draft | null)[]> {
  const question = questionOf(sample);
  const drafts: (Draft | null)[] = [];
  const earlier: GivenAnswer[] = [];
  for (const { name: model, upstreams } of parts.models) {
    const kept = parts.store.answer(answerKey(sample, upstreams));
    drafts.push(kept === null ? null : await draftOf(kept, { sample, question, model, earlier: [...earlier], parts }));
    if (kept?.answer != null) earlier.push({ model, answer: fromKept(kept.answer) });
  }
  return drafts.map((draft, at) => draft ?? (at === drafts.length - 1 ? NOTHING : null));
}

/** Of the last model, where there is no answer. */
const NOTHING: Draft = { isRight: null, costNanoUsd: null, isSound: true, measures: [] };

interface Answered {
  sample: Sample;
  question: Question;
  model: string;
  /** What the models before it answered. */
  earlier: readonly GivenAnswer[];
  parts: CaseParts;
}

async function draftOf(
  { answer: text, costNanoUsd }: KeptAnswer,
  { sample, question, model, earlier, parts }: Answered,
): Promise<Draft> {
  // What the provider refused is no answer: the cascade goes on.
  if (text === null) return { isRight: false, costNanoUsd, isSound: false, measures: [] };
  const answer = fromKept(text);
  const gates = parts.gates.filter((gate) => !isDialGate(gate));
  const upstreamsOf = (name: string) => parts.models.find((one) => one.name === name)?.upstreams ?? [];
  const request = ratedSample(sample, parts.task);
  const context = { ...ALONE, model, earlier, request, again: recallAnswer(parts.store, sample, upstreamsOf) };
  const isSound = areAllPassed(await runGates(gates, { answer, question, context }));
  return {
    isRight: await parts.truth({ sample, answer, question }),
    costNanoUsd,
    isSound,
    measures: isSound ? parts.dials.map(({ read }) => read(answer, question)) : [],
  };
}

function reasonToLeave(steps: readonly (Draft | null)[]): keyof Left | null {
  const cheap = steps.slice(0, -1);
  if (cheap.includes(null)) return 'unanswered';
  if (cheap.some((step) => step?.isRight === null)) return 'unlabelled';
  return cheap.some((step) => step?.measures.some(({ value }) => value === null)) ? 'unjudged' : null;
}

interface Means {
  quality: number;
  /** Null when no cost is known. */
  cost: number | null;
  measureCosts: readonly number[];
}

function meansOf(drafts: readonly Draft[], dials: number): Means {
  const qualities = drafts.flatMap(({ isRight }) => (isRight === null ? [] : [isRight ? 1 : 0]));
  const ofDial = (at: number): number[] => drafts.flatMap(({ measures }) => measures[at]?.costNanoUsd ?? []);
  return {
    quality: meanOf(qualities) ?? 0,
    cost: meanOf(drafts.flatMap(({ costNanoUsd }) => costNanoUsd ?? [])),
    measureCosts: Array.from({ length: dials }, (_, at) => meanOf(ofDial(at)) ?? 0),
  };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Measures of the last model count only where its refusal is an error; one that is missing refuses nothing. */
function toStep({ isRight, costNanoUsd, isSound, measures }: Draft, means: Means, dials: readonly Dial[]): Step {
  const passes = ({ side }: Dial): number => (side === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
  return {
    quality: isRight === null ? means.quality : isRight ? 1 : 0,
    costNanoUsd: costNanoUsd ?? means.cost ?? 0,
    isSound,
    measures: dials.map((dial, at) => measures[at]?.value ?? passes(dial)),
    measureCosts: means.measureCosts.map((mean, at) => measures[at]?.costNanoUsd ?? mean),
  };
}
