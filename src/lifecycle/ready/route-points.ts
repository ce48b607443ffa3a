// Points about the models that the routes of a task lead to: prices, windows, and what stands in for them.
import { toUsage } from '../../call/usage.ts';
import { missing, ok, type Point } from './point.ts';
import { keyOf, modelsOf, routesOf, type TaskFacts } from './task-facts.ts';

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

/** Whoever is tried last needs somebody to stand in. */
function standInPoints(facts: TaskFacts): Point[] {
  return routesOf(facts).map(({ at, route, own, all }) => {
    const last = own.at(-1);
    const code = 'stand_in';
    if (all.length > own.length)
      return ok(
        code,
        `${at}: ${all
          .slice(own.length)
          .map(({ name }) => name)
          .join(', ')} stands in for an outage`,
      );
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
