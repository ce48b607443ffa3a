// Brings to life what stands behind a gateway and a router in process alike: connections, gates, memory, ledger, engine;
// and takes it down again in the right order. It knows nothing of how calls come in.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAfterwards } from './after/afterwards.ts';
import { createReprofile } from './after/reprofile.ts';
import { WatchKeeper } from './after/watch-keeper.ts';
import { Watching } from './after/watching.ts';
import type { Note } from './call/note.ts';
import { type Capture, createCapture } from './capture/capture.ts';
import { createCatalog } from './catalog/catalog.ts';
import { countTokens } from './catalog/token-count.ts';
import type { Config } from './config/config.ts';
import { loadGates } from './config/load-gates.ts';
import { type LoadScorer, loadLearnedGates } from './config/load-learned-gates.ts';
import { type LoadPredictor, loadPredictors, type Predictors } from './config/load-predictors.ts';
import { asRouted, atWork } from './config/observe.ts';
import { type Connections, createConnections } from './connections.ts';
import type { RequestEncoder } from './encoding.ts';
import { createEngine, createMemory, type PolicyMemory } from './engine.ts';
import { type Prior, readPriors } from './evidence/priors.ts';
import { loadPredictor, loadScorer } from './learn/load-predictor.ts';
import { type Ledger, openLedger } from './ledger/ledger.ts';
import { type CallLookup, createCallLookup } from './ledger/lookup.ts';
import { openLedgerReader } from './ledger/reader.ts';
import { type ObjectStore, objectsPath, openObjectStore } from './objects/object-store.ts';
import { type Encoders, openEncoders } from './open-encoders.ts';
import type { Engine } from './router.ts';
import { seedHistory } from './seed-history.ts';
import { rolloutEventsPath, watchStatePath } from './watch/rollout/places.ts';

/** Who owns what: only where there is a ledger, beside which it is kept. */
type Objects<L extends Ledger | null> = L extends Ledger ? ObjectStore : null;

/** Finds calls of the ledger: only where there is one. */
type Lookup<L extends Ledger | null> = L extends Ledger ? CallLookup : null;

/** What outlives a configuration. */
interface Lasting {
  memory: PolicyMemory;
  /** Null where there is no ledger: what is kept lies beside it. */
  capture: Capture | null;
  /** Null where there is no ledger: what is found out is noted there. */
  watching: Watching | null;
  warn: (sentence: string) => void;
  learned: LearnedParts;
}

interface Parts<L extends Ledger | null> extends Lasting {
  ledger: L;
  objects: Objects<L>;
  lookup: Lookup<L>;
}

/** A configuration at work. */
export interface Instance<L extends Ledger | null = Ledger | null> {
  readonly config: Config;
  readonly engine: Engine;
  /** Of the configuration in force. */
  readonly encoders: Encoders;
  readonly ledger: L;
  readonly objects: Objects<L>;
  readonly lookup: Lookup<L>;
  /**
   * Puts a new configuration in force; ledger and objects stay. `switchOver` turns new calls to the new engine, before the earlier
   * connections stop taking any. Rejects and changes nothing when the configuration cannot be opened.
   */
  reload: (config: Config, switchOver: () => void) => Promise<void>;
  /** Lets running exchanges end, closes every connection and the objects, writes the ledger out. */
  close: () => Promise<void>;
  /** Figures in Prometheus' text format. */
  metrics: () => string;
}

/** What learned routing stands on; as it comes with this release when left out. */
export interface LearnedParts {
  loadPredictor?: LoadPredictor | undefined;
  loadScorer?: LoadScorer | undefined;
  /** By the name that predictors know them under. */
  encoders?: ReadonlyMap<string, RequestEncoder> | undefined;
  /** What exploration draws, 0 to below 1; `Math.random` when left out. */
  random?: (() => number) | undefined;
}

/** With the ledger of the configuration. Rejects when it, a gate or a connection cannot be opened; nothing is left open then. */
export async function openInstance(
  written: Config,
  warn: (sentence: string) => void,
  learned: LearnedParts = {},
): Promise<Instance<Ledger>> {
  const config = atWork(written);
  const memory = createMemory(seedHistory(config.ledger.path, measured(config, warn)));
  const capture = createCapture(config.ledger.path, warn);
  let ledger: Ledger | null = null;
  const watching = createWatching(config, { warn, note: (note) => ledger?.note(note) });
  const lasting: Lasting = { memory, capture, watching, warn, learned };
  const compiled = await compile(config, lasting);
  try {
    ledger = openConfigured(config, warn);
    const objects = openObjects(ledger, config);
    capture.limit(config);
    watching.limit(config);
    const parts = { ...lasting, ledger, objects, lookup: createCallLookup(ledger) };
    const instance = new OpenInstance<Ledger>(parts, compiled);
    instance.keeper = openKeeper(instance, watching, config);
    return instance;
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
  learned?: LearnedParts;
  /** Whether an application's calls go through it, which may only be observed; else routes are in force, to be tried. */
  isAtWork?: boolean;
}

/** Without a ledger: no call leaves a trace. */
export async function openUnrecorded(
  config: Config,
  {
    warn,
    memory = createMemory(seedHistory(null, warn === undefined ? [] : measured(config, warn))),
    learned = {},
    isAtWork = false,
  }: UnrecordedOptions = {},
): Promise<Instance<null>> {
  const lasting: Lasting = { memory, capture: null, watching: null, warn: warn ?? (() => undefined), learned };
  const compiled = await compile(isAtWork ? config : asRouted(config), lasting);
  return new OpenInstance<null>({ ...lasting, ledger: null, objects: null, lookup: null }, compiled);
}

/** What profiles beside the configuration tell of its models. */
function measured(config: Config, warn: (sentence: string) => void): readonly Prior[] {
  const { priors, warnings } = readPriors(config);
  for (const warning of warnings) warn(warning);
  return priors;
}

interface Compiled {
  /** With every model of its predicted routes named. */
  config: Config;
  connections: Connections;
  encoders: Encoders;
  engine: Engine;
}

type Closable = Pick<Compiled, 'connections' | 'encoders'>;

/** Rejects with ConfigError when a schema, module, artifact or package cannot be loaded. */
async function compile(
  written: Config,
  { memory, capture, watching, warn, learned }: Lasting,
  earlier?: Encoders,
): Promise<Compiled> {
  const scorerOf = learned.loadScorer ?? loadScorer;
  const { config, predictors } = loadPredictors(written, learned.loadPredictor ?? loadPredictor);
  const gates = await loadGates(config, (text) => countTokens(text, 'generic'), scorerOf);
  const learnedGates = loadLearnedGates(config, predictors, scorerOf);
  const connections = await createConnections(config);
  let encoders: Encoders | undefined;
  try {
    encoders = await openEncoders(config, () => engine, earlier);
    const byName = learned.encoders ?? encoders.byName;
    const known = { gates, learnedGates, predictors, encoders: byName };
    const parts = { catalog: createCatalog(), connections: connections.byName, memory, warn, ...known };
    const engine: Engine = createEngine(config, {
      ...parts,
      random: learned.random ?? Math.random,
      ...(watching === null ? {} : { rolloutOf: watching.rolloutOf, bypassOf: watching.bypassOf }),
      afterwards: createAfterwards(capture?.under(config) ?? null, watching?.under(config, () => engine) ?? null),
    });
    warmUp(byName, predictors);
    return { config, connections, encoders, engine };
  } catch (error) {
    await encoders?.close(earlier);
    await connections.close();
    throw error;
  }
}

/** Loads what predictors will ask on this machine, in the background; nobody waits for it. A model that is paid is not asked. */
function warmUp(encoders: ReadonlyMap<string, RequestEncoder>, predictors: Predictors): void {
  for (const name of new Set([...predictors.values()].map(({ encoder }) => encoder))) {
    const encoder = name === null ? undefined : encoders.get(name);
    if (encoder?.sentTo === null) void encoder.encode('Good morning.').catch(() => undefined);
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
  readonly lookup: Lookup<L>;
  private readonly lasting: Lasting;
  encoders: Encoders;
  connections: Connections;
  /** Null where nothing is watched. */
  keeper: WatchKeeper | null = null;
  /** Closes the connections of earlier configurations when the calls that began on them are over. */
  private retired: Promise<unknown> = Promise.resolve();

  constructor({ ledger, objects, lookup, ...lasting }: Parts<L>, { config, connections, encoders, engine }: Compiled) {
    this.config = config;
    this.ledger = ledger;
    this.objects = objects;
    this.lookup = lookup;
    this.lasting = lasting;
    this.connections = connections;
    this.encoders = encoders;
    this.engine = engine;
  }

  async reload(next: Config, switchOver: () => void): Promise<void> {
    const { config, connections, encoders, engine } = await compile(atWork(next), this.lasting, this.encoders);
    const earlier: Closable = { connections: this.connections, encoders: this.encoders };
    this.connections = connections;
    this.encoders = encoders;
    this.engine = engine;
    this.config = config;
    this.objects?.limit(config.objects);
    this.lasting.capture?.limit(config);
    this.lasting.watching?.limit(config);
    switchOver();
    this.retired = Promise.all([this.retired, closeAll(earlier, encoders)]);
  }

  metrics(): string {
    return this.lasting.watching?.metrics() ?? '';
  }

  async close(): Promise<void> {
    // Canaries go over the connections.
    await this.keeper?.close();
    await Promise.all([this.retired, closeAll(this)]);
    this.objects?.close();
    this.lookup?.close();
    await Promise.all([this.lasting.capture?.close(), this.ledger?.close()]);
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

function createWatching(
  config: Config,
  { warn, note }: { warn: (sentence: string) => void; note: (note: Note) => unknown },
): Watching {
  const { path } = config.ledger;
  // Where nothing is to be left behind, rollouts end with the process.
  const rolloutEvents =
    path === ':memory:'
      ? join(tmpdir(), `tierline-${process.pid}-${Date.now()}.rollouts.jsonl`)
      : rolloutEventsPath(path);
  return new Watching({ config, warn, note, rolloutEvents, reprofile: createReprofile(config.file) });
}

/** With what earlier processes have noted. */
function openKeeper(instance: Instance<Ledger>, watching: Watching, { ledger: { path } }: Config): WatchKeeper {
  const { ledger } = instance;
  return new WatchKeeper({
    watching,
    ledger,
    reader: openLedgerReader(ledger.path),
    statePath: path === ':memory:' ? null : watchStatePath(path),
    engine: () => instance.engine,
    warn: watching.warn,
  });
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
