// Members of a request that a response repeats, as both are written: how much to think, and the form of the text.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { Crossing } from './crossing.ts';
import type { NeutralFormat, NeutralReasoning } from './neutral.ts';
import { readSchemaFormat } from './openai-chat-schema.ts';
import { keepStrict } from './openai-responses-tools.ts';
import { defined, invalidField } from './request-fields.ts';

/** Undefined when absent, null for a format the neutral form has no word for. */
export function readResponsesFormat(format: Json | undefined): NeutralFormat | null | undefined {
  if (format === undefined || format === null) return undefined;
  if (!isObject(format)) throw invalidField('text.format', 'must be an object');
  if (format.type === 'text') return { type: 'text' };
  if (format.type === 'json_object') return { type: 'json' };
  if (format.type !== 'json_schema') return null;
  return readSchemaFormat(format, 'text.format');
}

export function writeResponsesFormat(format: NeutralFormat, crossing: Crossing): JsonObject {
  if (format.type === 'text') return { type: 'text' };
  if (format.type === 'json') return { type: 'json_object' };
  const { name, schema, description } = format;
  const strict = crossing.isForeign ? keepStrict(schema, crossing, 'output format') : format.strict;
  return defined({ type: 'json_schema', name, description, schema, strict });
}

/** Who asks for a summary wants to see the thinking; which kind of one stays unread. */
export function readResponsesReasoning(reasoning: JsonObject): NeutralReasoning | undefined {
  const { effort, summary, generate_summary: older } = reasoning;
  if (effort === 'none') return { type: 'off' };
  const isShown = typeof (summary ?? older) === 'string';
  if (typeof effort === 'string') return { type: isShown ? 'adaptive' : 'effort', effort };
  return isShown ? { type: 'adaptive' } : undefined;
}
