// Points about the models that the routes of a task lead to: prices, windows, and what stands in for them.
import { toUsage } from '../../call/usage.ts';
import { percent } from '../profile/verdict.ts';
import { missing, ok, type Point } from './point.ts';
import { isChosen, keyOf, modelsOf, type PlacedRoute, routesOf, type TaskFacts } from './task-facts.ts';

/** What a price is asked for: a page of prompt, a paragraph of answer. */
const USUAL = toUsage({ inputTokens: 1000, outputTokens: 200 });

export function routePoints(facts: TaskFacts): Point[] {
  return [pricePoint(facts), windowPoint(facts), ...standInPoints(facts)];
}

function pricePoint(facts: TaskFacts): Point {
  const models = modelsOf(facts);
  const unpriced = models.filter(({ priceOf }) => priceOf(USUAL, facts.nowMs, null) === null).map(({ name }) => name);
  if (unpriced.length === 0)
    return ok('price', `every model has a price: ${models.map(({ name }) => name).join(', ')}`);
  return missing('price', `not every price is known: ${unpriced.join(', ')}`, `models.${unpriced[0]}.price`);
}

function windowPoint(facts: TaskFacts): Point {
  const { largestTokens } = facts.task.input;
  if (largestTokens === null)
    return missing('window', 'how long its longest requests are is not said', keyOf(facts, 'input.largest_tokens'));
  const models = modelsOf(facts);
  const unknown = models.filter(({ inputLimit }) => inputLimit === null).map(({ name }) => name);
  const small = models.filter(({ inputLimit }) => inputLimit !== null && inputLimit < largestTokens);
  if (small.length > 0) {
    const said = small.map(({ name, inputLimit }) => `${name} takes ${inputLimit}`).join(', ');
    return missing('window', `requests of ${largestTokens} tokens do not fit: ${said}`, keyOf(facts, 'route'));
  }
  if (unknown.length > 0)
    return missing(
      'window',
      `how much fits is not known: ${unknown.join(', ')}`,
      `models.${unknown[0]}.context_window`,
    );
  return ok('window', `requests of ${largestTokens} tokens fit every model of its routes`);
}

/** Whoever is tried last needs somebody to stand in, whose answers are good enough as far as they were measured. */
function standInPoints(facts: TaskFacts): Point[] {
  return routesOf(facts).map((placed) => {
    const { at, route, own } = placed;
    const last = own.at(-1);
    const code = 'stand_in';
    const names = standInsOf(placed);
    const weak = sayWeak(facts, names);
    if (weak !== null) return missing(code, `${at}: ${weak}`, keyOf(facts, at));
    if (placed.all.length > own.length) return ok(code, `${at}: ${names.join(', ')} stands in for an outage`);
    if (last !== undefined && last.deployments.length > 1)
      return ok(code, `${at}: ${last.name} has ${last.deployments.length} deployments`);
    if (!route.isCascade && own.length > 1)
      return ok(code, `${at}: ${own.map(({ name }) => name).join(', ')} stand in for each other`);
    return missing(
      code,
      `${at}: nothing stands in for ${last?.name ?? 'its model'} when it is out`,
      `${keyOf(facts, at)}: { fallback: ... }, or a second deployment of ${last?.name ?? 'it'}`,
    );
  });
}

/** Fallbacks; without any, the others of a route that is a single step. What a choice by pass rate may choose is its own matter. */
function standInsOf({ route, own, all }: PlacedRoute): string[] {
  const fallbacks = all.slice(own.length);
  const others = route.isCascade || isChosen(route) ? [] : own.slice(1);
  return (fallbacks.length > 0 ? fallbacks : others).map(({ name }) => name);
}

function sayWeak({ evidence }: TaskFacts, names: readonly string[]): string | null {
  const weak = (evidence.profile.value?.models ?? []).filter(
    ({ model, verdict }) => verdict === 'next' && names.includes(model),
  );
  if (weak.length === 0) return null;
  return weak
    .map(({ model, passRate: { share } }) => `${model} stands in, whose answers pass in ${percent(share ?? 0)} only`)
    .join('; ');
}
