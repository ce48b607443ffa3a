// What is known of a model on a task from its calls so far. Data only; null stands for what was never seen.

export interface TrackRecord {
  /** Tokens an answer has, as a moving mean. */
  outputTokens: number | null;
  /** Answers that were judged by gates and how many of them passed; both fade with time, so they may be fractions. */
  judged: number;
  passed: number;
  /** Share of the calls that go on a conversation while its prompt is still in the provider's cache. */
  followRate: number | null;
  /** Time within which 95 % of the answers were complete, milliseconds. */
  p95LatencyMs: number | null;
}
