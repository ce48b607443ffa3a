// Points about what happens after the launch: whether anybody looks at cheap answers, and who hears of trouble.
import type { Config } from '../../config/config.ts';
import { missing, ok, open, type Point } from './point.ts';
import { routesOf, type TaskFacts } from './task-facts.ts';

/** A task whose route begins with another model than the reference has its cheap answers looked at. */
export function canaryPoint(facts: TaskFacts): Point {
  const { config, task } = facts;
  const own = config.canary?.tasks.get(task.name);
  const reference = own?.reference ?? config.baseline;
  const isCheap = routesOf(facts).some((route) => route.own.some(({ name }) => name !== reference));
  if (!isCheap) return ok('canary', `every answer is of ${reference}, which others are compared with`);
  if (own !== undefined) {
    const share = `${Math.round(own.share * 1000) / 10} %`;
    return ok('canary', `${share} of its cheap answers are answered again by ${own.reference}, by ${own.grading}`);
  }
  const mend = config.canary === null ? 'canary: { share: 5%, reference: ... }' : `tasks.${task.name}.canary`;
  return open('canary', 'nobody looks whether its cheap answers stay good', mend);
}

export function alertsPoint({ alerts }: Config): Point {
  const others = alerts.sinks.filter(({ kind }) => kind !== 'log');
  if (others.length > 0) {
    const names = [...new Set(others.map(({ kind }) => (kind === 'slack' ? 'Slack' : 'a webhook')))].join(' and ');
    return ok('alerts', `${names} hears of trouble`);
  }
  if (alerts.sinks.length === 0) return missing('alerts', 'nobody hears of trouble', 'alerts.to');
  return open('alerts', 'only the log hears of trouble', 'alerts.to: [{ webhook: ... }]');
}
