// The learners there are, by name. A state only ever meets the learner that made it.
import { FACT_NAMES } from '../features/facts.ts';
import { createDirection } from '../learners/direction.ts';
import { createExactFrom } from '../learners/exact.ts';
import { createFactors } from '../learners/factors.ts';
import { createKernel } from '../learners/kernel.ts';
import { LEARNERS, type Learner, type LearnerName } from '../learners/learner.ts';
import { createLinear } from '../learners/linear.ts';
import { createNeighbours } from '../learners/neighbours.ts';
import { createTopics } from '../learners/topics.ts';
import { createTrees } from '../learners/trees.ts';

/** A learner whose state nobody looks into. */
export type AnyLearner = Learner<unknown>;

const MAKERS: Readonly<Record<LearnerName, () => unknown>> = {
  linear: () => createLinear(),
  trees: () => createTrees(),
  neighbours: () => createNeighbours(),
  factors: () => createFactors(),
  direction: createDirection,
  topics: createTopics,
  kernel: createKernel,
  // Of facts of request and answer those of the answer.
  exact: () => createExactFrom(FACT_NAMES.length),
};

export function createLearner(name: LearnerName): AnyLearner {
  return MAKERS[name]() as AnyLearner;
}

export function isLearnerName(name: unknown): name is LearnerName {
  return LEARNERS.includes(name as LearnerName);
}
