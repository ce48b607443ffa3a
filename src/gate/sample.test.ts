// What the tests of this folder share.
import { ALONE, type Answer, type Gate, type GateContext, type Question, type Verdict } from './gate.ts';

export function answerOf(text: string, rest: Partial<Answer> = {}): Answer {
  return {
    text,
    toolCalls: [],
    finish: { reason: 'stop', raw: 'stop' },
    refusal: null,
    logprobs: null,
    isComplete: true,
    ...rest,
  };
}

export function questionOf(rest: Partial<Question> = {}): Question {
  return { ask: '', turns: [], tools: [], schema: null, failedCalls: [], ...rest };
}

export const NOBODY: GateContext = ALONE;

/** An answer that calls a tool and says nothing. */
export const CALL_ONLY = answerOf(' \n', { toolCalls: [{ id: 'c1', name: 'look', arguments: '{}' }] });

/** The verdict of a gate that needs nobody to wait. */
export function verdictOf(gate: Gate, answer: Answer | string, question: Partial<Question> = {}): Verdict {
  const verdict = gate.check(typeof answer === 'string' ? answerOf(answer) : answer, questionOf(question), NOBODY);
  if (verdict instanceof Promise) throw new Error('the gate gave a promise');
  return verdict;
}

export function passes(gate: Gate, answer: Answer | string, question: Partial<Question> = {}): boolean {
  return verdictOf(gate, answer, question).pass;
}

/** Whether the beginning of an answer is rejected already. */
export function rejectsEarly(gate: Gate, text: string, question: Partial<Question> = {}): boolean {
  const start = answerOf(text, { isComplete: false, finish: { reason: 'unknown', raw: '' } });
  return (gate.early?.(start, questionOf(question)) ?? null) !== null;
}
