// Reading fields of a request body that may be missing or of the wrong type; wrong types are a 400, as at real providers.
import { isObject, type Json, type JsonObject } from '../../call/json.ts';
import { hexOf } from './draw.ts';
import { badField } from './refusal.ts';

export function readObjects(value: Json | undefined, name: string): JsonObject[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((item): item is JsonObject => isObject(item))) {
    throw badField(name, 'an array of objects');
  }
  return value;
}

export function readString(value: Json | undefined, name: string): string {
  if (typeof value !== 'string' || value === '') throw badField(name, 'a non-empty string');
  return value;
}

export function readCount(value: Json | undefined, name: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) throw badField(name, 'a positive integer');
  return value;
}

export function readFlag(value: Json | undefined, name: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw badField(name, 'a boolean');
  return value;
}

export function readStrings(value: Json | undefined, name: string): string[] {
  if (value === undefined || value === null) return [];
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || !list.every((item): item is string => typeof item === 'string')) {
    throw badField(name, 'a string or an array of strings');
  }
  return list;
}

/** The string, or an empty one for anything else. */
export function wordOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The object, or an empty one for anything else. */
export function objectOr(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The messages of a body, of which there must be one at least. */
export function readMessages(body: JsonObject): JsonObject[] {
  const messages = readObjects(body.messages, 'messages');
  if (messages.length === 0) throw badField('messages', 'at least one message');
  return messages;
}

/** The parts of a message's content; a plain string is one text part. */
export function readParts(content: Json | undefined, name: string): JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return readObjects(content, name);
}

/** The text of a part; anything but text is named by a digest, so that its bytes are not counted as words. */
export function partText(part: JsonObject): string {
  if (typeof part.text === 'string') return part.text;
  return `[${wordOf(part.type)} ${hexOf(JSON.stringify(part), 12)}]`;
}

/** All text parts, joined by newlines. */
export function textOf(parts: readonly JsonObject[]): string {
  return parts
    .filter((part) => part.type === 'text' && typeof part.text === 'string')
    .map(partText)
    .join('\n');
}
