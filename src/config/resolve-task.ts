// Makes tasks and routes of what the file says: which requests a task claims and which models it may go to.
import type {
  MatchRule,
  ModelConfig,
  ProviderConfig,
  RouteConfig,
  RouteTarget,
  TaskConfig,
  WhenRule,
} from './config.ts';
import { type Names, type Report, unknownName } from './names.ts';
import type { Path } from './problem.ts';
import { refuseMissingGate, refusePublicJudges, resolveAccept } from './resolve-accept.ts';
import type { FileMatch, FileRoute, FileRule, FileTask } from './task-schema.ts';

/** What a route can lead to. Models that are broken are in `names` only. */
export interface Ladder {
  names: Names;
  models: ReadonlyMap<string, ModelConfig>;
  providers: ReadonlyMap<string, ProviderConfig>;
  report: Report;
  /** Folder that relative paths count from. */
  folder: string;
}

export function resolveTasks(
  file: Readonly<Record<string, FileTask>>,
  isStrict: boolean,
  ladder: Ladder,
): ReadonlyMap<string, TaskConfig> {
  const tasks = new Map<string, TaskConfig>();
  for (const [name, task] of Object.entries(file))
    tasks.set(name, resolveTask(name, { strict: isStrict, ...task }, ladder));
  refuseEqualRules(tasks, ladder.report);
  return tasks;
}

function resolveTask(name: string, file: FileTask, ladder: Ladder): TaskConfig {
  const path: Path = ['tasks', name];
  const task: TaskConfig = {
    name,
    owner: file.owner ?? null,
    description: file.description ?? null,
    match: file.match === undefined ? [] : resolveMatch(file.match, [...path, 'match'], ladder.report),
    consequence: file.consequence ?? null,
    typicalOutputTokens: file.output?.typical_tokens ?? null,
    isPrivate: file.private,
    isStrict: file.strict ?? false,
    accept: resolveAccept(file.accept, [...path, 'accept'], ladder),
    route: resolveRoute(file.route, [...path, 'route'], ladder),
  };
  refuseMissingGate(task, ladder.report);
  if (task.isPrivate) {
    refusePublicModels(task, ladder);
    refusePublicJudges(task, ladder);
  }
  return task;
}

/** The route with its names looked up; unknown ones are reported. */
export function resolveRoute(file: FileRoute, path: Path, ladder: Ladder): RouteConfig {
  if (typeof file === 'string') return { targets: [resolveTarget(file, path, ladder)] };
  const first =
    file.tier === undefined
      ? resolveModelTarget(file.model ?? '', [...path, 'model'], ladder)
      : resolveTierTarget(file.tier, [...path, 'tier'], ladder);
  const targets: [RouteTarget, ...RouteTarget[]] = [first];
  for (const [index, name] of (file.fallback ?? []).entries()) {
    const place = [...path, 'fallback', index];
    const target = resolveTarget(name, place, ladder);
    if (targets.some((other) => other.kind === target.kind && other.name === target.name)) {
      ladder.report({ path: place, at: 'value', message: `"${name}" stands in this route already` });
    }
    targets.push(target);
  }
  return { targets };
}

function resolveTarget(name: string, path: Path, ladder: Ladder): RouteTarget {
  const { models, tiers } = ladder.names;
  if (models.has(name)) return { kind: 'model', name };
  if (tiers === null || tiers.has(name)) return resolveTierTarget(name, path, ladder);
  ladder.report(unknownName('model or tier', name, { path, known: [...models, ...tiers] }));
  return { kind: 'model', name };
}

function resolveModelTarget(name: string, path: Path, ladder: Ladder): RouteTarget {
  const { names, report } = ladder;
  if (!names.models.has(name)) {
    const finding = unknownName('model', name, { path, known: names.models });
    report(names.tiers?.has(name) ? { ...finding, hint: `"${name}" is a tier: write tier: ${name}` } : finding);
  }
  return { kind: 'model', name };
}

function resolveTierTarget(name: string, path: Path, ladder: Ladder): RouteTarget {
  const { names, models, report } = ladder;
  const target: RouteTarget = { kind: 'tier', name };
  if (names.tiers === null) return target;
  if (!names.tiers.has(name)) {
    const finding = unknownName('tier', name, { path, known: names.tiers });
    report(names.models.has(name) ? { ...finding, hint: `"${name}" is a model: write model: ${name}` } : finding);
  } else if (models.size === names.models.size && ![...models.values()].some((model) => model.tier === name)) {
    report({
      path,
      at: 'value',
      message: `no model stands on the tier "${name}"`,
      hint: `Give a model \`tier: ${name}\`.`,
    });
  }
  return target;
}

function refusePublicModels(task: TaskConfig, { models, providers, report }: Ladder): void {
  const isReached = (model: ModelConfig): boolean =>
    task.route.targets.some(({ kind, name }) => name === (kind === 'model' ? model.name : model.tier));
  for (const model of models.values()) {
    const open = model.deployments.find((deployment) => providers.get(deployment.provider)?.isPrivate === false);
    if (open === undefined || !isReached(model)) continue;
    const message = `is a private task, but its model "${model.name}" is served by "${open.provider}", which is not private`;
    const hint = `Route it to models of private providers only, or set \`private: true\` for "${open.provider}" if it is one.`;
    report({ path: ['tasks', task.name, 'route'], at: 'value', message, hint });
  }
}

function resolveMatch(file: FileMatch, path: Path, report: Report): MatchRule[] {
  if (file.any === undefined) return [resolveRule(file, path, report)];
  return file.any.map((rule, index) => resolveRule(rule, [...path, 'any', index], report));
}

function resolveRule(file: FileRule, path: Path, report: Report): MatchRule {
  const headers = Object.entries(file.header ?? {}).map(([name, values]) => [name.toLowerCase(), values] as const);
  const metadata = Object.entries(file.metadata ?? {});
  const paths = file.path ?? [];
  const odd = paths.findIndex((pattern) => !pattern.startsWith('/') && !pattern.startsWith('*'));
  if (odd !== -1)
    report({ path: [...path, 'path'], at: 'value', message: `a path begins with a slash: /${paths[odd]}` });
  return {
    headers: new Map(headers),
    metadata: new Map(metadata),
    models: file.model ?? [],
    paths,
    when: file.when === undefined ? null : resolveWhen(file.when, [...path, 'when'], report),
  };
}

function resolveWhen(file: NonNullable<FileRule['when']>, path: Path, report: Report): WhenRule {
  const { min_input_tokens: min = null, max_input_tokens: max = null } = file;
  if (min !== null && max !== null && min > max) {
    report({
      path: [...path, 'min_input_tokens'],
      at: 'value',
      message: 'is above max_input_tokens, so no request can match',
    });
  }
  return {
    minInputTokens: min,
    maxInputTokens: max,
    hasTools: file.has_tools ?? null,
    hasImages: file.has_images ?? null,
    hasSchema: file.has_schema ?? null,
    stream: file.stream ?? null,
    contains: (file.contains ?? []).map((part) => part.toLowerCase()),
    matches: file.matches ?? null,
  };
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
