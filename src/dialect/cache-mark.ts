// Prompt-cache breakpoints as Anthropic writes them. OpenAI clients of Claude models write them too, inside their parts.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { CacheMark } from './neutral.ts';

export function readCacheMark(value: Json | undefined): CacheMark | undefined {
  if (!isObject(value)) return undefined;
  return { ttl: value.ttl === '1h' ? '1h' : '5m' };
}

/** The member `cache_control`, or nothing when there is no mark. */
export function writeCacheMark(mark: CacheMark | undefined): JsonObject {
  if (mark === undefined) return {};
  return { cache_control: mark.ttl === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' } };
}
