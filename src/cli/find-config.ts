// Which configuration a command works with: the file that was named, the one that lies here, or the environment.
import { existsSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { configFromEnvironment } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigError } from '../config/problem.ts';

const DEFAULT_FILE = 'tierline.yaml';

export interface FoundFile {
  config: Config;
  /** The file, null when the environment decided. */
  path: string | null;
  /** What was found, for people. */
  sentence: string;
}

/** Throws ConfigError for a file that is missing or wrong. With `mayAwait`, artifacts that it names may be missing; `observe` goes over the file. */
export function findConfig(named: string | undefined, { mayAwait = false, observe = false } = {}): FoundFile {
  const path = named ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : null);
  if (path === null) return { ...configFromEnvironment(process.env, observe), path };
  return {
    config: loadConfig({ path, env: process.env, mayAwait, observe }),
    path,
    sentence: `Configuration: ${path}`,
  };
}

/** The configuration of a file, null without one: a ladder that keys in the environment would give is nobody's decision. */
export function findConfigFile(named: string | undefined): { config: Config | null; path: string | null } {
  const { config, path } = findConfig(named);
  return { config: path === null ? null : config, path };
}

/**
 * The configuration of a file for a command that can do without: one that lies here and cannot be used is told and left. Artifacts that it
 * names may be missing, for `train` makes them. Throws ConfigError for a file that was named.
 */
export function findUsableConfig(named: string | undefined, warn: (sentence: string) => void): Config | null {
  try {
    const { config, path } = findConfig(named, { mayAwait: true });
    return path === null ? null : config;
  } catch (error) {
    if (named !== undefined || !(error instanceof ConfigError)) throw error;
    const [first] = error.problems;
    warn(
      `${DEFAULT_FILE} is left aside: ${first === undefined ? error.message : `${first.path.join('.')}: ${first.message}`}`,
    );
    return null;
  }
}
