// Everything that is probably not meant in a configuration that can be read, worst first.
import type { Config } from '../../config/config.ts';
import type { Policy } from '../../policy/policy.ts';
import type { PlanState } from '../../policy/state.ts';
import { findOwnSeconds } from './agreement.ts';
import { findMisplacedEmbeddings } from './embeddings.ts';
import { findIdleExploration } from './exploration.ts';
import type { Finding } from './finding.ts';
import { findObserving } from './observing.ts';
import { findPublicPlaces, findUnreachable } from './reach.ts';
import { findUngated, findUnpriced, findUnprofitable } from './worth.ts';

export const LEVELS = ['error', 'warning', 'note'] as const;

/** `state`: the time, and what is known of earlier calls. */
export function findAll(config: Config, policy: Policy, state: PlanState): Finding[] {
  const findings = [
    ...findObserving(config),
    ...findUnreachable(config),
    ...findPublicPlaces(config),
    ...findMisplacedEmbeddings(config, policy),
    ...findIdleExploration(config),
    ...findOwnSeconds(config, policy),
    ...findUngated(config, policy),
    ...findUnpriced(policy, state.nowMs),
    ...findUnprofitable(config.tasks, policy, state),
  ];
  return LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level));
}
