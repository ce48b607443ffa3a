// JSON schemas as Anthropic's structured output accepts them: every object closed, and without the constraints it cannot
// enforce, which it refuses. What is taken out is told. Never changes a schema that came from an Anthropic client.
import { isObject, type Json, type JsonObject } from '../call/json.ts';

const REFUSED = new Set(
  `minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems uniqueItems
  minProperties maxProperties patternProperties propertyNames contains not if then else dependentSchemas
  prefixItems unevaluatedProperties unevaluatedItems`.split(/\s+/),
);
/** Carries no constraint at all. */
const SILENT = new Set(['$schema', '$id', 'examples', 'default']);
const FORMATS = new Set('date-time time date duration email hostname uri ipv4 ipv6 uuid'.split(' '));
const MAPS = new Set(['properties', '$defs', 'definitions']);
const LISTS = new Set(['anyOf', 'allOf']);

/** The accepted schema; `tell` is called with the name of each constraint that had to go. */
export function toAnthropicSchema(schema: JsonObject, tell: (keyword: string) => void): JsonObject {
  const entries: [string, Json | undefined][] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (SILENT.has(key)) continue;
    if (isRefused(key, value)) tell(key);
    else if (key !== 'additionalProperties') entries.push([key === 'oneOf' ? 'anyOf' : key, convert(key, value, tell)]);
  }
  const converted: JsonObject = Object.fromEntries(entries);
  if (schema.type === 'object' || schema.properties !== undefined) {
    const open = schema.additionalProperties;
    if (open !== undefined && open !== false) tell('additionalProperties');
    converted.additionalProperties = false;
  }
  return converted;
}

function isRefused(key: string, value: Json | undefined): boolean {
  if (key === 'minItems') return value !== 0 && value !== 1;
  if (key === 'format') return typeof value !== 'string' || !FORMATS.has(value);
  return REFUSED.has(key);
}

function convert(key: string, value: Json | undefined, tell: (keyword: string) => void): Json | undefined {
  const one = (item: Json | undefined): Json | undefined => (isObject(item) ? toAnthropicSchema(item, tell) : item);
  if (MAPS.has(key) && isObject(value)) {
    return Object.fromEntries<Json | undefined>(Object.entries(value).map(([name, member]) => [name, one(member)]));
  }
  if ((LISTS.has(key) || key === 'oneOf') && Array.isArray(value)) return value.map((item) => one(item) as Json);
  return key === 'items' ? one(value) : value;
}
