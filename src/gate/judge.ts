// The gate `judge`: another model grades the answer. What the judge cost is in the verdict; a judge that fails or cannot be
// understood fails the answer, because nobody has vouched for it.
import {
  type Answer,
  broken,
  type Gate,
  type GateContext,
  type JudgeReply,
  type Question,
  type Verdict,
} from './gate.ts';
import type { GateConfigOf } from './gate-config.ts';
import { judgePrompt, readGrade } from './judge-prompt.ts';
import { shorten } from './shorten.ts';

const NAME = 'judge';

export function createJudgeGate({ model, rubric, min }: GateConfigOf<'judge'>): Gate {
  const check = async (answer: Answer, question: Question, { ask }: GateContext): Promise<Verdict> => {
    if (ask === null) return broken(NAME, `there is nobody to ask ${model}`);
    let reply: JudgeReply;
    try {
      reply = await ask(model, judgePrompt(rubric, answer, question));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { ...broken(NAME, shorten(`${model} could not be asked: ${reason}`)), costNanoUsd: null };
    }
    const { text, failure, costNanoUsd } = reply;
    if (failure !== undefined)
      return { ...broken(NAME, shorten(`${model} could not be asked: ${failure}`)), costNanoUsd };
    const grade = readGrade(text);
    if (grade === null) return { ...broken(NAME, `${model} gave no verdict that can be read`), costNanoUsd };
    const { score, reason } = grade;
    return { gate: NAME, pass: score >= min, score, reason: shorten(`${model}: ${reason}`), costNanoUsd };
  };
  return { name: NAME, isCostly: true, check };
}
