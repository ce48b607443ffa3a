// What passes between a thread that encodes and the thread that serves, and the thread's side of it.
import { parentPort } from 'node:worker_threads';
import { toError } from './encoder.ts';

export interface ThreadMessage {
  id: number;
  texts: readonly string[];
}

/** The vectors of a batch, one behind the other, or why there are none. */
export type ThreadNews = { id: number; vectors: Float32Array<ArrayBuffer> } | { id: number; failed: string };

/** Answers every batch that comes; what `encode` throws is told. */
export function answerBatches(encode: (texts: readonly string[]) => Promise<Float32Array<ArrayBuffer>>): void {
  const answer = async ({ id, texts }: ThreadMessage): Promise<void> => {
    try {
      const vectors = await encode(texts);
      say({ id, vectors }, [vectors.buffer]);
    } catch (error) {
      say({ id, failed: toError(error).message }, []);
    }
  };
  parentPort?.on('message', (message: ThreadMessage) => void answer(message));
}

function say(news: ThreadNews, transfer: ArrayBuffer[]): void {
  parentPort?.postMessage(news, transfer);
}
