// Tells when a configuration file, or a file that it names, has changed. It never decides: a good edit and a bad one are both handed over, and the
// caller keeps what runs until it gets something better.
import { createHash } from 'node:crypto';
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from './config.ts';
import { loadConfig } from './load.ts';
import { routesOf } from './load-predictors.ts';
import { ConfigError } from './problem.ts';
import { filesOf } from './resolve-accept.ts';
import { encoderFiles } from './resolve-encoders.ts';
import type { Environment } from './source.ts';

export type Reloaded = { ok: true; config: Config } | { ok: false; error: ConfigError };

export interface WatchOptions {
  env?: Environment;
  /** Whether calls are only observed, whatever the file says. */
  observe?: boolean;
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

/** Calls `onChange` after every change of content, never at once and never for a mere touch. */
export function watchConfig(
  path: string,
  onChange: (result: Reloaded) => void,
  options: WatchOptions = {},
): ConfigWatcher {
  const { env = process.env, observe = false, debounceMs = 100, pollMs = 2_000 } = options;
  const read = (): Reloaded => readNow({ path, env, observe });
  let timer: NodeJS.Timeout | undefined;
  let poll: NodeJS.Timeout | undefined;
  let isClosed = false;

  const look = (): void => {
    // What was wrong may have been a file that is named and was not there.
    const isMended = !last.ok && read().ok;
    if (isMended || fingerprint(files) !== known) reload();
  };
  const soon = (): void => {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(look, debounceMs);
  };
  const fallBack = (): void => {
    if (!isClosed) poll ??= setInterval(look, pollMs).unref();
  };
  const folders = new Folders({ onEvent: soon, onError: fallBack });
  const take = (result: Reloaded): Reloaded => {
    // After a bad edit the files of the last good one stay of interest.
    if (result.ok) files = [path, ...namedFiles(result.config)];
    folders.watch(files);
    known = fingerprint(files);
    return result;
  };
  const reload = (): void => {
    if (isClosed) return;
    clearTimeout(timer);
    last = take(read());
    onChange(last);
  };
  let files = [path];
  let known = '';
  let last = take(read());
  return {
    reload,
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearInterval(poll);
      folders.close();
    },
  };
}

/** Folders rather than files, because editors and Kubernetes replace a file, which a watch on it would not survive. */
class Folders {
  private readonly on: { onEvent: () => void; onError: () => void };
  private readonly watchers = new Map<string, FSWatcher | null>();

  constructor(on: { onEvent: () => void; onError: () => void }) {
    this.on = on;
  }

  /** Watches the folders of the files, and no others any more. */
  watch(files: readonly string[]): void {
    const wanted = new Set(files.map((file) => dirname(file)));
    for (const [folder, watcher] of this.watchers) {
      if (wanted.has(folder)) continue;
      watcher?.close();
      this.watchers.delete(folder);
    }
    for (const folder of wanted) if (!this.watchers.has(folder)) this.watchers.set(folder, this.open(folder));
  }

  close(): void {
    for (const watcher of this.watchers.values()) watcher?.close();
  }

  private open(folder: string): FSWatcher | null {
    try {
      const watcher = watch(folder, { persistent: false }, this.on.onEvent);
      watcher.on('error', this.on.onError);
      return watcher;
    } catch {
      this.on.onError();
      return null;
    }
  }
}

function namedFiles(config: Config): string[] {
  const artifacts = routesOf(config).flatMap(({ route }) => (route.predict === null ? [] : [route.predict.file]));
  return [
    ...[...config.tasks.values()].flatMap(({ accept }) => filesOf(accept)),
    ...encoderFiles(config.encoders),
    ...new Set(artifacts),
  ];
}

function readNow(loading: Parameters<typeof loadConfig>[0]): Reloaded {
  try {
    return { ok: true, config: loadConfig(loading) };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, error };
    throw error;
  }
}

/** A digest of the contents; a file that cannot be read counts as one without any. */
function fingerprint(files: readonly string[]): string {
  return files.map(digest).join();
}

function digest(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return '';
  }
}
