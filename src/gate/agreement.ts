// The gate `agreement`: another model is given the same request, and the answer passes when both say the same. What the
// second answer cost is in the verdict; one that cannot be had fails the answer, because nobody has vouched for it.
import { ONLY_CALLS, onlyCalls } from './answer-text.ts';
import { type Comparing, isSameAnswer, isSameCalls } from './compare-answers.ts';
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

export function createAgreementGate({ model, compare, at, pattern, tolerance }: AgreementConfig): Gate {
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
    return { ...compared(answer, other, { model, comparing }), costNanoUsd };
  };
  return { name: NAME, isCostly: true, isGuess: true, check };
}

function compared(
  answer: Answer,
  other: Answer,
  { model, comparing }: { model: string; comparing: Comparing },
): Verdict {
  if (answer.toolCalls.length > 0 || other.toolCalls.length > 0) {
    if (!isSameCalls(answer.toolCalls, other.toolCalls)) return failed(NAME, `${model} calls other tools`, 0);
    if (onlyCalls(answer)) return passed(NAME, ONLY_CALLS, 1);
  }
  const isSame = isSameAnswer(answer.text, other.text, comparing);
  if (isSame === null) return failed(NAME, `cannot be compared with the answer of ${model}`, 0);
  return isSame ? passed(NAME, `${model} says the same`, 1) : failed(NAME, `${model} says something else`, 0);
}
