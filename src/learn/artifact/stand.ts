// Where an artifact is told to stand: the level that keeps what is asked for, on the rows it was tried on.
import { walkDown } from '../train/operate.ts';
import type { Policy } from './artifact.ts';

/** What is asked of a router. Never both; neither: what the artifact recommends. */
export interface Demand {
  /** Share of answers that have to be acceptable, 0 to 1, as sure as a choice is made. */
  quality: number | null;
  /** What a request may cost on the mean, in dollars. */
  maxCostUsd: number | null;
}

/** The place of the level; null where only the reference model alone keeps what is asked. */
export function standAt(policy: Policy, { quality, maxCostUsd }: Demand): number | null {
  const { trials, points } = policy;
  if (quality !== null) return walkDown(trials, ({ qualityLow }) => qualityLow >= quality);
  if (maxCostUsd === null) return points.assured;
  const affordable = trials.findIndex((trial) => trial !== null && trial.cost <= maxCostUsd);
  // What is too dear at every level is least too dear at the last.
  return affordable < 0 ? trials.length - 1 : affordable;
}
