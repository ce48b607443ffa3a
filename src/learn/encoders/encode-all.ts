// Vectors of many texts, to learn from: each different text once, several at a time, and none that is kept already.
import type { NanoUsd } from '../../call/money.ts';
import { type Encoder, PaidForNothing, toError } from './encoder.ts';
import type { VectorFile } from './vector-file.ts';

export interface EncodeAllOptions {
  /** Texts under way at a time: encoders put them together in batches. */
  concurrency?: number;
  onProgress?: (progress: EncodeProgress) => void;
  /** Where vectors are looked up and kept. */
  kept?: VectorFile | null;
  /** Ends it: what is under way is awaited, the rest has no vectors. */
  signal?: AbortSignal | undefined;
}

export interface EncodeProgress {
  /** Different texts that are done with, of `total`. */
  done: number;
  total: number;
  costNanoUsd: NanoUsd | null;
}

export interface EncodedAll {
  /** One for each text, in their order; null where there is none. */
  vectors: (Float32Array | null)[];
  /** Different texts without one, and why the last of them has none. */
  failed: { texts: number; reason: string | null };
  /** Spent now; null as soon as one cost is not known. */
  costNanoUsd: NanoUsd | null;
}

const CONCURRENCY = 16;
/** So many failures with nothing between them are the encoder's, not the texts'. */
const MOST_FAILURES = 20;

/** Rejects with the encoder's own Error when nothing comes of it any more. A text that fails is tried once more, after all others. */
export async function encodeAll(
  encoder: Encoder,
  texts: readonly string[],
  { concurrency = CONCURRENCY, onProgress, kept = null, signal }: EncodeAllOptions = {},
): Promise<EncodedAll> {
  const found = new Map<string, Float32Array | null>();
  for (const text of texts) if (!found.has(text)) found.set(text, kept?.get(text) ?? null);
  let costNanoUsd: NanoUsd | null = 0;
  let failures = 0;
  let lastError: Error | null = null;
  const open = [...found].filter(([, vector]) => vector === null).map(([text]) => text);
  let done = found.size - open.length;

  const spend = (cost: NanoUsd | null): void => {
    costNanoUsd = cost === null || costNanoUsd === null ? null : costNanoUsd + cost;
  };
  const isOver = (): boolean => signal?.aborted === true || failures >= MOST_FAILURES;
  const tryOne = async (text: string): Promise<boolean> => {
    try {
      const encoded = await encoder.encode(text);
      failures = 0;
      spend(encoded.costNanoUsd);
      kept?.add(text, encoded.vector);
      found.set(text, encoded.vector);
      return true;
    } catch (error) {
      failures++;
      lastError = toError(error);
      if (error instanceof PaidForNothing) spend(error.costNanoUsd);
      return false;
    }
  };
  /** Gives back those that came to nothing. */
  const pass = async (todo: readonly string[], isLast: boolean): Promise<string[]> => {
    const again: string[] = [];
    const rest = todo.values();
    const work = async (): Promise<void> => {
      for (const text of rest) {
        if (isOver()) return;
        const isDone = await tryOne(text);
        if (!isDone) again.push(text);
        if (!isDone && !isLast) continue;
        onProgress?.({ done: ++done, total: found.size, costNanoUsd });
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return again;
  };

  onProgress?.({ done, total: found.size, costNanoUsd });
  const again = await pass(open, false);
  if (!isOver()) await pass(again, true);
  if (failures >= MOST_FAILURES && lastError !== null) throw lastError;
  const missing = [...found.values()].filter((vector) => vector === null).length;
  return {
    vectors: texts.map((text) => found.get(text) ?? null),
    failed: { texts: missing, reason: (lastError as Error | null)?.message ?? null },
    costNanoUsd,
  };
}
