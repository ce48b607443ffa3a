// One question to the planner: everything that guards, pins and predictions may look at, gathered once per call.

import type { Arm } from '../call/arm.ts';
import { TierlineError } from '../call/errors.ts';
import type { NanoUsd } from '../call/money.ts';
import type { Pin } from '../call/pin.ts';
import type { Caller, View } from '../call/view.ts';
import type { Policy, PolicyLimits, PolicyRoute, PolicyTask } from './policy.ts';
import type { Session } from './session.ts';
import type { PlanState } from './state.ts';

export interface Asked {
  policy: Policy;
  view: View;
  caller: Caller;
  state: PlanState;
  /** As callers of its arm find it. */
  task: PolicyTask | null;
  /** Null where no side of a rollout decides. */
  arm: Arm | null;
  /** Null when the client named a model. */
  route: PolicyRoute | null;
  /** Null when there is neither a choice of models to keep to nor a prompt cache to keep warm. */
  session: Session | null;
  /** Where the session stands; null when it is new. */
  pin: Pin | null;
  /** Those of task and tenant, where there are any. */
  limits: readonly PolicyLimits[];
  /** The lowest of the ceilings on the expected cost, and whose it is; null when there is none. */
  ceiling: Ceiling | null;
  /** Whether guards also say what they let pass, and costs are worked out even when nothing depends on them. */
  isThorough: boolean;
}

export interface Ceiling {
  nanoUsd: NanoUsd;
  of: string;
}

/** Those of task and tenant, where there are any. */
export function limitsOf(policy: Policy, tenant: string, task: PolicyTask | null): PolicyLimits[] {
  const limits: PolicyLimits[] = [];
  if (task !== null) limits.push(task.limits);
  const own = policy.tenants.get(tenant);
  if (own !== undefined) limits.push(own);
  return limits;
}

const COST_HEADER = 'x-tierline-max-cost-usd';

/** Throws TierlineError `invalid_request` for a ceiling that is no amount. */
export function gatherLimits(
  { policy, caller, state }: Pick<Asked, 'policy' | 'caller' | 'state'>,
  task: PolicyTask | null,
  route: PolicyRoute | null,
): { limits: PolicyLimits[]; ceiling: Ceiling | null } {
  const limits = limitsOf(policy, caller.tenant, task);
  if (!state.spends) return { limits, ceiling: null };
  let ceiling = askedCeiling(caller);
  const lower = (nanoUsd: NanoUsd | null, of: string): void => {
    if (nanoUsd !== null && (ceiling === null || nanoUsd < ceiling.nanoUsd)) ceiling = { nanoUsd, of };
  };
  for (const limit of limits) lower(limit.maxCostNanoUsd, limit.of);
  if (route?.mode?.best === 'quality') lower(route.mode.maxCostNanoUsd, 'the route');
  return { limits, ceiling };
}

function askedCeiling({ headers }: Caller): Ceiling | null {
  const value = headers[COST_HEADER];
  if (value === undefined) return null;
  const text = Array.isArray(value) ? value[0] : value;
  const usd = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  if (!(usd >= 0 && usd < 1e6)) {
    throw new TierlineError('invalid_request', `${COST_HEADER} must be an amount in dollars, such as 0.002.`, {
      param: COST_HEADER,
    });
  }
  return { nanoUsd: Math.round(usd * 1e9), of: `the header ${COST_HEADER}` };
}
