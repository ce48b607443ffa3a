// Asks an embedding model of the configuration for vectors of the router's own. What it costs is told to whoever asks; it makes no row.

import { type Asker, deliverQuestion } from './ask.ts';
import { isObject, type Json, parseObject } from './call/json.ts';
import type { NanoUsd } from './call/money.ts';
import { plainAttempt } from './call/plan.ts';
import { Asking } from './delivery/asking.ts';
import { Inbound } from './dialect/inbound.ts';
import { openaiEmbeddings } from './dialect/openai-embeddings.ts';
import { spentOn } from './record.ts';

export interface AskedVectors {
  /** One for each text, in their order; none where there is a failure. */
  vectors: Float32Array[];
  /** Null where it is not known. */
  costNanoUsd: NanoUsd | null;
  failure?: string;
}

/** `model`: of the configuration. `texts`: at least one, none of them empty. Nothing is thrown on account of a provider. */
export type AskVectors = (model: string, texts: readonly string[]) => Promise<AskedVectors>;

const MAX_DEPTH = 8;

/** `limitMs`: how long an answer may take. */
export function createAskVectors(engine: Asker, limitMs: number): AskVectors {
  return async (model, texts) => {
    const deployments = placesOf(engine, model);
    if (deployments.length === 0) return refused(`no provider of ${model} takes embeddings in OpenAI's form`);
    const inbound = Inbound.read(openaiEmbeddings, Buffer.from(JSON.stringify({ model, input: texts })), MAX_DEPTH);
    const attempt = { ...plainAttempt(model, ''), deployments };
    const outcome = await deliverQuestion(engine, {
      inbound,
      attempt,
      asking: new Asking(performance.now() + limitMs),
    });
    const costNanoUsd = spentOn(outcome.exchanges, engine.pricing(Date.now())).nanoUsd;
    if (outcome.error !== null) return { vectors: [], costNanoUsd, failure: outcome.error.message };
    const body = outcome.answer?.result.body ?? null;
    const vectors = body === null ? null : readVectors(Buffer.from(body).toString('utf8'), texts.length);
    return vectors === null
      ? { vectors: [], costNanoUsd, failure: 'its reply holds no vectors, or not as many as texts' }
      : { vectors, costNanoUsd };
  };
}

function refused(failure: string): AskedVectors {
  return { vectors: [], costNanoUsd: 0, failure };
}

/** Positions of the deployments that take such a request. */
function placesOf({ policy }: Asker, model: string): number[] {
  const places = policy.models.get(model)?.deployments ?? [];
  return [...places.keys()].filter((at) => places[at]?.dialects.includes(openaiEmbeddings.name) === true);
}

/**
 * Vectors by their `index`, where there is exactly one for each text. Source: OpenAI's reference of POST /v1/embeddings
 * (`data[].index`, `data[].embedding`; numbers, as no other format was asked for), type declarations of openai 7.57.
 */
export function readVectors(reply: string, count: number): Float32Array[] | null {
  const data = parseObject(reply)?.data;
  if (!Array.isArray(data) || data.length !== count) return null;
  const vectors: Float32Array[] = [];
  for (const [at, item] of data.entries()) {
    if (!isObject(item)) return null;
    const { index = at, embedding } = item;
    if (typeof index !== 'number' || !isVector(embedding)) return null;
    vectors[index] = Float32Array.from(embedding);
  }
  const isComplete = vectors.length === count && Array.from(vectors).every((vector) => vector !== undefined);
  return isComplete ? vectors : null;
}

function isVector(value: Json | undefined): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number');
}
