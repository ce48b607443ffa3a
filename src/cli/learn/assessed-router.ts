// A router as it was assessed: what every output is made of.
import type { Artifact } from '../../learn/artifact/artifact.ts';
import type { Assessment } from '../../learn/assess/assess.ts';

/** The same router by another label, or without rows that carry a mark. */
export interface Variant {
  label: string;
  without: readonly string[];
  assessment: Assessment;
}

export interface AssessedRouter {
  router: {
    file: string;
    id: string;
    made: string;
    reference: string;
    models: readonly string[];
    trainedOn: Artifact['trainedOn'];
  };
  data: { files: readonly string[]; rows: number; label: string; without: readonly string[]; isTrainingData: boolean };
  assessment: Assessment;
  variants: readonly Variant[];
  /** What has to be known before the figures are believed, in sentences. */
  notes: readonly string[];
}

/** What differs in a variant: the label, or the rows that are left out. */
export function sayVariant(variant: Pick<Variant, 'label' | 'without'>, label: string): string {
  return variant.label === label
    ? `Without rows marked ${variant.without.join(', ')}`
    : `By the label ${variant.label}`;
}
