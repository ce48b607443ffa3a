// What a problem of the simulated world is, and the mark by which a prompt carries one.
// A problem is made again from its kind and id, so the prompt never has to hold its own solution.

import type { JsonObject } from '../../../call/json.ts';
import { createDraw, type Draw, hexOf } from '../draw.ts';
import { TASK_KINDS, type TaskKind } from '../models.ts';

/** The difficulty that an id carries is kept in this many steps between 0 and 1. */
const DIFFICULTY_STEPS = 4095;
const MARK = /\bCase: ([a-z-]+)\/([0-9a-f]{11})\b/g;

/** A checkable problem with its right answer and some plausible wrong ones. */
export interface Problem {
  kind: TaskKind;
  /** Eleven hex digits: eight that name the case, three that hold its difficulty behind a mask. */
  id: string;
  /** 0 trivial, 1 the hardest there is. */
  difficulty: number;
  /** The user's message, without its mark. */
  text: string;
  /** JSON schema of the answer, where the answer is JSON. */
  schema?: JsonObject;
  reference: string;
  /** Answers that are not right: plausible ones, and some that are not even in the form that was asked for. Never empty. */
  wrong: string[];
  check: (answer: string) => boolean;
}

/** What a kind of problem brings along; `build` must be a function of its arguments alone. */
export interface ProblemKind {
  /** What the model is told to do, before the worked examples. */
  instructions: string;
  build: (draw: Draw, difficulty: number) => Omit<Problem, 'kind' | 'id' | 'difficulty'>;
}

function maskOf(nonce: string): number {
  return Number.parseInt(hexOf(`difficulty of ${nonce}`, 3), 16);
}

/** An id for a case of that difficulty; the difficulty is rounded to 1/4095. */
export function createProblemId(draw: Draw, difficulty: number): string {
  const nonce = draw
    .int(0, 2 ** 32 - 1)
    .toString(16)
    .padStart(8, '0');
  const step = Math.round(Math.min(1, Math.max(0, difficulty)) * DIFFICULTY_STEPS);
  return nonce + (step ^ maskOf(nonce)).toString(16).padStart(3, '0');
}

/** The difficulty that an id carries, between 0 and 1. */
export function difficultyOf(id: string): number {
  return (Number.parseInt(id.slice(8), 16) ^ maskOf(id.slice(0, 8))) / DIFFICULTY_STEPS;
}

/** The sequence of chances a problem is built from. */
export function problemDraw(kind: TaskKind, id: string): Draw {
  return createDraw('problem', kind, id);
}

/** The line that names the problem in a prompt. */
export function markOf(kind: TaskKind, id: string): string {
  return `Case: ${kind}/${id}`;
}

/** The last problem that a text names, or null. */
export function findMark(text: string): { kind: TaskKind; id: string } | null {
  let found: { kind: TaskKind; id: string } | null = null;
  for (const [, word, id] of text.matchAll(MARK)) {
    const kind = TASK_KINDS.find((candidate) => candidate === word);
    if (kind !== undefined && id !== undefined) found = { kind, id };
  }
  return found;
}
