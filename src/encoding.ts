// Embeddings of requests for learned routers that want them: fetched before the planner decides, under a time limit, kept for a
// while. A call never fails for the want of one.
import { hash } from 'node:crypto';

/** Makes the embedding of a text. May reject. */
export type Encode = (text: string) => Promise<Float32Array>;

/** The embedding of a text by the encoder of this name; null when there is none within `timeoutMs`. Never rejects. */
export type Embed = (encoder: string, text: string, timeoutMs: number) => Promise<Float32Array | null>;

/** About 12 MB of 768 numbers each. */
const MOST_KEPT = 4096;

/** One that comes too late for its call is kept for the next one of the same text. */
export function createEmbed(encoders: ReadonlyMap<string, Encode>): Embed {
  const kept = new Map<string, Promise<Float32Array | null>>();

  const begin = (key: string, encode: Encode, text: string): Promise<Float32Array | null> => {
    const coming = Promise.resolve()
      .then(() => encode(text))
      .catch(() => {
        kept.delete(key);
        return null;
      });
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value as string);
    kept.set(key, coming);
    return coming;
  };

  return async (encoder, text, timeoutMs) => {
    const encode = encoders.get(encoder);
    if (encode === undefined) return null;
    const key = `${encoder} ${hash('sha256', text, 'base64url')}`;
    const coming = kept.get(key) ?? begin(key, encode, text);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, null);
    });
    try {
      return await Promise.race([coming, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
