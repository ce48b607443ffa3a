// Reads tierline.yaml into a Config, or tells everything that is wrong with it at once. A configuration is taken whole
// or not at all.
import { readFileSync } from 'node:fs';
import { isObject, type JsonObject } from '../call/json.ts';
import type { Config } from './config.ts';
import { toFindings } from './issue.ts';
import type { Names } from './names.ts';
import { ConfigError, type Path } from './problem.ts';
import { resolveConfig } from './resolve.ts';
import { configSchema, type FileConfig } from './schema.ts';
import { type Environment, type Finding, readSource, type Source } from './source.ts';

export interface Loading {
  env: Environment;
  /** Whether an artifact that is named may be missing: for the command that makes it. */
  mayAwait?: boolean;
  /** Whether calls are only observed, whatever the configuration says. */
  observe?: boolean;
}

/** Reads and checks a file. Throws ConfigError, also when the file cannot be read. */
export function loadConfig({ path, ...loading }: Loading & { path: string }): Config {
  return parseConfig(readConfigFile(path), { ...loading, file: path });
}

/** The text of a configuration file. Throws ConfigError when it cannot be read. */
export function readConfigFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const reason = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`;
    throw new ConfigError(path, [{ path: [], message: reason, hint: null, line: null, column: null, excerpt: null }]);
  }
}

/** Checks the text of a configuration; `file` is its path, for messages and relative paths. Throws ConfigError. */
export function parseConfig(text: string, { file, ...loading }: Loading & { file: string }): Config {
  return checkConfig(readSource(text, file, loading.env), { ...loading, file, label: file });
}

/** Checks a configuration from any source. `label` is what messages call it. Throws ConfigError with every problem. */
export function checkConfig(
  source: Source,
  { file, label, env, mayAwait = false, observe = false }: Loading & { file: string | null; label: string },
): Config {
  const findings = [...source.findings];
  const told = new Set(findings.map(({ path }) => JSON.stringify(path)));
  const report = (finding: Finding): void => {
    if (mayAwait && finding.awaits !== undefined) return;
    if (!told.has(JSON.stringify(finding.path))) findings.push(finding);
  };
  const value = withoutEmpty(source.value);
  let config: Config | null = null;
  if (isObject(value)) {
    const sound = keepSound(value, report);
    const { broken } = sound;
    if (sound.file !== null)
      config = resolveConfig(sound.file, {
        file,
        env,
        observe,
        names: namesOf(value, sound.file, broken),
        broken,
        report,
      });
  } else report({ path: [], at: 'value', message: 'expected keys such as providers and models at the top' });
  if (findings.length === 0 && config !== null) return config;
  const problems = findings.map((finding) => source.place(finding));
  throw new ConfigError(
    label,
    problems.sort((one, other) => place(one) - place(other)),
  );
}

/** A section that is only a heading, its lines commented out, counts as left out. */
function withoutEmpty(value: unknown): unknown {
  if (!isObject(value)) return value ?? {};
  return Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null));
}

function place({ line, column }: { line: number | null; column: number | null }): number {
  return (line ?? 0) * 10_000 + Math.min(column ?? 0, 9_999);
}

/** What of the file can be understood: entries and sections with problems are reported and left out. */
function keepSound(
  value: JsonObject,
  report: (finding: Finding) => void,
): { file: FileConfig | null; broken: Set<string> } {
  const broken = new Set<string>();
  let rest: JsonObject = value;
  // Leaving out what was reported is enough; a second round is for what zod tells only once the first is out of the way.
  for (let round = 0; round < 3; round++) {
    const result = configSchema.safeParse(rest);
    if (result.success) return { file: result.data, broken };
    for (const finding of toFindings(result.error.issues, rest)) {
      report(finding);
      rest = without(rest, finding.path, broken);
    }
  }
  return { file: null, broken };
}

const ENTRIES = new Set(['providers', 'models', 'tasks', 'tenants', 'encoders', 'rollouts']);

function without(value: JsonObject, path: Path, broken: Set<string>): JsonObject {
  const [section = '', entry] = path.map(String);
  const { [section]: removed, ...rest } = value;
  if (!ENTRIES.has(section) || entry === undefined || !isObject(removed)) {
    broken.add(section);
    return rest;
  }
  const { [entry]: _, ...entries } = removed;
  return { ...value, [section]: entries };
}

function namesOf(value: JsonObject, file: FileConfig, broken: ReadonlySet<string>): Names {
  const keys = (section: unknown): Set<string> => new Set(isObject(section) ? Object.keys(section) : []);
  return {
    providers: keys(value.providers),
    models: keys(value.models),
    tasks: broken.has('tasks') ? null : keys(value.tasks),
    tiers: broken.has('tiers') ? null : new Set(file.tiers),
  };
}
