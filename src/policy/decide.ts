// Decides where one call goes: task, rule, guards, mode, pin, cascade. Pure and synchronous: no clock, no I/O, no
// randomness; the time and what is remembered come in as arguments.
import type { Arm } from '../call/arm.ts';
import { TierlineError } from '../call/errors.ts';
import { emptyPlan, type PinOrder, type Plan, type Reason } from '../call/plan.ts';
import type { Caller, View } from '../call/view.ts';
import { type Asked, gatherLimits } from './asked.ts';
import { otherwiseOf, toAttempts } from './attempts.ts';
import { leaveOutBypassed, withInstead } from './bypass.ts';
import { considerCache } from './caching.ts';
import { soleModelOf } from './embeddings.ts';
import { explore } from './explore.ts';
import { type Candidate, GUARD_ERRORS, GUARDS, judge } from './guard.ts';
import { sortByMode } from './mode.ts';
import { asksForRoute, concreteModel, observedModel } from './named-model.ts';
import { keepToPin } from './pin.ts';
import type { Policy, PolicyModel, PolicyRoute, PolicyRule, PolicyTask } from './policy.ts';
import { learnedGateOf, predict } from './predict.ts';
import { armOf, onArm, pinOnArm, sayArm } from './rollout.ts';
import { findSession, type Session } from './session.ts';
import { NO_STATE, type PlanState } from './state.ts';
import { namedTask } from './task-name.ts';

export { TOKENS_PER_IMAGE } from './expected-cost.ts';

/** How the reason begins that a task was found by its match. */
export const MATCHES = 'the request matches';

/** The guards left no model. The plan has no attempts, but the task of the call and what the guards said. */
export class NothingLeft extends TierlineError {
  readonly plan: Plan;

  constructor(refusal: TierlineError, plan: Plan) {
    super(refusal.code, refusal.message, refusal.param === undefined ? {} : { param: refusal.param });
    this.plan = plan;
  }
}

/**
 * The plan for one call.
 * Throws TierlineError: `model_not_found` for a name nobody configured, `invalid_request` for a ceiling that is no amount,
 * and, as NothingLeft, when the guards leave no model `context_length_exceeded`, `unsupported`, `model_not_allowed`, `cost_limit_exceeded`
 * or `latency_limit_exceeded`, with the guard's numbers.
 */
export function decide(policy: Policy, view: View, caller: Caller, state: PlanState = NO_STATE): Plan {
  return conclude(begin(policy, view, caller, state));
}

/** A decision whose route is known and whose models are not yet: what a predictor has to wait for can be fetched now. */
export interface Begun {
  asked: Asked;
  models: readonly PolicyModel[];
  reasons: Reason[];
}

/** The first half of `decide`. Throws what it throws for names and ceilings. */
export function begin(policy: Policy, view: View, caller: Caller, state: PlanState): Begun {
  const reasons: Reason[] = [];
  return { ...ask({ policy, view, caller, state, isThorough: false }, reasons), reasons };
}

/** The second half of `decide`; `embedding` is the request's, where one was fetched. Throws NothingLeft. */
export function conclude({ asked, models, reasons }: Begun, embedding: Float32Array | null = null): Plan {
  const whole = embedding === null ? asked : { ...asked, state: { ...asked.state, embedding } };
  const candidates = models.map((model) => judge(model, whole));
  return planFor(candidates, whole, reasons);
}

type Question = Pick<Asked, 'policy' | 'view' | 'caller' | 'state' | 'isThorough'>;

/** What is asked of the planner, and of which models. */
export function ask(question: Question, reasons: Reason[]): { asked: Asked; models: PolicyModel[] } {
  const { policy, view, caller, state } = question;
  const task = findTask(question, reasons);
  const limits = (): ReturnType<typeof gatherLimits> => gatherLimits(question, task, null);
  if (policy.observing !== null) {
    const model = observedModel(policy, policy.observing, view, reasons);
    const asked = { ...question, task, arm: null, route: null, session: null, pin: null, ...limits() };
    return { asked, models: [model] };
  }
  if (!asksForRoute(view) && !(task?.claimsModels && task.matches(view, caller, state.nowMs))) {
    const model = concreteModel(policy, view, reasons);
    const marksCache = view.kind === 'chat' && (task?.marksCache ?? policy.marksCache);
    const session = marksCache ? findSession(question, { task: task?.name ?? null, model: model.name }, true) : null;
    const pin = session === null ? null : pinOf(session, question);
    return { asked: { ...question, task, arm: null, route: null, session, pin, ...limits() }, models: [model] };
  }
  return view.kind === 'embedding' ? askForVectors(question, task, reasons) : askRoute(question, task, reasons);
}

function askForVectors(question: Question, task: PolicyTask | null, reasons: Reason[]): ReturnType<typeof ask> {
  const written = writtenFor(question, task, null);
  const hasNone = written.usual === null && written.rules.length === 0;
  const route = hasNone ? null : routeOf(written, { ...question, pin: null }, reasons).route;
  const limits = gatherLimits(question, task, null);
  const asked = { ...question, task, arm: null, route: null, session: null, pin: null, ...limits };
  return { asked, models: [soleModelOf(route, question.policy)] };
}

function askRoute(question: Question, written: PolicyTask | null, reasons: Reason[]): ReturnType<typeof ask> {
  const { policy, view } = question;
  const side = written === null ? null : armOf(written, question);
  const task = written === null ? null : onArm(written, side);
  const routes = writtenFor(question, task, side);
  const { rules, usual } = routes;
  const session = sessionOf(question, task, [...rules.map((rule) => rule.route), ...(usual === null ? [] : [usual])]);
  const found = session === null ? null : pinOf(session, question);
  const pin = pinOnArm(found, side, { task: written, view });
  const { route, arm } = routeOf(routes, { ...question, pin }, reasons);
  const bypass = written === null ? null : question.state.bypassOf(written.name);
  const names = withInstead(route.models, bypass);
  const models = names.flatMap((name) => policy.models.get(name) ?? []);
  return { asked: { ...question, task, arm, route, session, pin, ...gatherLimits(question, task, route) }, models };
}

/** Guards have spoken: mode or forecast, pin and cascade make the plan of what they left. Throws when that is nothing. */
export function planFor(candidates: readonly Candidate[], asked: Asked, reasons: Reason[]): Plan {
  for (const { model, verdicts, refusal } of candidates) {
    for (const { isPassed, isKnown, say } of verdicts) {
      if (!isPassed) reasons.push({ step: 'guard', say: `${model.name} skipped: ${say}` });
      else if (!isKnown && refusal === null) reasons.push({ step: 'guard', say: `${model.name} stays: ${say}` });
    }
  }
  const allowed = candidates.filter(({ refusal }) => refusal === null);
  if (allowed.length === 0) {
    const plan = { ...emptyPlan(), task: asked.task?.name ?? null, arm: asked.arm, reasons };
    throw new NothingLeft(refusalOf(candidates, asked), plan);
  }
  const { route, session } = asked;
  const foreseen = predict(sortByMode(leaveOutBypassed(allowed, asked, reasons), asked, reasons), asked, reasons);
  const kept = keepToPin(foreseen.candidates, foreseen.asked, reasons);
  const { order, asked: settled, prediction } = explore(kept, foreseen, reasons);
  const attempts = toAttempts(order, settled, reasons);
  return {
    task: asked.task?.name ?? null,
    arm: asked.arm,
    session: session?.name ?? null,
    pin: session === null ? null : pinOrderOf(session, asked),
    attempts,
    reasons,
    stream: route?.stream ?? HOLD,
    otherwise: otherwiseOf(route, asked.task),
    cache: considerCache(order.candidates[0] as Candidate, asked, reasons),
    prediction,
    // Where a pin has left nothing to go on to, there is nothing to decide after an answer.
    learnedGate: attempts[1]?.after === 'any' ? learnedGateOf(settled) : null,
  };
}

function pinOrderOf({ key }: Session, { route, view, arm, pin }: Asked): PinOrder {
  const candidateOf = arm?.arm === 'candidate' ? arm.rollout : null;
  return { key, route: route?.say ?? view.model, candidateOf, previous: pin };
}

const HOLD = Object.freeze({ mode: 'hold', tokens: 0 });

/** The error of the guard that the most suitable model failed: it is the one that can be helped. */
function refusalOf(candidates: readonly Candidate[], { view, route }: Asked): TierlineError {
  const refusals = candidates.flatMap(({ model, refusal }) => (refusal === null ? [] : [{ model, refusal }]));
  const depth = Math.max(...refusals.map(({ refusal }) => GUARDS.indexOf(refusal.guard)));
  const guard = GUARDS[depth] as (typeof GUARDS)[number];
  const said = refusals.map(({ model, refusal }) => `${model.name} skipped: ${refusal.say}`).join('; ');
  const code = GUARD_ERRORS[guard];
  if (route === null)
    return new TierlineError(code, `The model "${view.model}" cannot be used here (${said}).`, { param: 'model' });
  return guard === 'context'
    ? new TierlineError(code, `The request is too long for every model of the route (${said}).`, { param: 'messages' })
    : new TierlineError(code, `No model of the route may serve this request (${said}).`, { param: 'model' });
}

/**
 * The session whose model there is something to keep to. A name is taken wherever the plan has more than one model; the
 * text, which has to be parsed and hashed, only where the same conversation may get different ones.
 */
function sessionOf(question: Question, task: PolicyTask | null, routes: readonly PolicyRoute[]): Session | null {
  const { policy } = question;
  const isFlexible =
    (task?.marksCache ?? policy.marksCache) ||
    routes.length > 1 ||
    routes.some((route) => route.isCascade || route.mode !== null || route.predict !== null);
  if (!isFlexible && routes.every((route) => route.models.length < 2)) return null;
  return findSession(question, { task: task?.name ?? null, model: null }, isFlexible);
}

/** A conversation told only by its text has a past only when there is an answer in it. */
function pinOf({ key, openingKey }: Session, { view, state }: Question): Asked['pin'] {
  if (openingKey === null) return state.pinOf(key);
  return view.hasAnswer ? (state.pinOf(key) ?? state.pinOf(openingKey)) : null;
}

/** The routes that a call may go by. */
interface Written {
  rules: readonly PolicyRule[];
  /** Where it goes when no rule holds. */
  usual: PolicyRoute | null;
  step: 'default' | 'route';
  /** The side of a rollout whose route `usual` is; null for none. */
  arm: Arm | null;
}

/** The route of a call, and the side of a rollout that decided it. */
interface Choice {
  route: PolicyRoute;
  arm: Arm | null;
}

function writtenFor({ policy }: Question, task: PolicyTask | null, arm: Arm | null): Written {
  return task === null
    ? { rules: policy.rules, usual: policy.defaultRoute, step: 'default', arm }
    : { rules: task.rules, usual: task.route, step: 'route', arm };
}

/** Where a rule decides, or did when a tool loop began, no side of a rollout does. */
function routeOf(
  { rules, usual, step, arm }: Written,
  { view, caller, state, pin }: Question & Pick<Asked, 'pin'>,
  reasons: Reason[],
): Choice {
  const tell = (say: string): number =>
    reasons.push(arm === null ? { step, say } : { step: 'rollout', say: `${sayArm(arm)}: ${say}` });
  if (pin !== null && rules.length > 0 && view.isInToolLoop) {
    const say = `${pin.route}, as before in this tool loop`;
    const leadsOn = (route: PolicyRoute): boolean => route.say === pin.route && route.models.includes(pin.model);
    const kept = rules.find(({ route }) => leadsOn(route));
    if (kept !== undefined) {
      reasons.push({ step, say });
      return { route: kept.route, arm: null };
    }
    if (usual !== null && leadsOn(usual)) {
      tell(say);
      return { route: usual, arm };
    }
  }
  const rule = rules.find((one) => one.matches(view, caller, state.nowMs));
  if (rule !== undefined) {
    reasons.push({ step: 'rule', say: `${rule.say}: ${rule.route.say}` });
    return { route: rule.route, arm: null };
  }
  if (usual === null) {
    throw new TierlineError('model_not_found', 'No task matches this request and there is no default route.', {
      param: 'model',
    });
  }
  tell(usual.say);
  return { route: usual, arm };
}

function findTask({ policy, view, caller, state }: Question, reasons: Reason[]): PolicyTask | null {
  const named = namedTask(view, caller);
  if (named !== null) {
    const task = policy.tasksByName.get(named.name);
    if (task !== undefined) {
      reasons.push({ step: 'task', say: `${named.from} names the task ${task.name}` });
      return task;
    }
    if (named.binding) {
      const known = [...policy.tasksByName.keys()].slice(0, 10).join(', ') || 'none';
      throw new TierlineError('model_not_found', `There is no task "${named.name}". Tasks: ${known}.`, {
        param: 'model',
      });
    }
    reasons.push({ step: 'task', say: `${named.from} names ${named.name}, which is no configured task` });
  }
  const task = policy.tasks.find((candidate) => candidate.matches(view, caller, state.nowMs)) ?? null;
  if (task !== null) reasons.push({ step: 'task', say: `${MATCHES} the task ${task.name}` });
  return task;
}
