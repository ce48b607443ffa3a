// Makes tasks of what the file says: which requests a task claims, where they go and what they are limited to.
import type { MatchRule, ModelConfig, RouteConfig, RuleConfig, TaskConfig, ThresholdsConfig } from './config.ts';
import type { FileRules } from './match-schema.ts';
import type { Report } from './names.ts';
import type { Path } from './problem.ts';
import { refuseDistantJudges, refuseMissingGate, refusePublicJudges, resolveAccept } from './resolve-accept.ts';
import { resolveAudited, resolveThresholds } from './resolve-audit.ts';
import { resolveLimits } from './resolve-limits.ts';
import { type MatchContext, resolveMatch, resolveRequestRule } from './resolve-match.ts';
import { isReached, type Ladder, resolveRoute } from './resolve-route.ts';
import type { FileTask } from './task-schema.ts';

/** What a task can refer to. */
export interface TaskContext {
  ladder: Ladder;
  userTier: MatchContext['userTier'];
  /** What a task is when it does not say. */
  isStrict: boolean;
  marksCache: boolean;
  thresholds: ThresholdsConfig;
}

export function resolveTasks(
  file: Readonly<Record<string, FileTask>>,
  context: TaskContext,
): ReadonlyMap<string, TaskConfig> {
  const tasks = new Map<string, TaskConfig>();
  for (const [name, task] of Object.entries(file)) tasks.set(name, resolveTask(name, task, context));
  refuseEqualRules(tasks, context.ladder.report);
  return tasks;
}

function resolveTask(name: string, file: FileTask, context: TaskContext): TaskConfig {
  const { ladder, userTier } = context;
  const path: Path = ['tasks', name];
  const matching = { report: ladder.report, userTier };
  const task: TaskConfig = {
    name,
    owner: file.owner ?? null,
    description: file.description ?? null,
    match: file.match === undefined ? [] : resolveMatch(file.match, [...path, 'match'], matching),
    consequence: file.consequence ?? null,
    typicalOutputTokens: file.output?.typical_tokens ?? null,
    typicalPassRate: file.output?.pass_rate ?? null,
    ...resolveAudited(file, path, ladder.report),
    thresholds: resolveThresholds(file.profile, {
      usual: context.thresholds,
      path: [...path, 'profile'],
      report: ladder.report,
    }),
    ...resolveLimits(file, path, ladder),
    isStrict: file.strict ?? context.isStrict,
    accept: resolveAccept(file.accept, [...path, 'accept'], ladder),
    marksCache: file.prompt_caching === undefined ? context.marksCache : file.prompt_caching === 'auto',
    rules: resolveRules(file.rules ?? [], path, context),
    route: resolveRoute(file.route, [...path, 'route'], ladder),
  };
  refuseMissingGate(task, ladder.report);
  if (task.isPrivate) refusePublicJudges(task, ladder);
  refuseDistantJudges(task, ladder);
  for (const { route, at } of routesOf(task, path)) refuseUnfit(route, task, { path: at, ladder });
  return task;
}

/** What a route may not be for this task; `path`: of the route. */
export function refuseUnfit(
  route: RouteConfig,
  task: TaskConfig,
  { path, ladder }: { path: Path; ladder: Ladder },
): void {
  if (!(task.accept.length > 0)) refuseIdleCascade(route, path, ladder.report);
  if (task.isPrivate) refusePublicModels(route, path, ladder);
}

/** The rules of a task or of the whole file (an empty path). */
export function resolveRules(file: FileRules, path: Path, { ladder, userTier }: TaskContext): RuleConfig[] {
  return file.map(({ when, route }, index) => {
    const at = [...path, 'rules', index];
    const context = { report: ladder.report, userTier };
    return {
      when: when === undefined ? null : resolveRequestRule(when, [...at, 'when'], context),
      route: resolveRoute(route, [...at, 'route'], ladder),
    };
  });
}

function routesOf(task: TaskConfig, path: Path): { route: RouteConfig; at: Path }[] {
  return [
    ...task.rules.map(({ route }, index) => ({ route, at: [...path, 'rules', index, 'route'] })),
    { route: task.route, at: [...path, 'route'] },
  ];
}

/** Without gates and without a time limit nothing could ever make a cascade go on. */
export function refuseIdleCascade(route: RouteConfig, path: Path, report: Report): void {
  if (!route.isCascade || route.attemptTimeoutMs !== null) return;
  report({
    path: [...path, 'cascade'],
    at: 'key',
    message: 'never goes on to its second model: there are no gates that the first answer could fail',
    hint: 'Give the task gates under `accept`, or the route an `attempt_timeout`.',
  });
}

function refusePublicModels(route: RouteConfig, path: Path, { models, providers, report }: Ladder): void {
  const isPublic = (model: ModelConfig): boolean =>
    model.deployments.every((deployment) => providers.get(deployment.provider)?.isPrivate === false);
  for (const model of models.values()) {
    const provider = model.deployments[0]?.provider;
    if (provider === undefined || !isReached(model, route) || !isPublic(model)) continue;
    const message = `belongs to a private task, but its model "${model.name}" is served by "${provider}", which is not private`;
    const hint = `Route it to models of private providers only, or set \`private: true\` for "${provider}" if it is one.`;
    report({ path, at: 'value', message, hint });
  }
}

/** The first matching task wins, so a second one with the same rule would never see a request. */
function refuseEqualRules(tasks: ReadonlyMap<string, TaskConfig>, report: Report): void {
  const seen = new Map<string, string>();
  for (const task of tasks.values()) {
    for (const rule of task.match) {
      const text = canonical(rule);
      const other = seen.get(text);
      if (other === undefined) seen.set(text, task.name);
      else if (other !== task.name) {
        const message = `claims the same requests as the task "${other}", which comes first`;
        report({ path: ['tasks', task.name, 'match'], at: 'key', message });
      }
    }
  }
}

function canonical(rule: MatchRule): string {
  const entries = (map: ReadonlyMap<string, readonly string[]>): unknown =>
    [...map].map(([name, values]) => JSON.stringify([name, values.toSorted()])).toSorted();
  const { headers, metadata, models, paths, when } = rule;
  const facts = when === null ? null : { ...when, contains: when.contains.toSorted(), matches: when.matches?.source };
  return JSON.stringify([entries(headers), entries(metadata), models.toSorted(), paths.toSorted(), facts]);
}
