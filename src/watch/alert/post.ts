// One POST of JSON with a time limit, for sinks that are asked over HTTP. It follows no redirect, reads no answer, and
// whatever goes wrong is told without the address.
import { SendError } from './sink.ts';

export interface PostParts {
  fetch: typeof fetch;
  /** Milliseconds since 1970. */
  now: () => number;
  /** How long one send may take. */
  timeoutMs: number;
}

interface Post {
  url: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** Ends it early. */
  signal: AbortSignal;
}

/** Answers of the kind 4xx that another try may change. */
const PASSING = new Set([408, 425, 429]);

/** Resolves when the receiver answered 2xx; rejects with SendError otherwise. */
export async function postJson({ url, body, headers, signal }: Post, parts: PostParts): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), parts.timeoutMs);
  try {
    const response = await parts.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'tierline', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit.signal]),
    });
    // What it answers is of no interest, and may be without end.
    await response.body?.cancel().catch(() => undefined);
    refuseBad(response, parts.now());
  } catch (error) {
    if (error instanceof SendError) throw error;
    throw new SendError(reasonOf(error, { isLate: limit.signal.aborted, timeoutMs: parts.timeoutMs }), {
      isFinal: false,
    });
  } finally {
    clearTimeout(timer);
  }
}

function refuseBad({ status, ok, headers }: Response, nowMs: number): void {
  if (ok) return;
  throw new SendError(`it answered ${status}`, {
    isFinal: status < 500 && !PASSING.has(status),
    retryAfterMs: readRetryAfter(headers.get('retry-after'), nowMs),
  });
}

/** Milliseconds of a `Retry-After`, which is in seconds or a date; null when absent or unreadable. */
export function readRetryAfter(text: string | null, nowMs: number): number | null {
  if (text === null || text.trim() === '') return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

/** Only codes: messages of fetch quote the address. */
function reasonOf(error: unknown, { isLate, timeoutMs }: { isLate: boolean; timeoutMs: number }): string {
  if (isLate) return `it did not answer within ${timeoutMs / 1000} s`;
  const { cause } = error as { cause?: unknown };
  const code = codeOf(cause) ?? codeOf(error);
  return code === null ? 'it could not be reached' : `it could not be reached (${code})`;
}

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && /^[A-Z_0-9]{1,40}$/.test(error.code) ? error.code : null;
}
