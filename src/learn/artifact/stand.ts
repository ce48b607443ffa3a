// Where an artifact is told to stand: the level that keeps what is asked for, on the rows it was tried on.

import type { PromiseName } from '../../policy/predictor.ts';
import { walkDown } from '../train/operate.ts';
import type { Points, Policy } from './artifact.ts';

const POINTS: Readonly<Record<PromiseName, keyof Points>> = {
  assured: 'assured',
  'no-worse': 'equal',
  'half-point': 'half',
  'most-of-gap': 'most',
};

/** What is asked of a router. One thing at most; nothing: what the artifact recommends. */
export interface Demand {
  /** Share of answers that have to be acceptable, 0 to 1, as sure as a choice is made. */
  quality: number | null;
  /** What a request may cost on the mean, in dollars. */
  maxCostUsd: number | null;
  /** One of its own places. */
  promise: PromiseName | null;
}

/** The place of the level; null where only the reference model alone keeps what is asked. */
export function standAt(policy: Policy, { quality, maxCostUsd, promise }: Demand): number | null {
  const { trials, points } = policy;
  if (quality !== null) return walkDown(trials, ({ qualityLow }) => qualityLow >= quality);
  if (maxCostUsd === null) return points[POINTS[promise ?? 'assured']];
  const affordable = trials.findIndex((trial) => trial !== null && trial.cost <= maxCostUsd);
  // What is too dear at every level is least too dear at the last.
  return affordable < 0 ? trials.length - 1 : affordable;
}
