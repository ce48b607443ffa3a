// Makes the problem that a kind and an id name: the one place where the five kinds meet.
import type { TaskKind } from '../models.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { CODE_QUESTION } from './code-question.ts';
import { INVOICE_EXTRACT } from './invoice-extract.ts';
import { difficultyOf, type Problem, type ProblemKind, problemDraw } from './problem.ts';
import { SUMMARY } from './summary.ts';
import { TICKET_LABEL } from './ticket-label.ts';

export const PROBLEM_KINDS: Readonly<Record<TaskKind, ProblemKind>> = {
  'ticket-label': TICKET_LABEL,
  'invoice-extract': INVOICE_EXTRACT,
  arithmetic: ARITHMETIC,
  'code-question': CODE_QUESTION,
  summary: SUMMARY,
};

/** The problem of that kind and id; the same one every time. The id must be one of `createProblemId`. */
export function buildProblem(kind: TaskKind, id: string): Problem {
  const difficulty = difficultyOf(id);
  return { kind, id, difficulty, ...PROBLEM_KINDS[kind].build(problemDraw(kind, id), difficulty) };
}
