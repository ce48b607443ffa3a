// What prompts for judges have in common: the material, written so that it stays material, and the form of a reply.
import { isObject, type Json } from '../call/json.ts';
import type { Answer } from './gate.ts';
import { readJson } from './json-answer.ts';

/** An answer as judges see it. Nothing of it tells who wrote it. */
export function toMaterial({ text, toolCalls }: Answer): object {
  return toolCalls.length === 0
    ? { text }
    : { text, tool_calls: toolCalls.map(({ name, arguments: given }) => ({ name, arguments: given })) };
}

/** One line of JSON. Line separators of Unicode and angle brackets are escaped, lest one looks like the end of something. */
export function quote(material: object): string {
  return JSON.stringify(material).replaceAll(
    /[\u2028\u2029\u0085<>]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What stands under `key` of a reply, bare or in a fence, that has this key and a `reason` and nothing else; null for anything else. */
export function readReply(text: string, key: string): { said: Json; reason: string } | null {
  const reading = readJson(text.trim(), true);
  if (!reading.ok || !isObject(reading.value)) return null;
  const { [key]: said, reason, ...rest } = reading.value;
  if (said === undefined || typeof reason !== 'string' || Object.keys(rest).length > 0) return null;
  return { said, reason };
}
