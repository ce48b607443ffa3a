// JSON schemas at Gemini. It takes whole JSON schemas (`parametersJsonSchema`, `responseJsonSchema`) and keeps to a part of
// their keywords; clients of its older fields write an OpenAPI dialect of them, which becomes JSON schema here.
import { isObject, type Json, type JsonObject } from '../call/json.ts';

/** The keywords Gemini documents as kept to. */
const ENFORCED = new Set([
  '$id',
  '$defs',
  '$ref',
  '$anchor',
  'type',
  'format',
  'title',
  'description',
  'enum',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'anyOf',
  'oneOf',
  'properties',
  'additionalProperties',
  'required',
  'propertyOrdering',
]);
/** Carries no constraint at all. */
const SILENT = new Set(['$schema', '$comment', 'examples', 'default', 'deprecated', 'readOnly', 'writeOnly']);
/** Says nothing about an object without properties. */
const IDLE = new Set(['$schema', 'properties', 'required', 'title', 'description']);
/** Members that hold a map of schemas. */
const MAPS = new Set(['properties', '$defs', 'definitions']);

/** The constraints in the schema that Gemini does not promise to keep to, each named once. */
export function unenforced(schema: JsonObject): string[] {
  const found = new Set<string>();
  const visit = (value: Json | undefined, isMap: boolean): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, false);
    if (!isObject(value)) return;
    for (const [key, member] of Object.entries(value)) {
      if (isMap) visit(member, false);
      else if (MAPS.has(key)) visit(member, true);
      else if (!ENFORCED.has(key) && !SILENT.has(key)) found.add(key);
      else if (isObject(member) || key === 'anyOf' || key === 'oneOf' || key === 'prefixItems') visit(member, false);
    }
  };
  visit(schema, false);
  return [...found];
}

/** Gemini refuses an object schema without properties in the place of parameters; leaving it out says the same. */
export function isEmptySchema(schema: JsonObject): boolean {
  const properties = isObject(schema.properties) ? Object.keys(schema.properties) : [];
  return properties.length === 0 && Object.keys(schema).every((key) => isIdle(key, schema[key]));
}

function isIdle(key: string, value: Json | undefined): boolean {
  return IDLE.has(key) || (key === 'type' && value === 'object') || (key === 'additionalProperties' && value === false);
}

/** OpenAPI words as JSON schema: types in small letters, `nullable` as a type, counts as numbers. */
export function fromOpenApi(schema: JsonObject): JsonObject {
  const { nullable, ...rest } = schema;
  const entries = Object.entries(rest).map(([key, value]): [string, Json | undefined] => {
    if (key === 'type' && typeof value === 'string') return [key, toType(value.toLowerCase(), nullable === true)];
    if (key === 'properties' && isObject(value)) {
      const members = Object.entries(value).map(([name, member]) => [
        name,
        isObject(member) ? fromOpenApi(member) : member,
      ]);
      return [key, Object.fromEntries(members) as JsonObject];
    }
    if (key === 'items' && isObject(value)) return [key, fromOpenApi(value)];
    if (key === 'anyOf' && Array.isArray(value))
      return [key, value.map((one) => (isObject(one) ? fromOpenApi(one) : one))];
    // Protocol buffers write 64-bit counts as strings.
    if (/^(?:min|max)(?:Items|Length|Properties)$/.test(key) && typeof value === 'string') return [key, Number(value)];
    return [key, value];
  });
  return Object.fromEntries<Json | undefined>(entries);
}

function toType(type: string, isNullable: boolean): Json {
  return isNullable ? [type, 'null'] : type;
}
