// Brings a whole Tierline to life from a configuration: simulated provider, ledger, engine, gateway; and takes it down
// again in the right order. Shared by `serve` and `demo`.
import { createCatalog } from '../catalog/catalog.ts';
import { countTokens } from '../catalog/token-count.ts';
import type { Config } from '../config/config.ts';
import { loadGates } from '../config/load-gates.ts';
import { type Connections, createConnections } from '../connections.ts';
import { createEngine, createMemory, type PolicyMemory } from '../engine.ts';
import { createAuthenticate } from '../gateway/auth.ts';
import { type Gateway, type GatewaySettings, startGateway } from '../gateway/gateway.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { seedHistory } from './seed-history.ts';

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
  const gates = await gatesOf(config);
  const connections = await createConnections(config);
  const memory = createMemory(seedHistory(config.ledger.path));
  let ledger: Ledger | null = null;
  try {
    ledger = open(config, warn);
    const gateway = await openGateway(config, {
      settings: settingsOf(config, { connections, memory, gates }),
      ledger,
      warn,
    });
    return new Instance({ config, connections, ledger, gateway, memory });
  } catch (error) {
    await connections.close();
    await ledger?.close();
    throw error;
  }
}

/** A problem with the file is told with its path. */
function open({ ledger: { path, durability } }: Config, warn: (sentence: string) => void): Ledger {
  try {
    return openLedger({ path, durability, onProblem: warn });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The ledger at ${path} cannot be opened: ${reason}.`, { cause });
  }
}

class Instance implements Running {
  readonly gateway: Gateway;
  readonly ledger: Ledger;
  private readonly memory: PolicyMemory;
  private config: Config;
  private connections: Connections;
  /** Closes the connections of earlier configurations when the calls that began on them are over. */
  private retired: Promise<unknown> = Promise.resolve();

  constructor(parts: {
    config: Config;
    connections: Connections;
    ledger: Ledger;
    gateway: Gateway;
    memory: PolicyMemory;
  }) {
    this.config = parts.config;
    this.connections = parts.connections;
    this.ledger = parts.ledger;
    this.gateway = parts.gateway;
    this.memory = parts.memory;
  }

  async reload(next: Config): Promise<void> {
    const gates = await gatesOf(next);
    const fresh = await createConnections(next);
    this.gateway.configure(settingsOf(next, { connections: fresh, memory: this.memory, gates }));
    this.retired = Promise.all([this.retired, this.connections.close()]);
    this.connections = fresh;
    this.config = next;
  }

  async close(): Promise<void> {
    await this.gateway.close(this.config.server.shutdownGraceMs);
    await Promise.all([this.retired, this.connections.close()]);
    await this.ledger.close();
  }
}

type Gates = Awaited<ReturnType<typeof loadGates>>;

/** Rejects with ConfigError when a schema, module or package cannot be loaded. */
function gatesOf(config: Config): Promise<Gates> {
  return loadGates(config, (text) => countTokens(text, 'generic'));
}

interface Parts {
  connections: Connections;
  memory: PolicyMemory;
  gates: Gates;
}

function settingsOf(config: Config, { connections, memory, gates }: Parts): GatewaySettings {
  return {
    engine: createEngine(config, { catalog: createCatalog(), connections: connections.byName, memory, gates }),
    authenticate: createAuthenticate(config.keys),
    maxBodyBytes: config.server.maxBodyBytes,
    maxDepth: config.server.maxDepth,
    answer: { hasHeaders: config.answer.headers, isLitellmCompatible: config.answer.litellmCompat },
  };
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
