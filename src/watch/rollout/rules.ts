// What a rollout has to keep to: its steps, what may be lost at each, and how sure one has to be. Data and their check only.

export interface RolloutRules {
  /** Percent of the task's callers, ascending; the last is 100. */
  steps: readonly number[];
  /** Share of answers by which the candidate may be worse than the base arm at half of the callers: 0.03 is 3 points. */
  maxLoss: number;
  /** Chance that a candidate that keeps to all bounds is ever rolled back. */
  stopError: number;
  /** Chance that a candidate that loses more than it may is ever promoted to where it may not be. */
  promoteError: number;
  /** Mean cost of a call, candidate over base. */
  maxCostRatio: number;
  /** Geometric mean of the latency, candidate over base. */
  maxLatencyRatio: number;
  /** Share of failed calls, candidate less base: 0.01 is one point. */
  maxErrorRise: number;
  /** Calls of either arm within a step before the next. */
  minCalls: number;
  /** Graded pairs, over the whole rollout, before the first promotion. */
  minCanaries: number;
  /** Canaries of the candidate within a step after which it is given up that the data will tell. */
  maxCanaries: number;
}

export const DEFAULT_RULES: Readonly<RolloutRules> = Object.freeze({
  steps: Object.freeze([5, 25, 50, 100]),
  maxLoss: 0.03,
  stopError: 0.05,
  promoteError: 0.025,
  maxCostRatio: 1.1,
  maxLatencyRatio: 1.5,
  maxErrorRise: 0.01,
  minCalls: 200,
  minCanaries: 100,
  maxCanaries: 6000,
});

/** The rules as they are. Throws RangeError for the first that cannot be kept, with its name. */
export function checkRules(rules: Readonly<RolloutRules>): Readonly<RolloutRules> {
  const { steps } = rules;
  const isAscending = steps.every((percent, at) => percent > (steps[at - 1] ?? 0) && percent <= 100);
  if (!isAscending || steps.at(-1) !== 100)
    throw new RangeError(`steps: percents that ascend from above 0 to 100 are expected, not ${steps.join(', ')}`);
  for (const name of ['maxLoss', 'stopError', 'promoteError'] as const)
    if (!(rules[name] > 0 && rules[name] < 1))
      throw new RangeError(`${name}: a number between 0 and 1 is expected, not ${rules[name]}`);
  for (const name of ['maxCostRatio', 'maxLatencyRatio'] as const)
    if (!(rules[name] > 0 && rules[name] < Number.POSITIVE_INFINITY))
      throw new RangeError(`${name}: a number above 0 is expected, not ${rules[name]}`);
  if (!(rules.maxErrorRise >= 0 && rules.maxErrorRise < 1))
    throw new RangeError(`maxErrorRise: a number from 0 to below 1 is expected, not ${rules.maxErrorRise}`);
  for (const name of ['minCalls', 'minCanaries', 'maxCanaries'] as const)
    if (!Number.isInteger(rules[name]) || rules[name] < 1)
      throw new RangeError(`${name}: a whole number above 0 is expected, not ${rules[name]}`);
  return rules;
}

/** The loss that may still be open where so many percent of the callers are on the candidate: twice as much where half as many bear it. */
export function allowedLoss({ maxLoss }: Pick<RolloutRules, 'maxLoss'>, percent: number): number {
  return maxLoss * Math.max(1, 50 / percent);
}

/** The step after this one; null when all callers are on the candidate. */
export function nextPercent({ steps }: Pick<RolloutRules, 'steps'>, percent: number): number | null {
  return steps.find((step) => step > percent) ?? null;
}
