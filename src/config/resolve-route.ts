// Makes routes of what the file says: which models are tried, in which order, and how.
import type { ModelConfig, ProviderConfig, RouteConfig, RouteTarget } from './config.ts';
import { type Names, type Report, unknownName } from './names.ts';
import type { Path } from './problem.ts';
import type { FileRoute, FileRouteObject } from './route-schema.ts';

/** What a route can lead to. Models that are broken are in `names` only. */
export interface Ladder {
  names: Names;
  models: ReadonlyMap<string, ModelConfig>;
  providers: ReadonlyMap<string, ProviderConfig>;
  report: Report;
  /** Folder that relative paths count from. */
  folder: string;
}

/** The route with its names looked up; unknown ones are reported. */
export function resolveRoute(file: FileRoute, path: Path, ladder: Ladder): RouteConfig {
  if (typeof file === 'string') return plainRoute(resolveTarget(file, path, ladder));
  const own = ownTargets(file, path, ladder);
  const targets: RouteTarget[] = [];
  const add = (target: RouteTarget, place: Path): void => {
    if (targets.some((other) => other.kind === target.kind && other.name === target.name)) {
      ladder.report({ path: place, at: 'value', message: `"${target.name}" stands in this route already` });
    }
    targets.push(target);
  };
  for (const { target, place } of own) add(target, place);
  for (const [index, name] of (file.fallback ?? []).entries()) {
    const place = [...path, 'fallback', index];
    add(resolveTarget(name, place, ladder), place);
  }
  return {
    targets: targets as [RouteTarget, ...RouteTarget[]],
    ownCount: own.length,
    isCascade: file.cascade !== undefined,
    mode: resolveMode(file),
    attemptTimeoutMs: file.attempt_timeout ?? null,
    hedge: file.hedge === undefined ? null : { below: file.hedge.below, afterMs: file.hedge.after },
    stream: resolveStream(file.stream),
    otherwise: file.otherwise ?? null,
    latencyMs: file.latency ?? null,
  };
}

/** A route to one target, everything else as when it is left out. */
export function plainRoute(target: RouteTarget): RouteConfig {
  return {
    targets: [target],
    ownCount: 1,
    isCascade: false,
    mode: null,
    attemptTimeoutMs: null,
    hedge: null,
    stream: { mode: 'hold', tokens: 0 },
    otherwise: null,
    latencyMs: null,
  };
}

function ownTargets(file: FileRouteObject, path: Path, ladder: Ladder): { target: RouteTarget; place: Path }[] {
  const list = file.cascade ?? file.among;
  if (list !== undefined) {
    const key = file.cascade === undefined ? 'among' : 'cascade';
    return list.map((name, index) => {
      const place = [...path, key, index];
      return { target: resolveTarget(name, place, ladder), place };
    });
  }
  const target =
    file.tier === undefined
      ? resolveModelTarget(file.model ?? '', [...path, 'model'], ladder)
      : resolveTierTarget(file.tier, [...path, 'tier'], ladder);
  return [{ target, place: path }];
}

function resolveMode({ quality, max_cost_usd: most }: FileRouteObject): RouteConfig['mode'] {
  if (quality !== undefined) return { best: 'cost', quality };
  return most === undefined ? null : { best: 'quality', maxCostNanoUsd: Math.round(most * 1e9) };
}

function resolveStream(stream: FileRouteObject['stream']): RouteConfig['stream'] {
  if (typeof stream === 'object') return { mode: 'first-tokens', tokens: stream.first_tokens };
  return { mode: stream ?? 'hold', tokens: 0 };
}

/** Whether a route leads to a model, fallbacks included. */
export function isReached(model: Pick<ModelConfig, 'name' | 'tier'>, route: Pick<RouteConfig, 'targets'>): boolean {
  return route.targets.some(({ kind, name }) => name === (kind === 'model' ? model.name : model.tier));
}

/** A name of the file as a model or, when there is no such model, a tier; an unknown one is reported. */
export function resolveTarget(name: string, path: Path, ladder: Ladder): RouteTarget {
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
