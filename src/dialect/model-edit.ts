// The model's name in a body that otherwise keeps its bytes.
import type { Edit } from '../wire/splice.ts';
import type { Inbound } from './inbound.ts';

/**
 * The edit that makes a body name the provider's own model; none where it does so already. Gemini has the model in its address,
 * and takes a body that names it all the same.
 */
export function modelEdits({ top, dialect, model }: Inbound, upstreamModel: string): Edit[] {
  const span = top.span('model');
  if (span === null) return [];
  const isGemini = dialect.name === 'gemini';
  const named = isGemini ? top.string('model')?.replace(/^models\//, '') : model;
  if (named === upstreamModel) return [];
  return [{ ...span, text: JSON.stringify(isGemini ? `models/${upstreamModel}` : upstreamModel) }];
}
