// Embeddings of requests for learned routers that want them: fetched before the planner decides, under a time limit. A call never fails for
// the want of one, nobody sees a request that may not see it, and what an embedding cost is told to the call that wanted it.
import type { NanoUsd } from './call/money.ts';
import { type Encoder, PaidForNothing } from './learn/encoders/encoder.ts';
import { placesWithin } from './policy/guard.ts';
import type { Policy, PolicyLimits } from './policy/policy.ts';

/** What makes the embedding of a text: vector and cost. May reject, with PaidForNothing where that cost something. */
export type RequestEncoder = Pick<Encoder, 'encode' | 'sentTo'>;

export interface EncodingQuestion {
  /** By the name that artifacts know it under. */
  encoder: string;
  text: string;
  timeoutMs: number;
  /** Of the call's task and tenant. */
  limits: readonly PolicyLimits[];
}

export interface Encoding {
  readonly encoder: string;
  /** Null where there was none in time. */
  readonly vector: Float32Array | null;
  /** What is known by now of its cost: one that came too late is paid all the same. Null while, or where, it is not known. */
  readonly costNanoUsd: NanoUsd | null;
}

/** Never rejects. */
export type EncodeRequest = (question: EncodingQuestion) => Promise<Encoding>;

/** What is encoded is remembered, if at all, by the encoders. */
export function createEncodeRequest(
  encoders: ReadonlyMap<string, RequestEncoder>,
  policy: Pick<Policy, 'models'>,
): EncodeRequest {
  return async ({ encoder: name, text, timeoutMs, limits }) => {
    const encoder = encoders.get(name);
    const encoding = { encoder: name, vector: null as Float32Array | null, costNanoUsd: 0 as NanoUsd | null };
    if (encoder === undefined || !maySee(policy, encoder, limits)) return encoding;
    if (encoder.sentTo !== null) encoding.costNanoUsd = null;
    encoding.vector = await within(timeoutMs, encode(encoder, text, encoding));
    return encoding;
  };
}

/** Whether a text under these limits may go to the encoder: it stays here, or every place that may be asked is allowed to see it. */
export function maySee(
  { models }: Pick<Policy, 'models'>,
  { sentTo }: Pick<Encoder, 'sentTo'>,
  limits: readonly PolicyLimits[],
): boolean {
  const model = sentTo === null ? undefined : models.get(sentTo);
  if (model === undefined) return sentTo === null;
  const { left } = placesWithin(model, limits);
  return left === null || left.length === model.deployments.length;
}

/** The vector; null for none. `told` gets its cost as soon as that is known. */
async function encode(
  encoder: RequestEncoder,
  text: string,
  told: { costNanoUsd: NanoUsd | null },
): Promise<Float32Array | null> {
  try {
    const { vector, costNanoUsd } = await encoder.encode(text);
    told.costNanoUsd = costNanoUsd;
    return vector;
  } catch (error) {
    told.costNanoUsd = error instanceof PaidForNothing ? error.costNanoUsd : 0;
    return null;
  }
}

async function within<Value>(timeoutMs: number, coming: Promise<Value>): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, null);
  });
  try {
    return await Promise.race([coming, late]);
  } finally {
    clearTimeout(timer);
  }
}
