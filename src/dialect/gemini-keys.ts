// Gemini reads its fields in camel case and, as every Google API, under their snake-case names.
import { isObject, type JsonObject } from '../call/json.ts';

/** The object with its own keys in camel case; what is inside its members is left alone. */
export function camelMembers(object: JsonObject): JsonObject {
  const entries = Object.entries(object);
  if (!entries.some(([key]) => key.includes('_'))) return object;
  return Object.fromEntries(entries.map(([key, value]) => [toCamel(key), value]));
}

/** The member as an object with camel-case keys; empty when it is none. */
export function camelMember(object: JsonObject, key: string): JsonObject {
  const member = object[key];
  return isObject(member) ? camelMembers(member) : {};
}

function toCamel(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Whether a path of a request or reply leads to the arguments of a call, or the response of one, in any part. */
export function isKeptPath(path: readonly (string | number)[]): boolean {
  const last = path.at(-1);
  if (last !== 'args' && last !== 'response') return false;
  const part = path.at(-2);
  return (
    path.at(-4) === 'parts' &&
    (last === 'args'
      ? part === 'functionCall' || part === 'function_call'
      : part === 'functionResponse' || part === 'function_response')
  );
}
