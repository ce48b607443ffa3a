// `tierline serve`: the gateway in the foreground, until Ctrl-C.
import type { Config } from '../config/config.ts';
import { isLoopback } from '../config/resolve.ts';
import { type Reloaded, watchConfig } from '../config/watch.ts';
import { findConfig } from './find-config.ts';
import { type Running, startTierline } from './start.ts';

export interface ServeOptions {
  /** Path of the configuration; `tierline.yaml` in the working directory when there is one, else the environment decides. */
  config?: string | undefined;
  host?: string | undefined;
  port?: number | undefined;
  /** Whether calls are only observed, whatever the configuration says. */
  observe?: boolean | undefined;
  /** Whether edits of the file take effect without a restart. */
  watch: boolean;
  print: (line: string) => void;
  warn: (line: string) => void;
}

/** Runs until the process is told to stop; rejects with ConfigError or the error of listening. */
export async function serve(options: ServeOptions): Promise<void> {
  const { print, warn } = options;
  const { observe = false } = options;
  const found = findConfig(options.config, { observe });
  const config = withAddress(found.config, options);
  const running = await startTierline({ config, warn });
  const reload = async (next: Config): Promise<void> => {
    const placed = withAddress(next, options);
    try {
      await running.reload(placed);
    } catch (error) {
      warn(`the configuration was not reloaded: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    print('configuration reloaded');
    for (const part of fixedParts(config, placed)) warn(`${part} changes only with a restart`);
  };
  const stopWatching = found.path === null ? null : watch(found.path, { ...options, reload });
  const stopped = untilStopped(running, { print, stopWatching });
  // Told last: whoever reads that it listens may stop it at once, in good order.
  for (const line of banner(running, config, found.sentence)) print(line);
  await stopped;
}

/** What a reload leaves as it is although the file says otherwise. */
function fixedParts({ server, ledger }: Config, next: Config): string[] {
  const isMoved = server.host !== next.server.host || server.port !== next.server.port;
  const isOther = ledger.path !== next.ledger.path || ledger.durability !== next.ledger.durability;
  return [...(isMoved ? ['the address (server.host, server.port)'] : []), ...(isOther ? ['the ledger'] : [])];
}

function withAddress(config: Config, { host, port }: ServeOptions): Config {
  if (host !== undefined && !isLoopback(host) && config.keys.length === 0) {
    throw new Error(
      `--host ${host} is reachable from outside, so the configuration needs keys: without them everybody could spend.`,
    );
  }
  return {
    ...config,
    server: { ...config.server, host: host ?? config.server.host, port: port ?? config.server.port },
  };
}

/** Follows edits and SIGHUP; a bad edit is told and changes nothing. */
function watch(path: string, options: ServeOptions & { reload: (next: Config) => Promise<void> }): () => void {
  const take = (result: Reloaded): void => {
    if (result.ok) void options.reload(result.config);
    else options.warn(`the running configuration stays in force:\n${result.error.message}`);
  };
  const watcher = watchConfig(path, take, { observe: options.observe === true });
  process.on('SIGHUP', watcher.reload);
  if (!options.watch) watcher.close();
  return () => {
    process.off('SIGHUP', watcher.reload);
    watcher.close();
  };
}

const OBSERVING = 'every call goes to the model it asks for; nothing is routed';

function banner(running: Running, config: Config, sentence: string): string[] {
  const { url } = running.gateway;
  const key = config.keys[0] === undefined ? null : '$TIERLINE_KEY';
  const auth = key === null ? '' : ` -H "authorization: Bearer ${key}"`;
  const models = [...config.models.keys()];
  if (config.observes) models.push(`any of ${[...config.providers.keys()].join(', ')}`);
  const hasAuto = !config.observes || config.baseline !== null;
  const tasks = [...config.tasks.keys()].map((name) => `auto/${name}`).join(', ');
  return [
    `Tierline listens on ${url}`,
    '',
    `  ${sentence}`,
    `  OpenAI clients      base URL ${url}/v1`,
    `  Anthropic clients   base URL ${url}`,
    `  Google clients      base URL ${url}`,
    `  Models              ${[...models, ...(hasAuto ? ['auto'] : [])].join(', ')}`,
    ...(tasks === '' || !hasAuto ? [] : [`  Tasks               ${tasks}`]),
    ...(config.observes ? [`  Observing           ${OBSERVING}`] : []),
    `  Ledger              ${config.ledger.path}`,
    '',
    ...(hasAuto
      ? [
          '  Try it:',
          `  curl ${url}/v1/chat/completions${auth} -H 'content-type: application/json' \\`,
          `    -d '{"model":"auto","messages":[{"role":"user","content":"What is 17 + 25?"}]}'`,
        ]
      : ['  What calls cost:']),
    '  npx tierline report',
    '',
    '  Ctrl-C stops, after the calls that are running.',
  ];
}

/** Resolves after SIGINT or SIGTERM and an orderly end; a second signal ends at once. */
function untilStopped(
  running: Running,
  after: { print: (line: string) => void; stopWatching: (() => void) | null },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let isStopping = false;
    const stop = (): void => {
      if (isStopping) process.exit(130);
      isStopping = true;
      after.print('stopping: waiting for running calls (once more to stop at once)');
      after.stopWatching?.();
      running.close().then(resolve, reject);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
