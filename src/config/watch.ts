// Tells when a configuration file has changed. It never decides: a good edit and a bad one are both handed over, and the
// caller keeps what runs until it gets something better.
import { createHash } from 'node:crypto';
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from './config.ts';
import { loadConfig } from './load.ts';
import { ConfigError } from './problem.ts';
import type { Environment } from './source.ts';

export type Reloaded = { ok: true; config: Config } | { ok: false; error: ConfigError };

export interface WatchOptions {
  env?: Environment;
  /** How long the file must have been left alone; editors write in several steps. */
  debounceMs?: number;
  /** How often the file is looked at where the system cannot watch it. */
  pollMs?: number;
}

export interface ConfigWatcher {
  /** Reads the file now and reports it, changed or not: what SIGHUP asks for. */
  reload: () => void;
  close: () => void;
}

/** Calls `onChange` after every change of the file's content, never at once and never for a mere touch. */
export function watchConfig(
  path: string,
  onChange: (result: Reloaded) => void,
  options: WatchOptions = {},
): ConfigWatcher {
  const { env = process.env, debounceMs = 100, pollMs = 2_000 } = options;
  let known = fingerprint(path);
  let timer: NodeJS.Timeout | undefined;
  let poll: NodeJS.Timeout | undefined;
  let isClosed = false;

  const reload = (): void => {
    if (isClosed) return;
    clearTimeout(timer);
    known = fingerprint(path);
    onChange(read(path, env));
  };
  const look = (): void => {
    if (fingerprint(path) !== known) reload();
  };
  const soon = (): void => {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(look, debounceMs);
  };
  const fallBack = (): void => {
    if (!isClosed) poll ??= setInterval(look, pollMs).unref();
  };
  const watcher = watchFolder(path, { onEvent: soon, onError: fallBack });
  return {
    reload,
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearInterval(poll);
      watcher?.close();
    },
  };
}

/** The folder, because editors and Kubernetes replace the file, which a watch on the file itself would not survive. */
function watchFolder(path: string, on: { onEvent: () => void; onError: () => void }): FSWatcher | null {
  try {
    const watcher = watch(dirname(path), { persistent: false }, on.onEvent);
    watcher.on('error', on.onError);
    return watcher;
  } catch {
    on.onError();
    return null;
  }
}

function read(path: string, env: Environment): Reloaded {
  try {
    return { ok: true, config: loadConfig({ path, env }) };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, error };
    throw error;
  }
}

/** A digest of the content; null when there is no readable file. */
function fingerprint(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return null;
  }
}
