// Where alerts are told: a sink sends one notice once, and says how it went. When to try again is for the outbox.
import type { Notice } from './active-alert.ts';

export interface Sink {
  /** For the log: the kind and the host, never the address, which may hold a token. */
  readonly name: string;
  /** Rejects with SendError, or with anything else for a notice that cannot be told at all. */
  send: (notice: Notice, signal: AbortSignal) => Promise<void>;
}

/** Why a notice could not be sent. The message never holds an address or a secret. */
export class SendError extends Error {
  /** Whether trying the same again is of no use. */
  readonly isFinal: boolean;
  /** How long the receiver wants to be left alone, milliseconds; null when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(message: string, { isFinal, retryAfterMs = null }: { isFinal: boolean; retryAfterMs?: number | null }) {
    super(message);
    this.name = 'SendError';
    this.isFinal = isFinal;
    this.retryAfterMs = retryAfterMs;
  }
}
