// One place that serves a model, with what delivery remembers of it, and the choice among several.
import type { PlannedAttempt } from '../call/plan.ts';
import type { Connection } from '../provider/connection.ts';
import type { Breaker } from '../state/breaker.ts';

export interface Deployment {
  connection: Connection;
  /** The provider's own name of the model. */
  upstreamModel: string;
  weight: number;
  breaker: Breaker;
  /** Until when the provider asked to be left alone (performance.now time); such a deployment is the last choice. */
  restUntil: number;
}

/** The deployments of an attempt's model that the guards allow. Nothing of the call may reach another one. */
export function allowedOf(
  { deployments: places }: PlannedAttempt,
  deployments: readonly Deployment[],
): readonly Deployment[] {
  return places === null ? deployments : deployments.filter((_, at) => places.includes(at));
}

/**
 * Picks a deployment by weight: rested ones with a closed breaker first, then those asked to rest, and one that was
 * tried before only when no other is left. Null when every breaker is open.
 */
export function chooseDeployment(
  deployments: readonly Deployment[],
  tried: ReadonlySet<Deployment>,
  random: () => number,
): Deployment | null {
  const only = deployments[0];
  if (deployments.length === 1 && only !== undefined) return only.breaker.isClosed ? only : null;
  const closed = deployments.filter((deployment) => deployment.breaker.isClosed);
  const fresh = closed.filter((deployment) => !tried.has(deployment));
  const now = performance.now();
  const rested = fresh.filter((deployment) => deployment.restUntil <= now);
  const pool = rested.length > 0 ? rested : fresh.length > 0 ? fresh : closed;
  let left = random() * pool.reduce((sum, deployment) => sum + deployment.weight, 0);
  for (const deployment of pool) {
    left -= deployment.weight;
    if (left < 0) return deployment;
  }
  return pool.at(-1) ?? null;
}
