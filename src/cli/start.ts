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

export async function startTierline({ config, warn }: StartOptions): Promise<Running> {
  const catalog = createCatalog();
  let current = config;
  let connections: Connections = await createConnections(config);
  const ledger = openLedger({ path: config.ledger.path, durability: config.ledger.durability, onProblem: warn });
  const settings = (): GatewaySettings => ({
    engine: createEngine(current, { catalog, connections: connections.byName }),
    authenticate: createAuthenticate(current.keys),
    maxBodyBytes: current.server.maxBodyBytes,
    maxDepth: current.server.maxDepth,
    answer: { hasHeaders: current.answer.headers, isLitellmCompatible: current.answer.litellmCompat },
  });
  const gateway = await startGateway({
    host: config.server.host,
    port: config.server.port,
    settings: settings(),
    recorder: ledger,
    readiness: () => {
      const health = ledger.health();
      return health.ok ? null : `the ledger cannot be written: ${health.error ?? 'unknown reason'}`;
    },
    onInternalError: (error, requestId) =>
      warn(`request ${requestId} failed: ${error instanceof Error ? error.stack : String(error)}`),
  });
  return {
    gateway,
    ledger,
    async reload(next) {
      const before = connections;
      connections = await createConnections(next);
      current = next;
      gateway.configure(settings());
      await before.close();
    },
    async close() {
      await gateway.close(current.server.shutdownGraceMs);
      await connections.close();
      await ledger.close();
    },
  };
}
