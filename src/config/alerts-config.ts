// What a configuration says of alerts: to whom they are told, how often, and from where on something is one. Data only.

/** `log` needs nothing; the others are asked over HTTP. Addresses are secrets, as a rule: they hold a token. */
export type SinkConfig =
  | { kind: 'log'; form: 'sentence' | 'json' }
  /** `secret`: signs what is sent; null sends it unsigned. */
  | { kind: 'webhook'; url: string; secret: string | null }
  | { kind: 'slack'; url: string };

/** A rule that is on and has no threshold. */
export type NoThreshold = Readonly<Record<string, never>>;

/** By the rule's name in the file; null where the rule is off. Shares are 0 to 1. */
export interface AlertRulesConfig {
  readonly pass_rate: NoThreshold | null;
  /** Share of escalated calls from which on it is told, whatever it was before. */
  readonly escalation: { readonly above: number } | null;
  /** So many times the usual output. */
  readonly output_length: { readonly growth: number } | null;
  readonly input_length: NoThreshold | null;
  readonly input_mix: NoThreshold | null;
  /** Share of the input that came from the provider's cache. */
  readonly cache_hit: { readonly below: number } | null;
  readonly decision_time: NoThreshold | null;
  /** Percentage points below the reference. */
  readonly canary_gap: { readonly points: number } | null;
  /** Share of calls without a complete answer. */
  readonly errors: { readonly above: number } | null;
  /** Share of calls that another model or deployment had to answer. */
  readonly fallback: { readonly above: number } | null;
  readonly unknown_cost: NoThreshold | null;
  readonly model_changed: NoThreshold | null;
  readonly price_changed: NoThreshold | null;
  /** Share of a budget that is spent. */
  readonly budget: { readonly at: number } | null;
  readonly rollout: NoThreshold | null;
  readonly action: NoThreshold | null;
}

export interface AlertsConfig {
  /** In the order of the file; empty: nobody is told. */
  sinks: readonly SinkConfig[];
  /** An alert that stays active is told again after so long. */
  repeatMs: number;
  rules: AlertRulesConfig;
}
