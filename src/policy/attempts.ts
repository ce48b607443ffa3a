// Turns the models that are left into the attempts of a plan: a cascade puts gates between them, anything else goes on
// only where an upstream failed.
import { type PlannedAttempt, plainAttempt, type Reason } from '../call/plan.ts';
import type { Asked } from './asked.ts';
import { expect } from './expected-cost.ts';
import type { Candidate } from './guard.ts';
import type { PolicyHedge, PolicyRoute, PolicyTask } from './policy.ts';

/** Models in the order in which they are tried. */
export interface Order {
  candidates: readonly Candidate[];
  /** Models that stood before the pinned one: a failed gate must not lead back to them. */
  demoted: ReadonlySet<string>;
}

export function toAttempts({ candidates, demoted }: Order, asked: Asked, reasons: Reason[]): PlannedAttempt[] {
  const { route, task } = asked;
  const isGated = route !== null && areGated(route, task);
  const attempts = candidates.map(
    ({ model, deployments, expected }, index): PlannedAttempt => ({
      ...plainAttempt(model.name, model.tier),
      deployments,
      after: index === 0 || (isOnLadder(route, model.name) && !demoted.has(model.name)) ? 'any' : 'failure',
      isGated,
      expected,
    }),
  );
  if (route?.isCascade === true) {
    for (const [index, attempt] of attempts.entries()) {
      if (attempts[index + 1]?.after !== 'any') continue;
      attempt.timeoutMs = route.attemptTimeoutMs;
      if (route.hedge !== null)
        hedge(attempt, route.hedge, { candidate: candidates[index] as Candidate, asked, reasons });
    }
  }
  return attempts;
}

/** Whether a cascade goes on to this model when the one before did not satisfy. */
export function isOnLadder(route: PolicyRoute | null, name: string): boolean {
  return route?.isCascade === true && route.models.indexOf(name) < route.ownCount && route.models.includes(name);
}

/** Gates belong to a cascade, which has somewhere to go, and to a route that rather fails than answers wrongly. */
function areGated(route: PolicyRoute, task: PolicyTask | null): boolean {
  if (task === null || !task.hasGates) return false;
  return route.isCascade || otherwiseOf(route, task) === 'error';
}

/** What the client gets when every gated attempt fails its gates. */
export function otherwiseOf(route: PolicyRoute | null, task: PolicyTask | null): 'answer' | 'error' {
  return route?.otherwise ?? task?.otherwise ?? 'answer';
}

function hedge(
  attempt: PlannedAttempt,
  { below, afterMs }: PolicyHedge,
  { candidate, asked, reasons }: { candidate: Candidate; asked: Asked; reasons: Reason[] },
): void {
  attempt.expected ??= expect(candidate, asked);
  const { passRate } = attempt.expected;
  if (passRate === null || passRate >= below) return;
  attempt.hedgeAfterMs = afterMs;
  const say = `the next model starts ${afterMs} ms after ${attempt.model}, whose answers pass in ${percent(passRate)}, below ${percent(below)}`;
  reasons.push({ step: 'cascade', say });
}

/** A share as reasons write it: `87.5 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
