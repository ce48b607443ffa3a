// Puts a gateway in front of an instance, and takes both down again in the right order. Shared by `serve` and `demo`.
import type { Config } from '../config/config.ts';
import { feedbackRules } from '../feedback.ts';
import { createAuthenticate } from '../gateway/auth.ts';
import { type Gateway, type GatewaySettings, startGateway } from '../gateway/gateway.ts';
import { type Instance, type LearnedParts, openInstance } from '../instance.ts';
import type { Ledger } from '../ledger/ledger.ts';

export interface StartOptions {
  config: Config;
  /** Told one sentence at a time about what the operator should know. */
  warn: (sentence: string) => void;
  learned?: LearnedParts;
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
export async function startTierline({ config, warn, learned }: StartOptions): Promise<Running> {
  const instance = await openInstance(config, warn, learned);
  try {
    const gateway = await openGateway(instance, warn);
    return toRunning(instance, gateway);
  } catch (error) {
    await instance.close();
    throw error;
  }
}

function toRunning(instance: Instance<Ledger>, gateway: Gateway): Running {
  return {
    gateway,
    ledger: instance.ledger,
    reload: (next) => instance.reload(next, () => gateway.configure(settingsOf(instance))),
    close: async () => {
      await gateway.close(instance.config.server.shutdownGraceMs);
      await instance.close();
    },
  };
}

function settingsOf({ config, engine }: Instance<Ledger>): GatewaySettings {
  return {
    engine,
    authenticate: createAuthenticate(config.keys),
    maxBodyBytes: config.server.maxBodyBytes,
    maxDepth: config.server.maxDepth,
    responses: config.responses,
    feedback: feedbackRules(config),
    answer: { hasHeaders: config.answer.headers, isLitellmCompatible: config.answer.litellmCompat },
  };
}

function openGateway(instance: Instance<Ledger>, warn: (sentence: string) => void): Promise<Gateway> {
  const { server } = instance.config;
  return startGateway({
    host: server.host,
    port: server.port,
    settings: settingsOf(instance),
    recorder: instance.ledger,
    objects: instance.objects,
    feedback: { findCall: instance.lookup.find, keep: (note) => instance.ledger.note(note) },
    readiness: () => {
      const health = instance.ledger.health();
      return health.ok ? null : `the ledger cannot be written: ${health.error ?? 'unknown reason'}`;
    },
    metrics: () => instance.metrics(),
    onInternalError: (error, requestId) =>
      warn(`request ${requestId} failed: ${error instanceof Error ? error.stack : String(error)}`),
  });
}
