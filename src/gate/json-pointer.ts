// JSON pointers (RFC 6901): the way to one value inside a JSON document.
import { isObject, type Json } from '../call/json.ts';

/** What is wrong with a pointer, or null. */
export function pointerProblem(pointer: string): string | null {
  if (!pointer.startsWith('/')) return 'a JSON pointer begins with a slash, as in /label';
  return /~(?![01])/.test(pointer) ? 'in a JSON pointer ~ is written ~0, and / inside a key ~1' : null;
}

/** The keys of a sound pointer, from the outermost. */
export function readPointer(pointer: string): readonly string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at the keys; undefined when there is none. */
export function valueAt(value: Json, keys: readonly string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const key of keys) {
    if (Array.isArray(at)) at = /^(0|[1-9]\d*)$/.test(key) ? at[Number(key)] : undefined;
    else at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}
