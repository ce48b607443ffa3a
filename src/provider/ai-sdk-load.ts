// Finds an AI SDK provider package in the user's project and creates its provider. Nothing of any AI SDK is bundled.
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isObject, type JsonObject } from '../call/json.ts';

/** The parts of `ProviderV2` to `ProviderV4` of @ai-sdk/provider that are used here. */
export interface SdkProvider {
  (model: string): unknown;
  languageModel?: (model: string) => unknown;
}

export interface LoadOptions {
  /** npm name: `@ai-sdk/mistral`. */
  packageName: string;
  /** What the package's `create…` function gets. */
  options: JsonObject;
  /** Folder whose `node_modules` are searched, and those above it. */
  resolveFrom: string;
}

/** Rejects with an Error that says what to do: the package is missing, or is no provider package. */
export async function loadAiSdkProvider({ packageName, options, resolveFrom }: LoadOptions): Promise<SdkProvider> {
  const entry = findEntry(packageName, resolveFrom);
  if (entry === null) {
    throw new Error(
      `The package ${packageName} is not installed in ${resolveFrom}. Install it with: npm install ${packageName}`,
    );
  }
  const exported = (await import(pathToFileURL(entry).href)) as Record<string, unknown>;
  return findCreate(exported, packageName)(options) as SdkProvider;
}

function findEntry(packageName: string, resolveFrom: string): string | null {
  let file: string | undefined;
  try {
    file = findPackageJSON(packageName, pathToFileURL(path.join(resolveFrom, 'package.json')));
  } catch {
    return null;
  }
  if (file === undefined) return null;
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isObject(manifest)) return null;
  const main = entryOf(manifest.exports) ?? manifest.module ?? manifest.main ?? 'index.js';
  return typeof main === 'string' ? path.join(path.dirname(file), main) : null;
}

/** The file that `import` would take: conditions in the order of the package. */
function entryOf(exported: unknown): string | null {
  if (typeof exported === 'string') return exported;
  if (!isObject(exported)) return null;
  if (exported['.'] !== undefined) return entryOf(exported['.']);
  for (const [condition, target] of Object.entries(exported)) {
    if (!['import', 'node', 'module', 'default'].includes(condition)) continue;
    const entry = entryOf(target);
    if (entry !== null) return entry;
  }
  return null;
}

type Create = (options: JsonObject) => unknown;

/**
 * `createMistral` of @ai-sdk/mistral; where no name is the package's, the longest that its name contains (`createVertex` of
 * @ai-sdk/google-vertex), or the only create… function there is.
 */
function findCreate(exported: Record<string, unknown>, packageName: string): Create {
  const wanted = plain(packageName.split('/').at(-1) ?? '');
  const creators = Object.entries(exported).filter(
    ([name, value]) => /^create[A-Z]/.test(name) && typeof value === 'function',
  );
  const fitting = creators
    .filter(([name]) => wanted.includes(plain(name.slice('create'.length))))
    .sort(([a], [b]) => b.length - a.length);
  const found = fitting[0] ?? (creators.length === 1 ? creators[0] : undefined);
  if (found !== undefined) return found[1] as Create;
  const names = creators.map(([name]) => name).join(', ');
  throw new Error(
    names === ''
      ? `The package ${packageName} exports no create… function, so it is no AI SDK provider.`
      : `The package ${packageName} exports ${names}, and none of them has the package's name.`,
  );
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
