// Which tasks an alarm about a model is about: those whose routes may lead to it.
import type { Config, ModelConfig, RouteConfig } from '../config/config.ts';
import type { Alarm } from '../watch/alarm.ts';

/** The task of an alarm, or every task that the model it is about may serve; none for what is about neither. */
export function tasksAffected({ task, evidence }: Alarm, config: Config): string[] {
  if (task !== null) return [task];
  const { provider, upstreamModel, model: name } = evidence;
  const models = [...config.models.values()].filter(
    (model) =>
      model.name === name ||
      model.deployments.some((place) => place.provider === provider && place.upstreamModel === upstreamModel),
  );
  if (models.length === 0) return [];
  return [...config.tasks.values()]
    .filter(({ route, rules }) => [route, ...rules.map((rule) => rule.route)].some((one) => isServed(one, models)))
    .map((one) => one.name);
}

function isServed({ targets, predict }: RouteConfig, models: readonly ModelConfig[]): boolean {
  const among = predict?.among ?? [];
  return models.some(
    ({ name, tier }) =>
      among.includes(name) || targets.some((target) => target.name === (target.kind === 'model' ? name : tier)),
  );
}
