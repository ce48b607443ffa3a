// A value that fulfils a JSON schema, with words and numbers borrowed from the text where they fit.
// It knows the keywords that providers accept for structured output and tools; others are ignored.
import { isObject, type Json, type JsonObject } from '../../call/json.ts';
import { createDraw, type Draw } from './draw.ts';

/** Below this depth only what is required is filled in, and lists are as short as allowed; ends recursive schemas. */
const FULL_DEPTH = 4;
const MAX_DEPTH = 12;

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-15',
  'date-time': '2026-01-15T09:30:00Z',
  time: '09:30:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '3f2b8c1e-5d47-4a90-8b6e-1c2d3e4f5a6b',
  ipv4: '192.0.2.1',
};

interface Filling {
  root: JsonObject;
  draw: Draw;
  text: string;
  /** Words and numbers not yet used, in the order of the text. */
  words: string[];
  numbers: number[];
}

function createFilling(root: JsonObject, text: string): Filling {
  const quoted = [...text.matchAll(/["“']([^"”'\n]{1,60})["”']/g)].map(([, inner]) => inner ?? '');
  const named = [...text.matchAll(/(?<=[\p{L}\d,;:] +)\p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)*/gu)].map(([name]) => name);
  const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?/g)].map(([digits]) => Number(digits));
  return { root, text, draw: createDraw('schema', text), words: [...quoted, ...named], numbers };
}

/** Follows `$ref` inside the document; an unknown reference is a schema that accepts anything. */
function resolve(schema: JsonObject, root: JsonObject): JsonObject {
  if (typeof schema.$ref !== 'string') return schema;
  const steps = schema.$ref.replace(/^#\/?/, '').split('/').filter(Boolean);
  let at: Json | undefined = root;
  for (const step of steps) at = isObject(at) ? at[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  return isObject(at) ? at : {};
}

function mergeAll(schema: JsonObject, root: JsonObject): JsonObject {
  if (!Array.isArray(schema.allOf)) return schema;
  const { allOf, ...rest } = schema;
  let merged: JsonObject = rest;
  for (const part of allOf.filter((item): item is JsonObject => isObject(item)).map((item) => resolve(item, root))) {
    const properties = { ...(merged.properties as JsonObject), ...(part.properties as JsonObject) };
    const required = [...((merged.required as Json[]) ?? []), ...((part.required as Json[]) ?? [])];
    merged = { ...merged, ...part, properties, required };
  }
  return merged;
}

function pickMember(members: Json[], filling: Filling): Json {
  const lower = filling.text.toLowerCase();
  const said = members.find((member) => typeof member === 'string' && lower.includes(member.toLowerCase()));
  return said ?? filling.draw.pick(members);
}

function fillString(schema: JsonObject, filling: Filling): string {
  if (typeof schema.format === 'string' && FORMATS[schema.format] !== undefined) return FORMATS[schema.format] ?? '';
  const shortest = typeof schema.minLength === 'number' ? schema.minLength : 0;
  const longest = typeof schema.maxLength === 'number' ? schema.maxLength : 200;
  return (filling.words.shift() ?? 'sample').padEnd(shortest, '.').slice(0, longest);
}

function fillNumber(schema: JsonObject, filling: Filling): number {
  const whole = schema.type === 'integer';
  const unit = typeof schema.multipleOf === 'number' ? schema.multipleOf : whole ? 1 : 0;
  const nudge = unit === 0 ? 0.5 : unit;
  const low = Math.max(
    typeof schema.minimum === 'number' ? schema.minimum : -Infinity,
    typeof schema.exclusiveMinimum === 'number' ? schema.exclusiveMinimum + nudge : -Infinity,
  );
  const high = Math.min(
    typeof schema.maximum === 'number' ? schema.maximum : Infinity,
    typeof schema.exclusiveMaximum === 'number' ? schema.exclusiveMaximum - nudge : Infinity,
  );
  const wanted = Math.min(high, Math.max(low, filling.numbers.shift() ?? filling.draw.int(1, 9)));
  if (unit === 0) return wanted;
  const rounded = Math.round(wanted / unit) * unit;
  return rounded > high ? Math.floor(high / unit) * unit : rounded < low ? Math.ceil(low / unit) * unit : rounded;
}

function fillArray(schema: JsonObject, filling: Filling, depth: number): Json[] {
  const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const least = typeof schema.minItems === 'number' ? schema.minItems : 0;
  const most = typeof schema.maxItems === 'number' ? schema.maxItems : Infinity;
  const length = Math.min(most, Math.max(least, prefix.length, depth < FULL_DEPTH ? 1 : 0));
  return Array.from({ length }, (_, index) => fill(prefix[index] ?? schema.items, filling, depth + 1));
}

function fillObject(schema: JsonObject, filling: Filling, depth: number): JsonObject {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = Object.entries(isObject(schema.properties) ? schema.properties : {});
  const chosen = properties.filter(([name]) => depth < FULL_DEPTH || required.includes(name));
  return Object.fromEntries(chosen.map(([name, property]) => [name, fill(property, filling, depth + 1)]));
}

function typeOf(schema: JsonObject): string {
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;
  if (typeof type === 'string') return type;
  if (schema.properties !== undefined) return 'object';
  return schema.items === undefined ? 'string' : 'array';
}

function fill(source: Json | undefined, filling: Filling, depth: number): Json {
  if (!isObject(source) || depth > MAX_DEPTH) return null;
  const schema = mergeAll(resolve(source, filling.root), filling.root);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return pickMember(schema.enum, filling);
  const options = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(options) && options.length > 0) return fill(pickOption(options, depth), filling, depth + 1);
  switch (typeOf(schema)) {
    case 'object':
      return fillObject(schema, filling, depth);
    case 'array':
      return fillArray(schema, filling, depth);
    case 'number':
    case 'integer':
      return fillNumber(schema, filling);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return fillString(schema, filling);
  }
}

/** The first option, or the last one deep inside, which is where recursive schemas put their end. */
function pickOption(options: Json[], depth: number): Json | undefined {
  return depth < FULL_DEPTH ? options[0] : options.at(-1);
}

/** An object for a schema of an answer or of a tool's arguments; the same one for the same schema and text. */
export function objectFor(schema: JsonObject, text: string): JsonObject {
  const filled = fill({ ...schema, type: schema.type ?? 'object' }, createFilling(schema, text), 0);
  return isObject(filled) ? filled : {};
}
