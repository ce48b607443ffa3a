// A configured embedding model as an encoder: any endpoint that takes OpenAI's form of embeddings. The texts leave this machine, and what they
// cost is told with every vector.
import type { NanoUsd } from '../../call/money.ts';
import type { Vectors } from '../../gate/gate.ts';
import { createBatches } from './batches.ts';
import { type Encoded, type Encoder, PaidForNothing, toUnitLength } from './encoder.ts';
import { shortened } from './shortened.ts';

/** Asks a model of the configuration for vectors, one for each text in their order. */
export type AskVectors = (model: string, texts: readonly string[]) => Promise<Vectors>;

export interface HttpEmbeddingsOptions {
  /** Of the configuration. */
  model: string;
  /** What the provider calls it: what its vectors depend on. */
  upstreamModel: string;
  ask: AskVectors;
}

/** Texts of one request: far below the 2048 that OpenAI takes, and what a proxy in front of a small server takes too. */
const MOST_TEXTS = 64;
const MOST_AT_ONCE = 8;
/** Characters: about 4000 tokens of the densest scripts, half of what OpenAI's models take. */
const LONGEST = 8192;

export function createHttpEmbeddings({ model, upstreamModel, ask }: HttpEmbeddingsOptions): Encoder {
  let dimensions: number | null = null;

  async function encodeBatch(texts: readonly string[]): Promise<Encoded[]> {
    const { vectors, costNanoUsd, failure = 'no vectors' } = await ask(model, texts);
    if (vectors === null) throw new PaidForNothing(`${model} could not be asked: ${failure}`, costNanoUsd);
    const lengths = new Set(vectors.map(({ length }) => length));
    if (dimensions !== null) lengths.add(dimensions);
    if (lengths.size !== 1 || vectors.length !== texts.length) {
      const say = [...lengths].join(' and ');
      throw new PaidForNothing(
        `${model} gave ${vectors.length} vectors of ${say} numbers for ${texts.length} texts`,
        costNanoUsd,
      );
    }
    [dimensions = null] = lengths;
    const costs = shares(costNanoUsd, texts.length);
    return vectors.map((vector, at) => ({ vector: toUnitLength(vector), costNanoUsd: costs[at] ?? null }));
  }

  const batches = createBatches({ encodeBatch, mostTexts: MOST_TEXTS, mostAtOnce: MOST_AT_ONCE });
  return {
    name: `http:${upstreamModel}`,
    sentTo: model,
    get dimensions() {
      return dimensions;
    },
    encode: async (text) => {
      if (text.trim() === '') throw new Error('there are no words to encode');
      return batches.encode(shortened(text, LONGEST));
    },
    close: () => {
      batches.close(new Error('the encoder is closed'));
      return Promise.resolve();
    },
  };
}

/** A cost in whole nano-dollars, as even as can be; the sum stays the same. */
function shares(cost: NanoUsd | null, count: number): (NanoUsd | null)[] {
  return Array.from({ length: count }, (_, at) =>
    cost === null ? null : Math.floor((cost * (at + 1)) / count) - Math.floor((cost * at) / count),
  );
}
