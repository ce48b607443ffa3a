// The whole consideration behind a plan, for people and for replays: every candidate with every verdict and expectation,
// then the plan or the refusal. The same code decides; nothing is called.
import type { Arm } from '../call/arm.ts';
import { TierlineError } from '../call/errors.ts';
import type { NanoUsd } from '../call/money.ts';
import type { Expected, Plan, Reason } from '../call/plan.ts';
import type { Caller, View } from '../call/view.ts';
import { isOnLadder } from './attempts.ts';
import { ask, planFor } from './decide.ts';
import { cascadeCost, expect } from './expected-cost.ts';
import { judge, type Verdict } from './guard.ts';
import type { Policy } from './policy.ts';
import type { PlanState } from './state.ts';

export interface Consideration {
  task: string | null;
  /** The side of the task's rollout that decides; null where none does. */
  arm: Arm | null;
  session: string | null;
  candidates: ConsideredModel[];
  /** Null when the request is refused. */
  plan: Plan | null;
  /** Expected cost of the plan with its escalations; null when not known. */
  costNanoUsd: NanoUsd | null;
  /** Why it is refused; null when it is not. */
  refusal: { code: string; message: string } | null;
  reasons: Reason[];
}

export interface ConsideredModel {
  model: string;
  tier: string;
  isAllowed: boolean;
  /** Positions of the deployments that are left; null when all are. */
  deployments: readonly number[] | null;
  verdicts: readonly Verdict[];
  expected: Expected;
}

/** Never throws for a request that is refused: the refusal is part of the answer. */
export function consider(policy: Policy, view: View, caller: Caller, state: PlanState): Consideration {
  const reasons: Reason[] = [];
  const found: Consideration = {
    task: null,
    arm: null,
    session: null,
    candidates: [],
    plan: null,
    costNanoUsd: null,
    refusal: null,
    reasons,
  };
  try {
    const { asked, models } = ask({ policy, view, caller, state, isThorough: true }, reasons);
    found.task = asked.task?.name ?? null;
    found.arm = asked.arm;
    found.session = asked.session?.name ?? null;
    const candidates = models.map((model) => judge(model, asked));
    found.candidates = candidates.map((candidate) => {
      const { model, deployments, verdicts, refusal } = candidate;
      const expected = (candidate.expected ??= expect(candidate, asked));
      return { model: model.name, tier: model.tier, isAllowed: refusal === null, deployments, verdicts, expected };
    });
    found.plan = planFor(candidates, asked, reasons);
    const { attempts } = found.plan;
    const tried = attempts.filter(
      ({ model, after }, index) => index === 0 || (after === 'any' && isOnLadder(asked.route, model)),
    );
    found.costNanoUsd = cascadeCost(tried.flatMap(({ expected }) => (expected === null ? [] : [expected])));
  } catch (error) {
    if (!(error instanceof TierlineError)) throw error;
    found.refusal = { code: error.code, message: error.message };
  }
  return found;
}
