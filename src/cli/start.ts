// Brings a whole Tierline to life from a configuration: simulated provider, ledger, engine, gateway; and takes it down
// again in the right order. Shared by `serve` and `demo`.
import { createCatalog } from '../catalog/catalog.ts';
import type { Config } from '../config/config.ts';
import { type Connections, createConnections } from '../connections.ts';
import { createEngine } from '../engine.ts';
import { createAuthenticate } from '../gateway/auth.ts';
import { type Gateway, type GatewaySettings, startGateway } from '../gateway/gateway.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';

export interface StartOptions {
  config: Config;
  /** Told one sentence at a time about what the operator should know. */
  warn: (sentence: string) => void;
}

export interface Running {
  readonly gateway: Gateway;
  readonly ledger: Ledger;
  /** Puts a new configuration in force for the requests that come after; host, port and ledger stay. */
  reload: (config: Config) => Promise<void>;
  /** Stops accepting, lets running calls end within the grace, writes the ledger out. */
  close: () => Promise<void>;
}

/** Rejects when the ledger cannot be opened or the address is taken; nothing is left running then. */
export async function startTierline({ config, warn }: StartOptions): Promise<Running> {
  const catalog = createCatalog();
  let current = config;
  let connections: Connections = await createConnections(config);
  /** The connections of earlier configurations, until the calls that began on them are over. */
  let retired: Promise<void> = Promise.resolve();
  let ledger: Ledger | null = null;
  try {
    ledger = openLedger({ path: config.ledger.path, durability: config.ledger.durability, onProblem: warn });
    const gateway = await openGateway(config, { settings: settings(current, connections), ledger, warn });
    return { gateway, ledger, reload: (next) => reload(gateway, next), close: () => close(gateway) };
  } catch (error) {
    await connections.close();
    await ledger?.close();
    throw error;
  }

  function settings(config: Config, connections: Connections): GatewaySettings {
    return {
      engine: createEngine(config, { catalog, connections: connections.byName }),
      authenticate: createAuthenticate(config.keys),
      maxBodyBytes: config.server.maxBodyBytes,
      maxDepth: config.server.maxDepth,
      answer: { hasHeaders: config.answer.headers, isLitellmCompatible: config.answer.litellmCompat },
    };
  }

  async function reload(gateway: Gateway, next: Config): Promise<void> {
    const before = connections;
    const fresh = await createConnections(next);
    gateway.configure(settings(next, fresh));
    connections = fresh;
    current = next;
    retired = Promise.all([retired, before.close()]).then(() => {});
  }

  async function close(gateway: Gateway): Promise<void> {
    await gateway.close(current.server.shutdownGraceMs);
    await Promise.all([retired, connections.close()]);
    await ledger?.close();
  }
}

function openGateway(
  { server }: Config,
  parts: { settings: GatewaySettings; ledger: Ledger; warn: (sentence: string) => void },
): Promise<Gateway> {
  const { settings, ledger, warn } = parts;
  return startGateway({
    host: server.host,
    port: server.port,
    settings,
    recorder: ledger,
    readiness: () => {
      const health = ledger.health();
      return health.ok ? null : `the ledger cannot be written: ${health.error ?? 'unknown reason'}`;
    },
    onInternalError: (error, requestId) =>
      warn(`request ${requestId} failed: ${error instanceof Error ? error.stack : String(error)}`),
  });
}
