// JSON schemas in OpenAI's requests: how one is named, and whether strict mode can enforce it, which refuses what it cannot.
import { isObject, type JsonObject } from '../call/json.ts';
import type { NeutralFormat } from './neutral.ts';
import { defined, invalidField } from './request-fields.ts';

/** Members that hold one schema, a list of schemas, or a map of schemas. */
const NESTED = ['items', 'anyOf', 'properties', '$defs', 'definitions'];
/** Members that strict mode does not know. */
const REFUSED = ['oneOf', 'allOf', 'not', 'if', 'then', 'else', 'patternProperties', 'dependentSchemas', 'prefixItems'];

/** True when every object of the schema requires all its properties and allows no others. */
export function fitsStrict(schema: JsonObject): boolean {
  if (REFUSED.some((key) => schema[key] !== undefined)) return false;
  if (schema.type === 'object' || schema.properties !== undefined) {
    const properties = isObject(schema.properties) ? Object.keys(schema.properties) : [];
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    if (schema.additionalProperties !== false || !properties.every((key) => required.has(key))) return false;
  }
  return NESTED.every((key) => nestedSchemas(schema[key], key).every(fitsStrict));
}

function nestedSchemas(value: unknown, key: string): JsonObject[] {
  if (Array.isArray(value)) return value.filter(isObject);
  if (!isObject(value)) return [];
  return key === 'items' ? [value] : Object.values(value).filter(isObject);
}

/** A JSON schema that an answer has to follow, as both of OpenAI's dialects name it. Throws TierlineError `invalid_request`. */
export function readSchemaFormat(asked: JsonObject, where: string): NeutralFormat {
  if (typeof asked.name !== 'string') throw invalidField(`${where}.name`, 'must be a string');
  return defined({
    type: 'schema' as const,
    name: asked.name,
    schema: isObject(asked.schema) ? asked.schema : {},
    description: typeof asked.description === 'string' ? asked.description : undefined,
    strict: typeof asked.strict === 'boolean' ? asked.strict : undefined,
  });
}
