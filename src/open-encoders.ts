// Opens the encoders of a configuration: what artifacts know them by, what they need installed, whom they ask. Nothing is loaded before the
// first text.
import { dirname } from 'node:path';
import { type AskedFor, type Asker, createAsk } from './ask.ts';
import type { Config } from './config/config.ts';
import type { EncoderConfig } from './config/encoder-config.ts';
import { ConfigError, type Problem } from './config/problem.ts';
import { Asking } from './delivery/asking.ts';
import { createEmbed } from './embed.ts';
import { GateProblem } from './gate/peer.ts';
import { type CachedEncoder, cacheEncoder } from './learn/encoders/cached-encoder.ts';
import { DEFAULT_PROMPT } from './learn/encoders/classifier-prompt.ts';
import type { Encoder } from './learn/encoders/encoder.ts';
import { createHttpEmbeddings } from './learn/encoders/http-embeddings.ts';
import { createLlmClassifier } from './learn/encoders/llm-classifier.ts';
import { openOnnx } from './learn/encoders/onnx.ts';
import { createUseLite } from './learn/encoders/use-lite.ts';

export interface Encoders {
  /** By the name that artifacts know them under. */
  readonly byName: ReadonlyMap<string, CachedEncoder>;
  /** Ends all of them but those that `successor` has taken over. */
  close: (successor?: Encoders) => Promise<void>;
}

/** A model that takes longer is given up; whoever waits for a vector has left long before. */
const VECTORS_MS = 10_000;
const RATING_MS = 30_000;

/**
 * `asker`: the engine, wanted only when a model is asked. `earlier`: those of the configuration before; what of them runs on this machine is
 * taken over as it is, loaded and with its memory. Rejects with ConfigError when a package or file is missing; nothing new is left open then.
 */
export async function openEncoders(config: Config, asker: () => Asker, earlier?: Encoders): Promise<Encoders> {
  const byName = new Map<string, CachedEncoder>();
  const problems: Problem[] = [];
  const close: Encoders['close'] = async (successor) => {
    const own = [...byName].filter(([name, encoder]) => successor?.byName.get(name) !== encoder);
    await Promise.all(own.map(([, encoder]) => encoder.close()));
  };
  for (const written of config.encoders.values()) {
    try {
      const encoder = await open(written, config, asker);
      const known = earlier?.byName.get(encoder.name);
      if (known !== undefined && known.sentTo === null) byName.set(known.name, known);
      else if (!byName.has(encoder.name)) byName.set(encoder.name, cacheEncoder(encoder));
    } catch (error) {
      if (!(error instanceof GateProblem)) throw error;
      const { message, hint } = error;
      problems.push({ path: ['encoders', written.name], message, hint, line: null, column: null, excerpt: null });
    }
  }
  if (problems.length > 0) {
    await close(earlier);
    throw new ConfigError(config.file ?? 'the environment', problems);
  }
  return { byName, close };
}

async function open(written: EncoderConfig, config: Config, asker: () => Asker): Promise<Encoder> {
  const folder = config.file === null ? process.cwd() : dirname(config.file);
  switch (written.kind) {
    case 'use-lite':
      return createUseLite(folder);
    case 'onnx':
      return openOnnx({ model: written.folder, folder });
    case 'embeddings': {
      const { model } = written;
      return createHttpEmbeddings({
        model,
        upstreamModel: upstreamOf(model, config),
        ask: (name, texts) => createEmbed(asker(), ownCall())(name, texts, new Asking(performance.now() + VECTORS_MS)),
      });
    }
    case 'llm': {
      const { model, prompt } = written;
      return createLlmClassifier({
        model,
        upstreamModel: upstreamOf(model, config),
        prompt: prompt?.text ?? DEFAULT_PROMPT,
        ask: (name, asked) => createAsk(asker(), ownCall())(name, asked, new Asking(performance.now() + RATING_MS)),
      });
    }
  }
}

/** A question of the router's own is of no tenant and no task; who may see the text was asked before. */
function ownCall(): AskedFor {
  return { atMs: Date.now(), tenant: '', task: null };
}

/** What the provider calls a model: deployments of one model are one model. */
function upstreamOf(model: string, { models }: Config): string {
  return models.get(model)?.deployments[0]?.upstreamModel ?? model;
}
