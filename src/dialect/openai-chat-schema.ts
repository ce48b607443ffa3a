// Whether a JSON schema can be enforced by OpenAI's strict mode, which refuses schemas it cannot enforce.
import { isObject, type JsonObject } from '../call/json.ts';

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
