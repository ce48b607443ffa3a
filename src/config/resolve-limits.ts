// Makes limits of what the file says a task or a tenant may use.
import type { LimitsConfig, RouteTarget } from './config.ts';
import type { FileLimits } from './limits-schema.ts';
import { unknownName } from './names.ts';
import type { Path } from './problem.ts';
import { type Ladder, resolveTarget } from './resolve-route.ts';

export function resolveLimits(file: FileLimits, path: Path, ladder: Ladder): LimitsConfig {
  const targets = (key: 'allow' | 'deny'): RouteTarget[] =>
    (file[key] ?? []).map((name, index) => resolveTarget(name, [...path, key, index], ladder));
  if (file.regions !== undefined) refuseUnknownRegions(file.regions, [...path, 'regions'], ladder);
  return {
    isPrivate: file.private,
    regions: file.regions ?? null,
    allow: file.allow === undefined ? null : targets('allow'),
    deny: targets('deny'),
    maxCostNanoUsd: file.max_cost_usd === undefined ? null : Math.round(file.max_cost_usd * 1e9),
  };
}

/** A region that no provider is in would stop every request. Broken providers may be the ones that are. */
function refuseUnknownRegions(regions: readonly string[], path: Path, { names, providers, report }: Ladder): void {
  if (providers.size < names.providers.size) return;
  const known = [...providers.values()].flatMap(({ region }) => (region === null ? [] : [region]));
  for (const [index, region] of regions.entries()) {
    if (known.includes(region)) continue;
    const finding = unknownName('provider in the region', region, { path: [...path, index], known });
    report(known.length > 0 ? finding : { ...finding, hint: `Say where a provider runs: region: ${region}` });
  }
}
