// A plan: what was decided for one call. Data that can be read, stored and replayed.

/** One sentence of the explanation why a call went where it went. */
export interface Reason {
  /** Which step of the policy spoke. */
  step: 'request' | 'task' | 'default' | 'route' | 'guard' | 'fallback' | 'delivery';
  /** What it said, with its numbers. */
  say: string;
}

export interface PlannedAttempt {
  /** Name of a configured model. */
  model: string;
  tier: string;
}

/** An ordered list of models to try, cheapest acceptable first, with the reasons for the order. */
export interface Plan {
  /** The task this call belongs to, null when no task matched. */
  task: string | null;
  attempts: PlannedAttempt[];
  reasons: Reason[];
}
