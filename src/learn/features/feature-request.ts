// A request that comes in, for the features: by the very text and facts that rows are made of, with its tenant as the segment.
import type { View } from '../../call/view.ts';
import { rowRequestOf } from '../rows/row-request.ts';
import type { FeatureRequest } from './extract.ts';

export function featureRequestOf({
  view,
  task,
  tenant,
}: {
  view: View;
  task: string | null;
  tenant: string | null;
}): FeatureRequest {
  const { prompt, facts } = rowRequestOf(view);
  return { text: prompt, facts, task, segment: tenant };
}
