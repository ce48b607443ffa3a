// What a configuration says of canaries: which answers are answered again, by whom, and how the two are compared. Data only.

/**
 * `accept`: by the task's gates, and by whether the answer says what the reference says. `judge`: a model is asked which of the two is
 * better, in both orders. `person`: both are kept for `tierline grade`.
 */
export const GRADINGS = ['accept', 'judge', 'person'] as const;
export type Grading = (typeof GRADINGS)[number];

export interface CanaryConfig {
  /** What canaries of all tasks may cost in a day (UTC), nano-dollars. */
  budgetNanoUsd: number;
  /** Whether secrets and personal data are taken out of answers that are kept for a person. */
  isMasked: boolean;
  /** By task; one without an entry has none. */
  tasks: ReadonlyMap<string, TaskCanaryConfig>;
}

export interface TaskCanaryConfig {
  /** Of the accepted answers that another model than the reference gave, 0 to 1. */
  share: number;
  /** The model that answers again. */
  reference: string;
  grading: Grading;
  /** The gap that is usual, -1 to 1: falls are told from it on; null: it is learned. */
  usualGap: number | null;
  /** Null unless a judge grades. */
  judge: { model: string; rubric: string } | null;
}
