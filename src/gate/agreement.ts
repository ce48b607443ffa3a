// The gate `agreement`: another model is given the same request, and the answer passes when both say the same. What the
// second answer cost is in the verdict; one that cannot be had fails the answer, because nobody has vouched for it.
import { ONLY_CALLS, onlyCalls } from './answer-text.ts';
import { type Comparing, isSameAnswer, isSameCalls, partOf } from './compare-answers.ts';
import {
  type Answer,
  broken,
  failed,
  type Gate,
  type GateContext,
  passed,
  type Question,
  type SecondAnswer,
  type Verdict,
} from './gate.ts';
import type { AgreementConfig } from './gate-config.ts';
import { readPointer } from './json-pointer.ts';
import { shorten } from './shorten.ts';

const NAME = 'agreement';

export function createAgreementGate({ model, compare, embedding, at, pattern, tolerance }: AgreementConfig): Gate {
  const keys = at === null ? null : readPointer(at);
  const comparing: Comparing = { compare, keys, pattern, tolerance };
  const check = async (answer: Answer, _question: Question, context: GateContext): Promise<Verdict> => {
    if (context.model === model) return broken(NAME, `${model} cannot vouch for its own answer`);
    if (context.again === null) return broken(NAME, `there is nobody to ask ${model}`);
    let second: SecondAnswer;
    try {
      second = await context.again(model);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { ...broken(NAME, shorten(`${model} could not be asked: ${reason}`)), costNanoUsd: null };
    }
    const { answer: other, failure = 'no answer', costNanoUsd } = second;
    if (other === null) return { ...broken(NAME, shorten(`${model} could not be asked: ${failure}`)), costNanoUsd };
    const verdict = byCalls(answer, other, model);
    if (verdict !== null) return { ...verdict, costNanoUsd };
    if (embedding === null) return { ...byText(answer, other, { model, comparing }), costNanoUsd };
    const { costNanoUsd: own, ...near } = await byMeaning([answer, other], { model, comparing, embedding }, context);
    return { ...near, costNanoUsd: own === null || costNanoUsd === null ? null : own + costNanoUsd };
  };
  return { name: NAME, isCostly: true, isGuess: true, check };
}

/** Null when there are texts left to compare. */
function byCalls(answer: Answer, other: Answer, model: string): Verdict | null {
  if (answer.toolCalls.length === 0 && other.toolCalls.length === 0) return null;
  if (!isSameCalls(answer.toolCalls, other.toolCalls)) return failed(NAME, `${model} calls other tools`, 0);
  return onlyCalls(answer) ? passed(NAME, ONLY_CALLS, 1) : null;
}

interface Second {
  model: string;
  comparing: Comparing;
}

function byText(answer: Answer, other: Answer, { model, comparing }: Second): Verdict {
  const isSame = isSameAnswer(answer.text, other.text, comparing);
  if (isSame === null) return failed(NAME, `cannot be compared with the answer of ${model}`, 0);
  return isSame ? passed(NAME, `${model} says the same`, 1) : failed(NAME, `${model} says something else`, 0);
}

async function byMeaning(
  answers: readonly Answer[],
  { model, comparing, embedding }: Second & { embedding: NonNullable<AgreementConfig['embedding']> },
  { embed }: GateContext,
): Promise<Verdict> {
  const texts = answers.map(({ text }) => partOf(text, comparing)).filter((text) => text !== null && text !== '');
  if (texts.length < 2) return failed(NAME, `cannot be compared with the answer of ${model}`, 0);
  if (texts[0] === texts[1]) return passed(NAME, `${model} says the same`, 1);
  const { model: by, min } = embedding;
  if (embed === null) return broken(NAME, `there is nobody to ask ${by}`);
  const { vectors, failure = 'no vectors', costNanoUsd } = await embed(by, texts as string[]);
  if (vectors === null) return { ...broken(NAME, shorten(`${by} could not be asked: ${failure}`)), costNanoUsd };
  const near = Math.min(1, Math.max(0, cosine(vectors[0] as Float32Array, vectors[1] as Float32Array)));
  const reason = `${model} says what is near by ${near.toFixed(2)}`;
  return { gate: NAME, pass: near >= min, score: near, reason, costNanoUsd };
}

/** 0 for vectors that cannot be compared. */
function cosine(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) return 0;
  const dot = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other)) || 0;
}
