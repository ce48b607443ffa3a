// What a configuration says of how the gateway runs, whatever it routes: its address, its patience, what it keeps and what its
// answers tell. Data only.

export interface ServerConfig {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  maxBodyBytes: number;
  /** Levels of nesting in a request's JSON. */
  maxDepth: number;
  shutdownGraceMs: number;
}

export interface TimeoutsConfig {
  /** How often the client of a stream that is held back for its gates gets a sign of life. */
  keepAliveMs: number;
  connectMs: number;
  firstByteMs: number;
  idleMs: number;
  totalMs: number;
}

export interface RetriesConfig {
  /** Exchanges per model, the first included. */
  maxAttempts: number;
  baseDelayMs: number;
  maxDelayMs: number;
  /** A longer `retry-after` is not waited for. */
  maxRetryAfterMs: number;
  /** Retries per live request, 0 to 1. */
  budgetShare: number;
}

export interface BreakerConfig {
  /** Share of failures from which the breaker opens, 0 to 1. */
  failureShare: number;
  minExchanges: number;
  windowMs: number;
  cooldownMs: number;
}

export interface LedgerConfig {
  /** Absolute when the configuration came from a file, except `:memory:`. */
  path: string;
  durability: 'journal' | 'commit';
}

/** Which responses are kept for clients that go on from them by id. */
export interface ResponsesConfig {
  /** `crossing`: those of providers that keep none themselves. */
  keep: 'crossing' | 'always' | 'never';
  retentionMs: number;
}

/** What is remembered of files, batches and other objects that tenants have made. */
export interface ObjectsConfig {
  retentionMs: number;
  /** Of what is kept with the objects of one kind. */
  maxBytes: number;
}

/** Which calls are kept with their content. */
export interface CaptureConfig {
  /** Of the calls of each task, 0 to 1. */
  share: number;
  /** Null: every task that is not private, and calls without a task. */
  tasks: ReadonlySet<string> | null;
  retentionMs: number;
  maxBytes: number;
  /** Whether secrets and personal data are taken out. */
  isMasked: boolean;
}

export interface AnswerConfig {
  costInUsage: boolean;
  headers: boolean;
  litellmCompat: boolean;
}
