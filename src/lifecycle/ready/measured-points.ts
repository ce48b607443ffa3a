// Points about what was measured of a task: whether a profile still stands, what it allows, and how fast answers come.
import { isDeepStrictEqual } from 'node:util';
import { gatesChanged } from '../../evidence/priors.ts';
import { otherwiseOf } from '../../policy/attempts.ts';
import { describeValues } from '../../stats/quantile.ts';
import { candidatesOf, upstreamsIn } from '../profile/candidate.ts';
import type { ModelProfile, Profile } from '../profile/profile.ts';
import { percent } from '../profile/verdict.ts';
import { missing, ok, open, type Point } from './point.ts';
import { isChosen, isGated, isLadder, keyOf, type PlacedRoute, routesOf, type TaskFacts } from './task-facts.ts';

const DAY_MS = 86_400_000;

/** Without a profile that can be read, one point says so for all that need it. */
export function measuredPoints(facts: TaskFacts): Point[] {
  const { profile, samplesDigest } = facts.evidence;
  const mend = `tierline profile ${facts.task.name}`;
  const problem = profile.problem ?? samplesDigest.problem;
  if (problem !== null) return [missing('profile', problem, mend), latencyPoint(facts)];
  if (profile.value === null)
    return [missing('profile', 'no model has been measured on it', mend), latencyPoint(facts)];
  return [
    profilePoint(facts, profile.value, mend),
    thresholdPoint(facts, profile.value, mend),
    ...routesOf(facts).map((route) => tierPoint(facts, profile.value as Profile, { route, mend })),
    latencyPoint(facts),
  ];
}

/** Models that take the traffic of the task; what only stands in for an outage is not held against evidence. */
function ownModels(facts: TaskFacts): string[] {
  return [...new Set(routesOf(facts).flatMap(({ own }) => own.map(({ name }) => name)))];
}

/** A profile stands as long as it is young, and samples, gates and upstream models are the ones that it is of. */
function profilePoint(facts: TaskFacts, profile: Profile, mend: string): Point {
  const { evidence, nowMs, maxAgeMs } = facts;
  if (profile.stale !== undefined) return missing('profile', `it is marked as stale: ${profile.stale.reason}`, mend);
  const measured = new Map(profile.models.map((model) => [model.model, model]));
  const names = ownModels(facts);
  const unmeasured = names.filter((name) => (measured.get(name)?.judged ?? 0) === 0);
  if (unmeasured.length > 0) return missing('profile', `not measured: ${unmeasured.join(', ')}`, mend);
  const moved = names.filter((name) => !isSameUpstream(facts, measured.get(name) as ModelProfile));
  if (moved.length > 0)
    return missing('profile', `other upstream models stand behind ${moved.join(', ')} than were measured`, mend);
  if (profile.samples.digest !== evidence.samplesDigest.value)
    return missing('profile', 'it was measured on other samples than there are now', mend);
  const others = sayOtherGates(facts, profile);
  if (others !== null) return missing('profile', `it was made with other gates: ${others}`, mend);
  const oldest = Math.min(...names.map((name) => Date.parse(measured.get(name)?.firstAt ?? profile.madeAt)));
  const days = Math.floor((nowMs - oldest) / DAY_MS);
  if (nowMs - oldest > maxAgeMs)
    return missing('profile', `its answers are up to ${days} days old`, `${mend}, with the kept answers moved away`);
  return ok('profile', `measured on ${profile.samples.count} samples, ${days === 0 ? 'today' : `${days} days ago`}`);
}

/** Null: with those in force. Gates beyond them may be of single samples, where these have any. */
function sayOtherGates({ task, evidence }: TaskFacts, profile: Profile): string | null {
  const changed = gatesChanged(profile, task);
  const more = evidence.hasSampleGates ? [] : changed.more;
  if (changed.missing.length + more.length === 0) return null;
  return [...changed.missing.map((gate) => `without ${gate}`), ...more.map((gate) => `with ${gate}`)].join(', ');
}

function isSameUpstream({ policy, policyTask, config }: TaskFacts, { model, upstream }: ModelProfile): boolean {
  const upstreamsOf = upstreamsIn(config.models);
  const [candidate] = candidatesOf(policy, policyTask, { names: [model], upstreamsOf }).chosen;
  return isDeepStrictEqual((candidate?.upstreams ?? []).toSorted(), upstream.toSorted());
}

/** Verdicts are given at thresholds; they say nothing at others. */
function thresholdPoint({ task }: TaskFacts, { thresholds }: Profile, mend: string): Point {
  const { defaultFrom, gatedFrom, confidence } = task.thresholds;
  const said = `default from ${percent(defaultFrom)}, gated from ${percent(gatedFrom)}, ${percent(confidence)} sure`;
  if (isDeepStrictEqual(thresholds, task.thresholds)) return ok('thresholds', said);
  return missing('thresholds', `the configuration says ${said}, the profile was made with others`, `${mend} --offline`);
}

/** Whether every model of a route may do what the route asks of it. */
function tierPoint(
  facts: TaskFacts,
  profile: Profile,
  { route: placed, mend }: { route: PlacedRoute; mend: string },
): Point {
  const { at, route, own } = placed;
  const code = 'tier';
  const { predict } = route;
  if (predict !== null) {
    const { id, models } = predict.predictor;
    return ok(code, `${at}: the artifact ${id} decides for each request, by what it learned of ${models.join(', ')}`);
  }
  // A choice by pass rate needs to know them, whatever they are.
  const places = route.mode !== null ? own : route.isCascade ? own : own.slice(0, 1);
  const rated = places.map(({ name }, index) => {
    const model = profile.models.find((one) => one.model === name);
    const isLast = index === places.length - 1;
    return { name, model, allowed: route.mode !== null || isAllowed(facts, placed, { model, isLast }) };
  });
  const say = `${at}: ${rated.map(({ name, model }) => `${name} ${sayVerdict(model)}`).join(', ')}`;
  const undecided = rated.find(({ model }) => model?.verdict === 'undecided');
  if (undecided !== undefined && route.mode === null) {
    const more = undecided.model?.moreSamples ?? null;
    return open(code, say, more === null ? mend : `${mend}, with about ${more} more samples`);
  }
  const wrong = rated.find(({ allowed }) => !allowed);
  if (wrong === undefined) return ok(code, say);
  return missing(code, `${say}; ${wrong.name} is not good enough for its place`, keyOf(facts, at));
}

/** `default` may answer as it comes; `gated` only where gates are asked and something comes after it, be it an error. */
function isAllowed(
  { policyTask }: TaskFacts,
  { route }: PlacedRoute,
  { model, isLast }: { model: ModelProfile | undefined; isLast: boolean },
): boolean {
  if (model?.verdict === 'default') return true;
  if (route.isCascade && !isLast && policyTask.hasGates) return true;
  if (model?.verdict !== 'gated' || !isGated(route, policyTask)) return false;
  return !isLast || otherwiseOf(route, policyTask) === 'error';
}

function sayVerdict(model: ModelProfile | undefined): string {
  if (model === undefined || model.passRate.share === null) return 'not measured';
  return `${model.verdict} (${percent(model.passRate.share)} of ${model.judged})`;
}

/** By the newest evaluation of this configuration, which has whole calls; else by the profile, every step of a cascade after the other. */
function latencyPoint(facts: TaskFacts): Point {
  const { latencyBudgetMs } = facts.task;
  const code = 'latency';
  if (latencyBudgetMs === null)
    return missing(code, 'how long an answer may take is not said', keyOf(facts, 'latency_budget'));
  const { p95, by } = measuredLatency(facts);
  if (p95 === null)
    return missing(code, 'how long answers take has not been measured', `tierline evaluate ${facts.task.name}`);
  const said = `95 of 100 answers take at most ${Math.round(p95)} ms (${by}), and may take ${latencyBudgetMs} ms`;
  return p95 <= latencyBudgetMs ? ok(code, said) : missing(code, said, keyOf(facts, 'route'));
}

function measuredLatency(facts: TaskFacts): { p95: number | null; by: string } {
  const { evaluation, profile } = facts.evidence;
  const calls = [...(evaluation.value?.calls.values() ?? [])].filter(({ answer }) => answer !== null);
  const whole = describeValues(calls.map(({ latencyMs }) => latencyMs));
  if (whole !== null) return { p95: whole.p95, by: 'evaluated' };
  const p95s = new Map(profile.value?.models.map(({ model, latencyMs }) => [model, latencyMs?.p95 ?? null]));
  const routes = routesOf(facts).map(({ route, own }) => {
    const each = own.map(({ name }) => p95s.get(name) ?? null);
    if (each.includes(null)) return null;
    const times = each as number[];
    return isLadder(route)
      ? times.reduce((sum, time) => sum + time, 0)
      : Math.max(...times.slice(0, isChosen(route) ? times.length : 1));
  });
  return routes.includes(null)
    ? { p95: null, by: '' }
    : { p95: Math.max(...(routes as number[])), by: 'every step of the profile' };
}
