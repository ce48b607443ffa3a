// Has texts made into vectors by a configured model, for a gate that compares by meaning. What it costs is told to the gate,
// which counts it to the call it was asked for; it makes no row of its own.
import { type AskedFor, type Asker, deliverQuestion } from './ask.ts';
import { isObject, parseObject } from './call/json.ts';
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
    const request = Buffer.from(JSON.stringify({ model, input: texts, encoding_format: 'float' }));
    const inbound = Inbound.read(openaiEmbeddings, request, MAX_DEPTH);
    const { left, refusal } = refusalAgain(asked, { view: inbound, caller, limits });
    if (refusal !== null) return { vectors: null, failure: refusal.say, costNanoUsd: 0 };
    const attempt = { ...plainAttempt(model, ''), deployments: left };
    const { answer, error, exchanges } = await deliverQuestion(engine, { inbound, attempt, asking });
    const costNanoUsd = spentOn(exchanges, engine.pricing(atMs)).nanoUsd;
    const body = answer?.result.body ?? null;
    const vectors = error !== null || body === null ? null : readVectors(String(body), texts.length);
    return vectors === null
      ? { vectors, failure: error?.message ?? 'its reply cannot be read', costNanoUsd }
      : { vectors, costNanoUsd };
  };
}

/** In the order of the texts (OpenAI API reference, Create embeddings, 2026-11); null for anything else. */
function readVectors(body: string, count: number): number[][] | null {
  const data = parseObject(body)?.data;
  if (!Array.isArray(data) || data.length !== count) return null;
  const vectors: number[][] = [];
  for (const item of data) {
    if (!isObject(item) || !Array.isArray(item.embedding) || typeof item.index !== 'number') return null;
    vectors[item.index] = item.embedding as number[];
  }
  const isSound = vectors.length === count && vectors.every((one) => one.every((value) => typeof value === 'number'));
  return isSound ? vectors : null;
}
