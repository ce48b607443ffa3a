// Brings to life what stands behind a gateway and a router in process alike: connections, gates, memory, ledger, engine;
// and takes it down again in the right order. It knows nothing of how calls come in.
import { type Capture, createCapture } from './capture/capture.ts';
import { createCatalog } from './catalog/catalog.ts';
import { countTokens } from './catalog/token-count.ts';
import type { Config } from './config/config.ts';
import { loadGates } from './config/load-gates.ts';
import { type Connections, createConnections } from './connections.ts';
import { createEngine, createMemory, type PolicyMemory } from './engine.ts';
import { type Prior, readPriors } from './evidence/priors.ts';
import { type Ledger, openLedger } from './ledger/ledger.ts';
import { type ObjectStore, objectsPath, openObjectStore } from './objects/object-store.ts';
import { type Encoders, openEncoders } from './open-encoders.ts';
import type { Engine } from './router.ts';
import { seedHistory } from './seed-history.ts';

/** Who owns what: only where there is a ledger, beside which it is kept. */
type Objects<L extends Ledger | null> = L extends Ledger ? ObjectStore : null;

interface Parts<L extends Ledger | null> {
  config: Config;
  ledger: L;
  objects: Objects<L>;
  memory: PolicyMemory;
  /** Null where there is no ledger: what is kept lies beside it. */
  capture: Capture | null;
}

/** A configuration at work. */
export interface Instance<L extends Ledger | null = Ledger | null> {
  readonly config: Config;
  readonly engine: Engine;
  /** Of the configuration in force. */
  readonly encoders: Encoders;
  readonly ledger: L;
  readonly objects: Objects<L>;
  /**
   * Puts a new configuration in force; ledger and objects stay. `switchOver` turns new calls to the new engine, before the earlier
   * connections stop taking any. Rejects and changes nothing when the configuration cannot be opened.
   */
  reload: (config: Config, switchOver: () => void) => Promise<void>;
  /** Lets running exchanges end, closes every connection and the objects, writes the ledger out. */
  close: () => Promise<void>;
}

/** With the ledger of the configuration. Rejects when it, a gate or a connection cannot be opened; nothing is left open then. */
export async function openInstance(config: Config, warn: (sentence: string) => void): Promise<Instance<Ledger>> {
  const memory = createMemory(seedHistory(config.ledger.path, measured(config, warn)));
  const capture = createCapture(config.ledger.path, warn);
  const compiled = await compile(config, { memory, capture });
  let ledger: Ledger | null = null;
  try {
    ledger = openConfigured(config, warn);
    const objects = openObjects(ledger, config);
    capture.limit(config);
    return new OpenInstance<Ledger>({ config, memory, ledger, objects, capture }, compiled);
  } catch (error) {
    await ledger?.close();
    await closeAll(compiled);
    throw error;
  }
}

export interface UnrecordedOptions {
  /** What the planner begins with; what profiles tell when left out. */
  memory?: PolicyMemory;
  /** Told what is wrong with profiles; where nobody hears it, the planner begins unknowing. */
  warn?: (sentence: string) => void;
}

/** Without a ledger: no call leaves a trace. */
export async function openUnrecorded(
  config: Config,
  {
    warn,
    memory = createMemory(seedHistory(null, warn === undefined ? [] : measured(config, warn))),
  }: UnrecordedOptions = {},
): Promise<Instance<null>> {
  const compiled = await compile(config, { memory, capture: null });
  return new OpenInstance<null>({ config, memory, ledger: null, objects: null, capture: null }, compiled);
}

/** What profiles beside the configuration tell of its models. */
function measured(config: Config, warn: (sentence: string) => void): readonly Prior[] {
  const { priors, warnings } = readPriors(config);
  for (const warning of warnings) warn(warning);
  return priors;
}

interface Compiled {
  connections: Connections;
  encoders: Encoders;
  engine: Engine;
}

type Closable = Pick<Compiled, 'connections' | 'encoders'>;

/** Rejects with ConfigError when a schema, module or package cannot be loaded. */
async function compile(
  config: Config,
  { memory, capture }: Pick<Parts<null>, 'memory' | 'capture'>,
  earlier?: Encoders,
): Promise<Compiled> {
  const gates = await loadGates(config, (text) => countTokens(text, 'generic'));
  const connections = await createConnections(config);
  let encoders: Encoders | undefined;
  try {
    encoders = await openEncoders(config, () => engine, earlier);
    const parts = { catalog: createCatalog(), connections: connections.byName, memory, gates };
    const engine: Engine = createEngine(config, { ...parts, capture: capture?.under(config) });
    return { connections, encoders, engine };
  } catch (error) {
    await encoders?.close(earlier);
    await connections.close();
    throw error;
  }
}

/** Encoders last: some ask over the connections. `successor`: who takes some of them over. */
async function closeAll({ connections, encoders }: Closable, successor?: Encoders): Promise<void> {
  await connections.close();
  await encoders.close(successor);
}

class OpenInstance<L extends Ledger | null> implements Instance<L> {
  config: Config;
  engine: Engine;
  readonly ledger: L;
  readonly objects: Objects<L>;
  readonly memory: PolicyMemory;
  readonly capture: Capture | null;
  encoders: Encoders;
  connections: Connections;
  /** Closes the connections of earlier configurations when the calls that began on them are over. */
  private retired: Promise<unknown> = Promise.resolve();

  constructor({ config, ledger, objects, memory, capture }: Parts<L>, { connections, encoders, engine }: Compiled) {
    this.config = config;
    this.ledger = ledger;
    this.objects = objects;
    this.memory = memory;
    this.capture = capture;
    this.connections = connections;
    this.encoders = encoders;
    this.engine = engine;
  }

  async reload(next: Config, switchOver: () => void): Promise<void> {
    const { connections, encoders, engine } = await compile(next, this, this.encoders);
    const earlier: Closable = { connections: this.connections, encoders: this.encoders };
    this.connections = connections;
    this.encoders = encoders;
    this.engine = engine;
    this.config = next;
    this.objects?.limit(next.objects);
    this.capture?.limit(next);
    switchOver();
    this.retired = Promise.all([this.retired, closeAll(earlier, encoders)]);
  }

  async close(): Promise<void> {
    await Promise.all([this.retired, closeAll(this)]);
    this.objects?.close();
    await Promise.all([this.capture?.close(), this.ledger?.close()]);
  }
}

/** A problem with the file is told with its path. */
function openConfigured({ ledger: { path, durability } }: Config, warn: (sentence: string) => void): Ledger {
  try {
    return openLedger({ path, durability, onProblem: warn });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The ledger at ${path} cannot be opened: ${reason}.`, { cause });
  }
}

/** Beside the ledger's file. */
function openObjects(ledger: Ledger, { objects }: Config): ObjectStore {
  const path = objectsPath(ledger.path);
  try {
    return openObjectStore({ path, ...objects });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The objects at ${path} cannot be opened: ${reason}.`, { cause });
  }
}
