// The rules of a rollout out of its configuration.
import type { RolloutConfig } from '../../config/rollout-config.ts';
import { DEFAULT_RULES, type RolloutRules } from './rules.ts';

export function rulesOf(config: RolloutConfig): RolloutRules {
  const { stepsPercent: steps, minCalls, minCanaries, maxCanaries } = config;
  const { maxLoss, maxCostRatio, maxLatencyRatio, maxErrorRise } = config;
  const { stopError, promoteError } = DEFAULT_RULES;
  const bounds = { maxLoss, maxCostRatio, maxLatencyRatio, maxErrorRise };
  return { steps, ...bounds, stopError, promoteError, minCalls, minCanaries, maxCanaries };
}
