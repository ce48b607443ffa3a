// Makes routes of what the file says: which models are tried, in which order, and how. Whether artifacts can be used is told by
// load-predictors.ts.
import { resolve } from 'node:path';
import type { ModelConfig, PredictConfig, ProviderConfig, RouteConfig, RouteTarget } from './config.ts';
import { type Names, type Report, unknownName } from './names.ts';
import type { Path } from './problem.ts';
import type { FileRoute, FileRouteObject } from './route-schema.ts';
import { missingArtifact } from './schema-file.ts';

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
    targets,
    ownCount: own.length,
    isCascade: file.cascade !== undefined,
    mode: file.predict === undefined ? resolveMode(file) : null,
    predict: file.predict === undefined ? null : resolvePredict(file.predict, file, { path, ladder }),
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
    predict: null,
    attemptTimeoutMs: null,
    hedge: null,
    stream: { mode: 'hold', tokens: 0 },
    otherwise: null,
    latencyMs: null,
  };
}

interface PlacedTarget {
  target: RouteTarget;
  place: Path;
}

function ownTargets(file: FileRouteObject, path: Path, ladder: Ladder): PlacedTarget[] {
  if (file.predict !== undefined) return predictedTargets(file, path, ladder);
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

/** Those it may choose from; where it may choose from all that the artifact knows, the one it begins with, if that is named. */
function predictedTargets({ among, static: first }: FileRouteObject, path: Path, ladder: Ladder): PlacedTarget[] {
  const named = among?.map((name, index) => ({ name, place: [...path, 'among', index] }));
  const places = named ?? (first === undefined ? [] : [{ name: first, place: [...path, 'static'] }]);
  return places.map(({ name, place }) => ({ target: resolveModelTarget(name, place, ladder), place }));
}

/** How long an embedding may take, when the route does not say, ms: the sentence encoder's slowest on a busy machine take 200. */
const ENCODER_TIMEOUT_MS = 250;

function resolvePredict(
  written: string,
  route: FileRouteObject,
  { path, ladder }: { path: Path; ladder: Ladder },
): PredictConfig {
  const { among, static: first, max_cost_usd: most } = route;
  const file = resolve(ladder.folder, written);
  const missing = missingArtifact(file);
  if (missing !== null) ladder.report({ path: [...path, 'predict'], at: 'value', ...missing });
  if (first !== undefined && among !== undefined && !among.includes(first)) {
    const finding = unknownName('model', first, { path: [...path, 'static'], known: among });
    ladder.report({ ...finding, message: `"${first}" does not stand in \`among\`` });
  }
  return {
    file,
    quality: route.quality ?? null,
    promise: route.promise ?? null,
    maxCostNanoUsd: most === undefined ? null : Math.round(most * 1e9),
    among: among ?? null,
    static: first ?? null,
    exploreShare: route.explore ?? 0,
    encoderTimeoutMs: route.encoder_timeout ?? ENCODER_TIMEOUT_MS,
  };
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
