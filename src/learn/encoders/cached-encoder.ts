// An encoder that remembers what it has encoded, by a digest of the text: no text is kept. Those who ask for the same text at the same
// time wait for one encoding, and nothing that went wrong is remembered.
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Encoded, Encoder } from './encoder.ts';

export interface EncoderStatistics {
  /** Answered from memory. */
  hits: number;
  /** Waited for an encoding that somebody else had asked for. */
  shared: number;
  /** Encoded. */
  misses: number;
  /** Of the misses: came to nothing. */
  failures: number;
  /** Vectors that are remembered. */
  entries: number;
}

export interface CachedEncoder extends Encoder {
  statistics: () => EncoderStatistics;
}

/** Vectors that are kept: 8 MB of them at 512 numbers. */
const MOST_ENTRIES = 4096;

/** What is remembered costs nothing again. `mostEntries`: vectors that are kept at most. */
export function cacheEncoder(encoder: Encoder, mostEntries: number = MOST_ENTRIES): CachedEncoder {
  const kept = new LRUCache<string, Float32Array>({ max: mostEntries });
  const underWay = new Map<string, Promise<Encoded>>();
  const counts = { hits: 0, shared: 0, misses: 0, failures: 0 };

  async function encodeAnew(text: string, key: string): Promise<Encoded> {
    try {
      const encoded = await encoder.encode(text);
      kept.set(key, encoded.vector);
      return encoded;
    } catch (error) {
      counts.failures++;
      throw error;
    } finally {
      underWay.delete(key);
    }
  }

  return {
    name: encoder.name,
    sentTo: encoder.sentTo,
    get dimensions() {
      return encoder.dimensions;
    },
    encode: async (text) => {
      const key = createHash('sha256').update(text).digest('base64');
      const vector = kept.get(key);
      if (vector !== undefined) {
        counts.hits++;
        return { vector, costNanoUsd: 0 };
      }
      const asked = underWay.get(key);
      if (asked !== undefined) {
        counts.shared++;
        return { vector: (await asked).vector, costNanoUsd: 0 };
      }
      counts.misses++;
      const asking = encodeAnew(text, key);
      underWay.set(key, asking);
      return asking;
    },
    statistics: () => ({ ...counts, entries: kept.size }),
    close: () => encoder.close(),
  };
}
