// Has texts made into vectors by a configured model: for a gate that compares by meaning, or for an encoder. What it costs is told to whoever
// asks, who counts it to the call it was asked for; it makes no row of its own.
import { type AskedFor, type Asker, deliverQuestion } from './ask.ts';
import { isObject, type Json, parseObject } from './call/json.ts';
import { plainAttempt } from './call/plan.ts';
import type { Asking } from './delivery/asking.ts';
import { Inbound } from './dialect/inbound.ts';
import { openaiEmbeddings } from './dialect/openai-embeddings.ts';
import type { Vectors } from './gate/gate.ts';
import { limitsOf } from './policy/asked.ts';
import { refusalAgain } from './policy/guard.ts';
import { spentOn } from './record.ts';

/** Why there are no vectors is told in the reply, with what was spent all the same; nothing is thrown on that account. */
export type Embed = (model: string, texts: readonly string[], asking: Asking) => Promise<Vectors>;

const MAX_DEPTH = 8;

export function createEmbed(engine: Asker, { atMs, tenant, task }: AskedFor): Embed {
  const { policy } = engine;
  const limits = limitsOf(policy, tenant, task === null ? null : (policy.tasksByName.get(task) ?? null));
  const caller = { tenant, path: '/v1/embeddings', headers: {} };
  return async (model, texts, asking) => {
    const asked = policy.models.get(model);
    if (asked === undefined) return { vectors: null, failure: 'it is not configured', costNanoUsd: 0 };
    const inbound = Inbound.read(openaiEmbeddings, Buffer.from(JSON.stringify({ model, input: texts })), MAX_DEPTH);
    const { left, refusal } = refusalAgain(asked, { view: inbound, caller, limits });
    if (refusal !== null) return { vectors: null, failure: refusal.say, costNanoUsd: 0 };
    const attempt = { ...plainAttempt(model, ''), deployments: left };
    const { answer, error, exchanges } = await deliverQuestion(engine, { inbound, attempt, asking });
    const costNanoUsd = spentOn(exchanges, engine.pricing(atMs)).nanoUsd;
    if (error !== null) return { vectors: null, failure: error.message, costNanoUsd };
    const body = answer?.result.body ?? null;
    const vectors = body === null ? null : readVectors(String(body), texts.length);
    return vectors === null
      ? { vectors, failure: 'its reply holds no vectors, or not as many as texts', costNanoUsd }
      : { vectors, costNanoUsd };
  };
}

/**
 * Vectors by their `index`, where there is exactly one for each text; null for anything else. Source: OpenAI's reference of POST
 * /v1/embeddings (`data[].index`, `data[].embedding`; numbers, as no other format was asked for), type declarations of openai 7.57.
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
