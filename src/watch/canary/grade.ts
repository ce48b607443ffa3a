// Grades one canary: the answer that the client got, beside the reference model's to the same request. It judges by what is known and says
// so where that is nothing; it never takes the reference for right where the task's own gates refuse it.
import { ALONE, type Answer, type Gate, type JudgeReply, type Question, type Verdict } from '../../gate/gate.ts';
import { type Preferred, pairwisePrompt, readPreference, settleOrders } from '../../gate/pairwise-prompt.ts';
import type { ReferenceConfig } from '../../gate/reference-config.ts';
import { runGates } from '../../gate/run-gates.ts';
import { saysTheSame } from './same-answer.ts';

/** The answer of the cheap model, which the client was given, and the reference's. */
export interface Pair {
  cheap: Answer;
  reference: Answer;
  question: Question;
}

export interface Grade {
  /** How good each is, 0 to 1; null when nothing can be said. */
  cheapScore: number | null;
  referenceScore: number | null;
  /** The first less the second: -1 when only the reference is right. */
  gap: number | null;
  why: string;
}

/** By the task's gates, the costly ones left out, and by whether both say the same. */
export async function gradeByGates(
  pair: Pair,
  { gates, reference: config }: { gates: readonly Gate[]; reference: ReferenceConfig | null },
): Promise<Grade> {
  const { cheap, reference, question } = pair;
  const [refusal, own] = [await refusalOf(reference, gates, question), await refusalOf(cheap, gates, question)];
  const broken = [refusal, own].find((one) => one?.isBroken === true);
  if (broken != null) return unknown(`the gate ${broken.gate} could not say: ${broken.reason}`);
  if (refusal !== null) {
    const why = `the reference's answer fails ${refusal.gate}: ${refusal.reason}`;
    return own === null ? scored(1, 0, why) : scored(0, 0, `both fail; ${why}`);
  }
  // No gate has seen it where its route is one model alone.
  if (own !== null) return scored(0, 1, `it fails ${own.gate}, and the reference's answer does not: ${own.reason}`);
  const isSame = saysTheSame(cheap, reference, { config, question });
  if (isSame === null) return scored(1, 1, 'both pass the gates; what they say is not compared');
  return isSame ? scored(1, 1, 'both say the same') : scored(0, 1, 'the reference says something else');
}

/** Of an answer that gates refused and the client was given all the same: whether the reference's passes those that cost nothing. */
export async function gradeRefused(
  { reference, question }: Pick<Pair, 'reference' | 'question'>,
  gates: readonly Gate[],
): Promise<Grade> {
  const refusal = await refusalOf(reference, gates, question);
  if (refusal === null) return scored(0, 1, "it was refused, and the reference's answer is not");
  if (refusal.isBroken === true) return unknown(`the gate ${refusal.gate} could not say: ${refusal.reason}`);
  return scored(0, 0, `both fail; the reference's answer fails ${refusal.gate}: ${refusal.reason}`);
}

/** The first verdict against an answer, of the gates that cost nothing; null when there is none. */
async function refusalOf(answer: Answer, gates: readonly Gate[], question: Question): Promise<Verdict | null> {
  const free = gates.filter(({ isCostly, isGuess }) => !isCostly && isGuess !== true);
  const verdicts = await runGates(free, { answer, question, context: ALONE });
  return verdicts.find(({ pass }) => !pass) ?? null;
}

/** Asks a judge in both orders; a verdict that goes with the order is a tie. Equal answers are not asked about. */
export async function gradeByJudge(
  { cheap, reference, question }: Pair,
  { rubric, ask }: { rubric: string; ask: (prompt: string) => Promise<JudgeReply> },
): Promise<Grade> {
  if (isEqual(cheap, reference)) return scored(1, 1, 'both say the same');
  const asked = await prefer(ask, pairwisePrompt(rubric, { A: cheap, B: reference }, question));
  if (typeof asked !== 'string') return unknown(asked.failure);
  const turned = await prefer(ask, pairwisePrompt(rubric, { A: reference, B: cheap }, question));
  if (typeof turned !== 'string') return unknown(turned.failure);
  switch (settleOrders(asked, turned)) {
    case 'first':
      return scored(1, 0, 'the judge prefers it in both orders');
    case 'second':
      return scored(0, 1, 'the judge prefers the reference in both orders');
    case 'tie':
      return scored(1, 1, 'the judge sees no difference');
    case 'flipped':
      return scored(1, 1, 'the judge prefers a place, not an answer');
  }
}

async function prefer(
  ask: (prompt: string) => Promise<JudgeReply>,
  prompt: string,
): Promise<Preferred | { failure: string }> {
  const { text, failure } = await ask(prompt);
  if (failure !== undefined) return { failure: `the judge could not be asked: ${failure}` };
  return readPreference(text)?.better ?? { failure: 'the judge gave no verdict that can be read' };
}

function isEqual(one: Answer, other: Answer): boolean {
  return one.toolCalls.length === 0 && other.toolCalls.length === 0 && one.text.trim() === other.text.trim();
}

function scored(cheapScore: number, referenceScore: number, why: string): Grade {
  return { cheapScore, referenceScore, gap: cheapScore - referenceScore, why };
}

/** A grade that says nothing, and why. */
export function unknown(why: string): Grade {
  return { cheapScore: null, referenceScore: null, gap: null, why };
}
