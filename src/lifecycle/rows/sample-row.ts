// The request of a sample as a row without outcomes.
import type { Inbound } from '../../dialect/inbound.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import { rowRequestOf } from '../../learn/rows/row-request.ts';
import type { Sample } from '../samples/sample.ts';

/** Where outcomes come from. */
export type RowSource = 'profile' | 'evaluate';

/** `inbound`: the sample as a request. */
export function toSampleRow(sample: Sample, inbound: Inbound, { task, source }: { task: string; source: RowSource }) {
  const { id, reference, tags, weight, at } = sample;
  const { prompt, facts } = rowRequestOf(inbound);
  const segment = tags['segment'] ?? tags['tenant'];
  const category = tags['cluster'] ?? tags['topic'];
  return {
    id,
    task,
    ...(segment === undefined ? {} : { segment }),
    prompt,
    request: {
      characters: facts.characters,
      turns: facts.turns,
      tools: facts.hasTools,
      schema: facts.hasSchema,
      images: facts.hasImages,
    },
    ...(reference === undefined ? {} : { reference }),
    ...(category === undefined ? {} : { category }),
    weight,
    ...(at === null ? {} : { at }),
    source,
    outcomes: {},
  } satisfies RowLine;
}
