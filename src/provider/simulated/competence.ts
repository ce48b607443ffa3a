// What a simulated model gets right: the true probabilities, and the draw that decides one answer.
// The probabilities are the truth that statistics about the simulated provider are tested against.
import { createDraw } from './draw.ts';
import { findSimulatedModel, type TaskKind } from './models.ts';

/** How sharply competence falls around a model's skill: from 92 % right to 8 % within 0.4 of difficulty. */
const STEEPNESS = 12;

/**
 * The true probability that a model solves a problem: a logistic function of its skill less the difficulty, both on a
 * scale where 0 is trivial and 1 the hardest problem generated. Throws RangeError for a model that does not exist.
 */
export function passProbability(model: string, kind: TaskKind, difficulty: number): number {
  const found = findSimulatedModel(model);
  if (found === undefined) throw new RangeError(`no simulated model is called ${model}`);
  return 1 / (1 + Math.exp(-STEEPNESS * (found.skill[kind] - difficulty)));
}

/** One question to one model: everything that its outcome depends on. */
export interface Trial {
  seed: number;
  model: string;
  kind: TaskKind;
  difficulty: number;
  /** Identity of the prompt. */
  prompt: string;
}

/** Whether the model solves this problem: the same answer for the same trial, always. */
export function isSolved(trial: Trial): boolean {
  const chance = createDraw('solve', trial.seed, trial.model, trial.prompt).unit();
  return chance < passProbability(trial.model, trial.kind, trial.difficulty);
}
