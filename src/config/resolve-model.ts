// Makes a model of what the file says about it: its deployments, its rung of the ladder, the operator's prices.
import { kindByName } from '../catalog/model-kind.ts';
import type { DeploymentConfig, ModelConfig, PriceOverride } from './config.ts';
import { type Names, type Report, unknownName } from './names.ts';
import type { Path } from './problem.ts';
import type { FileModel } from './schema.ts';
import { WELL_KNOWN } from './well-known.ts';

type FileModelObject = Exclude<FileModel, string>;

export function resolveModel(
  name: string,
  written: FileModel,
  { names, report }: { names: Names; report: Report },
): ModelConfig {
  const path: Path = ['models', name];
  const file: FileModelObject = typeof written === 'string' ? { use: written } : written;
  const usePath = typeof written === 'string' ? path : [...path, 'use'];
  const deployments =
    file.use !== undefined
      ? [resolveUse(file.use, 1, { path: usePath, names, report })]
      : (file.deployments ?? []).map(({ use, weight }, index) =>
          resolveUse(use, weight, { path: [...path, 'deployments', index, 'use'], names, report }),
        );
  const kind = file.kind ?? kindByName(deployments[0]?.upstreamModel ?? '');
  const tier = resolveTier(name, file.tier, { names, report });
  if (kind === 'embedding' && tier !== null) refuseTier(name, tier, { isWritten: file.tier !== undefined, report });
  return {
    name,
    tier,
    deployments,
    usdPerMillion: file.price === undefined ? null : resolvePrice(file.price),
    contextWindow: file.context_window ?? null,
    maxOutputTokens: file.max_output_tokens ?? null,
    capabilities: file.capabilities ?? null,
    kind,
  };
}

function resolveUse(
  use: string,
  weight: number,
  { path, names, report }: { path: Path; names: Names; report: Report },
): DeploymentConfig {
  const slash = use.indexOf('/');
  const provider = use.slice(0, slash);
  if (!names.providers.has(provider)) {
    const finding = unknownName('provider', provider, { path, known: names.providers });
    report(isOffered(provider) ? { ...finding, hint: `Add it: providers: { ${offer(provider)} }` } : finding);
  }
  return { provider, upstreamModel: use.slice(slash + 1), weight };
}

function isOffered(provider: string): boolean {
  return provider === 'simulated' || WELL_KNOWN.has(provider);
}

function offer(provider: string): string {
  const variable = WELL_KNOWN.get(provider)?.keyVariables[0];
  return `${provider}: ${variable === undefined ? '{}' : `{ api_key: \${${variable}} }`}`;
}

/** Routes over a tier are for questions; vectors are asked for by the model's name. */
function refuseTier(name: string, tier: string, { isWritten, report }: { isWritten: boolean; report: Report }): void {
  const message = `is an embedding model and stands on no tier, but ${isWritten ? `has the tier "${tier}"` : 'has the name of one'}`;
  const hint = isWritten ? 'Leave `tier` out.' : 'Give the model another name.';
  report({ path: ['models', name, ...(isWritten ? ['tier'] : [])], at: isWritten ? 'value' : 'key', message, hint });
}

/** A model named like a rung stands on it. */
function resolveTier(
  name: string,
  written: string | undefined,
  { names, report }: { names: Names; report: Report },
): string | null {
  const { tiers } = names;
  if (tiers === null) return written ?? null;
  if (written !== undefined && !tiers.has(written)) {
    report(unknownName('tier', written, { path: ['models', name, 'tier'], known: tiers }));
  } else if (written !== undefined && tiers.has(name) && written !== name) {
    const message = `stands on the tier "${written}" but has the name of the tier "${name}"`;
    report({ path: ['models', name, 'tier'], at: 'value', message, hint: 'Give the model another name.' });
  }
  return written ?? (tiers.has(name) ? name : null);
}

function resolvePrice(price: NonNullable<FileModelObject['price']>): PriceOverride {
  const { input, output, cache_read, cache_write_5m, cache_write_1h } = price;
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(cache_read === undefined ? {} : { cacheRead: cache_read }),
    ...(cache_write_5m === undefined ? {} : { cacheWrite5m: cache_write_5m }),
    ...(cache_write_1h === undefined ? {} : { cacheWrite1h: cache_write_1h }),
  };
}
