// Reads the error body of any provider into words that every dialect has. Must never throw, never hand on a page of
// HTML, and never hand on something that looks like a credential.
import { TierlineError, type UpstreamError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject } from '../call/json.ts';

const MAX_MESSAGE = 2000;
const SECRET = /\bBearer\s+[^\s"',]+|\b(?:sk|pk|rk|gsk|xai|AIza)[-_]?[A-Za-z0-9_-]{12,}/g;

/** The error in a body of a provider: JSON of any known shape, plain text, HTML or nothing. */
export function readUpstreamError(status: number, body: string): UpstreamError {
  const text = body.trim();
  const parsed = parse(text);
  if (parsed !== null) return fromJson(status, parsed);
  if (text === '') return { status, message: `The provider answered with status ${status} and no explanation.` };
  if (text.startsWith('<')) {
    return { status, message: `The provider answered with status ${status} and a web page instead of an error.` };
  }
  return { status, message: clean(text) };
}

/** What is thrown for a reply that is none; `why` says what is wrong with it. */
export function malformed(why: string): TierlineError {
  return new TierlineError('upstream_malformed', `The answer of the provider could not be understood: ${why}.`);
}

function parse(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    // Gemini wraps the error of a stream in an array.
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return isObject(first) ? first : null;
  } catch {
    return null;
  }
}

/** `{error:{...}}` (OpenAI, Anthropic, Gemini, Azure), `{error:"..."}`, `{message}` (Mistral), `{detail}` (FastAPI). */
function fromJson(status: number, body: JsonObject): UpstreamError {
  const inner = isObject(body.error) ? body.error : body;
  const message = firstText([inner.message, body.error, body.message, inner.detail, body.detail]);
  const error: UpstreamError = {
    status,
    message: message ?? `The provider answered with status ${status} and no explanation.`,
  };
  // Gemini's word stands in `status`; the `type` of an Anthropic body is always "error" and says nothing.
  const type = [inner.type, inner.status].find((word) => typeof word === 'string' && word !== 'error');
  if (typeof type === 'string') error.type = type;
  if (typeof inner.code === 'string' || typeof inner.code === 'number' || inner.code === null) error.code = inner.code;
  if (typeof inner.param === 'string' || inner.param === null) error.param = inner.param;
  return error;
}

function firstText(candidates: (Json | undefined)[]): string | null {
  for (const candidate of candidates) {
    if (typeof candidate === 'string' && candidate.trim() !== '') return clean(candidate);
    if (Array.isArray(candidate)) {
      const lines = candidate
        .map((item) => (isObject(item) ? item.msg : item))
        .filter((line) => typeof line === 'string');
      if (lines.length > 0) return clean(lines.join('; '));
    }
  }
  return null;
}

/** The text without anything that looks like a credential. */
export function withoutCredentials(text: string): string {
  return text.replace(SECRET, '[redacted]');
}

function clean(message: string): string {
  const plain = withoutCredentials(message.trim());
  return plain.length > MAX_MESSAGE ? `${plain.slice(0, MAX_MESSAGE - 1)}…` : plain;
}
