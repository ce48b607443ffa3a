// The request of a sample as a row without outcomes.
import type { View } from '../../call/view.ts';
import type { Inbound } from '../../dialect/inbound.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import { rowRequestOf } from '../../learn/rows/row-request.ts';
import type { Sample } from '../samples/sample.ts';

/** Where outcomes come from. */
export type RowSource = 'profile' | 'evaluate' | 'feedback' | 'canary';

/** What a row says of its request. */
export function requestOf(view: View) {
  const { prompt, facts } = rowRequestOf(view);
  return {
    prompt,
    request: {
      characters: facts.characters,
      turns: facts.turns,
      tools: facts.hasTools,
      schema: facts.hasSchema,
      images: facts.hasImages,
    },
  } satisfies Partial<RowLine>;
}

/** `inbound`: the sample as a request. */
export function toSampleRow(sample: Sample, inbound: Inbound, { task, source }: { task: string; source: RowSource }) {
  const { id, reference, tags, weight, at } = sample;
  const segment = tags['segment'] ?? tags['tenant'];
  const category = tags['cluster'] ?? tags['topic'];
  return {
    id,
    task,
    ...(segment === undefined ? {} : { segment }),
    ...requestOf(inbound),
    ...(reference === undefined ? {} : { reference }),
    ...(category === undefined ? {} : { category }),
    weight,
    ...(at === null ? {} : { at }),
    source,
    outcomes: {},
  } satisfies RowLine;
}
