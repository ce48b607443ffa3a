// What a request asks for: its target taken apart, and the methods a route answers.
import type { IncomingMessage } from 'node:http';
import { TierlineError } from '../call/errors.ts';

/** Path and query, the query without its mark. */
export function split(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** The text without its escapes; as it is when they are broken. */
export function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Throws TierlineError `method_not_allowed`, and `no_websocket` where a WebSocket is asked for. */
export function requireMethod(
  { method, headers }: Pick<IncomingMessage, 'method'> & Partial<Pick<IncomingMessage, 'headers'>>,
  methods: readonly string[],
): void {
  if (methods.includes(method ?? '')) return;
  if (headers?.upgrade?.toLowerCase() === 'websocket') throw new TierlineError('no_websocket');
  throw new TierlineError('method_not_allowed', `This route answers ${methods.join(' and ')}, not ${method}.`);
}
