// The learners there are, by name. A state only ever meets the learner that made it.
import { createDirection } from '../learners/direction.ts';
import { createKernel } from '../learners/kernel.ts';
import { LEARNERS, type Learner, type LearnerName } from '../learners/learner.ts';
import { createLinear } from '../learners/linear.ts';
import { createTopics } from '../learners/topics.ts';

/** A learner whose state nobody looks into. */
export type AnyLearner = Learner<unknown>;

const MAKERS: Readonly<Partial<Record<LearnerName, () => unknown>>> = {
  linear: () => createLinear(),
  direction: createDirection,
  topics: createTopics,
  kernel: createKernel,
};

/** Throws Error for one that this release does not have. */
export function createLearner(name: LearnerName): AnyLearner {
  const make = MAKERS[name];
  if (make === undefined) throw new Error(`the learner \`${name}\` is not known`);
  return make() as AnyLearner;
}

export function isLearnerName(name: unknown): name is LearnerName {
  return LEARNERS.includes(name as LearnerName);
}
