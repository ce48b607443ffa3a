// A pipe carries one streamed reply from provider to client and watches it on the way. Two kinds: a tap passes the
// bytes of the caller's own dialect, a translation decodes and encodes. Neither ever invents a finish.
import type { UpstreamError } from '../call/errors.ts';
import type { Usage } from '../call/usage.ts';

/** What accounting has learnt from the stream so far. */
export interface StreamFacts {
  usage: Usage | null;
  finishReason: string | null;
  responseModel: string | null;
  /** OpenAI's `system_fingerprint`: changes when what serves the model does. Left out where there is none. */
  fingerprint?: string;
  /** `service_tier` as the provider said it; it can decide about the price. */
  serviceTier: string | null;
  /** Whether the first generated token has been seen. */
  sawToken: boolean;
  /** The error the provider sent instead of, or in the middle of, an answer. */
  error: UpstreamError | null;
}

export interface StreamPipe {
  readonly facts: StreamFacts;
  /**
   * `open`: more to come. `finished`: the answer is complete, `closing` holds its last bytes.
   * `failed`: the provider sent an error (`facts.error`) or ended before its finish (`facts.error` is null).
   */
  readonly state: 'open' | 'finished' | 'failed';
  /** The last bytes for the client, sent only after the ledger has its row. Null when there are none. */
  readonly closing: Buffer | string | null;
  /** Takes a chunk off the network; returns what can go to the client now, null when nothing can. */
  push: (chunk: Buffer) => Buffer | string | null;
  /** The provider closed the stream: settles `state`. */
  end: () => void;
}

export function createFacts(): StreamFacts {
  return { usage: null, finishReason: null, responseModel: null, serviceTier: null, sawToken: false, error: null };
}
