// How an answer is compared with the one that is known to be right. Data only.

/**
 * `exact`: equal but for white space around it. `text`: equal but for case, spacing and punctuation around it. `number`: the last
 * number of the answer. `json`: equal as JSON values, whatever the order of keys. `contains`: the reference is part of it.
 */
export const COMPARISONS = ['exact', 'text', 'number', 'json', 'contains'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface ReferenceConfig {
  compare: Comparison;
  /** A JSON pointer into the answer: only the value there is compared. Null: all of it. */
  at: string | null;
  /** How far numbers may be apart, as a share of the reference. */
  tolerance: number;
  /** Whether the answer's JSON may stand in a Markdown fence. */
  isFenced: boolean;
}
