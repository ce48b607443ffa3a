// A sentence model of the user's own, on this machine: a folder as sentence-transformers and optimum export it, run by the optional packages
// onnxruntime-node and @huggingface/tokenizers.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { GateProblem, resolvePeer } from '../../gate/peer.ts';
import { createBatches } from './batches.ts';
import type { Encoded, Encoder } from './encoder.ts';
import { createEncoderThread } from './encoder-thread.ts';
import type { OnnxOrders } from './onnx-worker.ts';
import { shortened } from './shortened.ts';

/** Tokens of a text, as most sentence models were trained for. */
const LONGEST_TOKENS = 256;
/** Characters: more would make more tokens than that. */
const LONGEST = 1024;
const MOST_TEXTS = 4;
const NEEDED = ['model.onnx', 'tokenizer.json'];
/** What vectors depend on, where it is there. Large weights lie beside the model. */
const OF_THE_NAME = [...NEEDED, 'tokenizer_config.json', 'model.onnx_data', 'model.onnx.data'];

export interface OnnxOptions {
  /** With `model.onnx` and `tokenizer.json`. */
  model: string;
  /** The packages are those beside it, else Tierline's own. */
  folder: string;
}

/** Reads the files once, for the name; the model is loaded with the first text. Rejects with GateProblem when a file or package is missing. */
export async function openOnnx({ model, folder }: OnnxOptions): Promise<Encoder> {
  for (const file of NEEDED)
    if (!existsSync(path.join(model, file))) throw new GateProblem(`there is no file ${path.join(model, file)}`);
  const orders: OnnxOrders = {
    runtime: resolvePeer('onnxruntime-node', folder),
    tokenizers: resolvePeer('@huggingface/tokenizers', folder),
    folder: model,
    longest: LONGEST_TOKENS,
  };
  const digest = await digestOf(model);
  const thread = createEncoderThread({ file: 'onnx-worker', orders });
  let dimensions: number | null = null;
  const encodeBatch = async (texts: readonly string[]): Promise<Encoded[]> => {
    const vectors = await thread.encode(texts);
    const width = vectors.length / texts.length;
    dimensions = width;
    return texts.map((_, at) => ({ vector: vectors.slice(at * width, (at + 1) * width), costNanoUsd: 0 }));
  };
  const batches = createBatches({ encodeBatch, mostTexts: MOST_TEXTS, mostAtOnce: 1 });
  return {
    name: `onnx:${digest}`,
    sentTo: null,
    get dimensions() {
      return dimensions;
    },
    encode: async (text) => {
      if (text.trim() === '') throw new Error('there are no words to encode');
      return batches.encode(shortened(text.trim(), LONGEST));
    },
    close: async () => {
      batches.close(new Error('the encoder is closed'));
      await thread.stop();
    },
  };
}

/** The first 12 hexadecimal digits of a digest of all that the vectors depend on. */
async function digestOf(model: string): Promise<string> {
  const digest = createHash('sha256').update(`${LONGEST} ${LONGEST_TOKENS}`);
  for (const file of OF_THE_NAME) {
    if (!existsSync(path.join(model, file))) continue;
    digest.update(`\n${file}\n`);
    for await (const chunk of createReadStream(path.join(model, file))) digest.update(chunk as Buffer);
  }
  return digest.digest('hex').slice(0, 12);
}
