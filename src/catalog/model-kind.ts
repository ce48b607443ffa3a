// Whether a model talks or makes vectors. It must never guess: a model that neither its name nor its price list tells of
// is of no known kind, and may be asked for both.
import type { CallKind } from '../call/view.ts';
import type { ModelSpec } from './model-spec.ts';

/** Names of embedding models: OpenAI, Mistral, Cohere, Google and Amazon say `embed`, the open families have their own. */
const EMBEDS = /embed|(?:^|[/@.-])(?:bge|gte|e5|voyage|all-minilm)-/i;

/** What the provider's own name of a model tells; null when it tells nothing. */
export function kindByName(upstreamModel: string): CallKind | null {
  return EMBEDS.test(upstreamModel) ? 'embedding' : null;
}

/** What name and price list tell. Vectors have no output to be paid for, so whoever is paid for output writes. */
export function kindOf(upstreamModel: string, spec: ModelSpec | null): CallKind | null {
  const named = kindByName(upstreamModel);
  if (named !== null) return named;
  return spec?.prices.some(({ rates }) => rates.output !== undefined) === true ? 'chat' : null;
}
