// What is remembered of a conversation so that its next turn finds the model that knows it. Data only.

export interface Pin {
  /** Name of the configured model that answered last. */
  model: string;
  /** The route it was planned by, as it reads in a reason. */
  route: string;
  /** The rollout whose candidate that route is; null for any other route. */
  candidateOf: string | null;
  /** Tokens of the last turn that the provider said it read from its prompt cache or wrote to it. */
  cachedTokens: number;
  /** Until when the provider keeps them, milliseconds since 1970. */
  cachedUntilMs: number;
  /** Whether it answered only because another model had failed upstream. */
  isStandIn: boolean;
  /** Calls of the session so far. */
  turns: number;
  /** Whether a weaker model had failed this conversation before. */
  isEscalated: boolean;
}
