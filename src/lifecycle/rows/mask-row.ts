// Takes secrets and personal data out of a row, for rows are files that people keep. The texts of one row are masked together, so that what
// an answer says of its request still holds; its counts stay those of the request as it was.
import type { Json } from '../../call/json.ts';
import type { RowLine } from '../../learn/rows/row.ts';
import { type FoundCounts, maskJson } from '../../mask/mask.ts';

/** Prompt, reference and what models said. Names of models, ids and tags stay. */
export function maskRow(row: RowLine): { row: RowLine; found: FoundCounts } {
  const said = Object.entries(row.outcomes).map(([model, { answer, response }]) => ({ model, answer, response }));
  // A list and not an object: no member has a name by which its whole text would count as a secret.
  const texts: Json[] = [
    row.prompt,
    json(row['reference']),
    ...said.flatMap((one) => [json(one.answer), json(one.response)]),
  ];
  const { value, found } = maskJson(texts);
  const [prompt = '', reference, ...rest] = value;
  const outcomes = Object.entries(row.outcomes).map(([model, outcome], index) => [
    model,
    {
      ...outcome,
      ...(outcome.answer === undefined ? {} : { answer: rest[2 * index] }),
      ...(typeof outcome.response === 'string' ? { response: rest[2 * index + 1] } : {}),
    },
  ]);
  return {
    row: {
      ...row,
      prompt: prompt as string,
      ...(row['reference'] === undefined ? {} : { reference }),
      outcomes: Object.fromEntries(outcomes) as RowLine['outcomes'],
    },
    found,
  };
}

function json(value: unknown): Json {
  return value === undefined ? null : (value as Json);
}
