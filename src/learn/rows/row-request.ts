// What of a request a row is made of. The one place that says it: a request that comes in has to be rated by the very text and facts that
// were learned from.
import type { View } from '../../call/view.ts';
import type { RequestFacts } from './row.ts';

export interface RowRequest {
  /** The text of the user's last turn. */
  prompt: string;
  facts: RequestFacts;
}

/** Reads the texts and counts of the view, which may parse the body, once. */
export function rowRequestOf(view: View): RowRequest {
  return {
    prompt: view.ask,
    facts: {
      characters: view.text.length,
      turns: Math.max(1, view.messageCount),
      hasTools: view.hasTools,
      hasSchema: view.hasSchema,
      hasImages: view.hasImages,
    },
  };
}
