// Errors of AI SDK packages in our words. Told apart by name and fields, because every package brings its own classes.
import { type ErrorCode, TierlineError, type UpstreamError } from '../call/errors.ts';
import { readUpstreamError } from '../dialect/upstream-error.ts';

/** The fields of APICallError and of the objects that packages put into error parts, as far as they are used. */
interface SdkError {
  name?: unknown;
  message?: unknown;
  type?: unknown;
  code?: unknown;
  statusCode?: unknown;
  responseHeaders?: Record<string, string | undefined>;
  responseBody?: unknown;
}

const CODES: Record<string, ErrorCode> = {
  AI_LoadAPIKeyError: 'upstream_auth',
  AI_LoadSettingError: 'upstream_auth',
  AI_NoSuchModelError: 'model_not_found',
  AI_UnsupportedFunctionalityError: 'unsupported',
  AI_InvalidPromptError: 'invalid_request',
  AI_InvalidArgumentError: 'invalid_request',
  AI_InvalidResponseDataError: 'upstream_malformed',
  AI_EmptyResponseBodyError: 'upstream_malformed',
  AI_JSONParseError: 'upstream_malformed',
  AI_TypeValidationError: 'upstream_malformed',
};

/**
 * Runs a call of the package. An error with the provider's status is `upstream_error` with what the provider said and
 * when to try again; errors the SDK has a name for get the code of it; everything else is thrown as it is.
 */
export async function toldAsOurs<T>(call: () => PromiseLike<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toOurError(error);
  }
}

/** The error as one of ours where there is a word for it, else the error itself. */
export function toOurError(error: unknown): unknown {
  if (error instanceof TierlineError) return error;
  const { name, message, statusCode, responseHeaders } = fieldsOf(error);
  if (errorStatus(statusCode) !== null) {
    const upstream = toUpstreamError(error);
    const retryAfterSeconds = readRetryAfter(responseHeaders);
    return new TierlineError('upstream_error', upstream.message, { upstream, retryAfterSeconds, cause: error });
  }
  const isUnreadable = typeof statusCode === 'number' && name === 'AI_APICallError';
  const code = isUnreadable
    ? 'upstream_malformed'
    : typeof name === 'string' && Object.hasOwn(CODES, name)
      ? CODES[name]
      : undefined;
  if (code === undefined) return error;
  return new TierlineError(code, typeof message === 'string' ? message : undefined, { cause: error });
}

/** What the provider said, in the words that every dialect has; 502 where it named no status. */
export function toUpstreamError(error: unknown): UpstreamError {
  if (typeof error === 'string') return { status: 502, message: error };
  const { message, type, code, statusCode, responseBody } = fieldsOf(error);
  const status = errorStatus(statusCode) ?? 502;
  const said = typeof message === 'string' && message !== '' ? message : 'The model failed.';
  if (typeof responseBody === 'string' && responseBody.trimStart().startsWith('{')) {
    return { ...readUpstreamError(status, responseBody), ...(said === 'The model failed.' ? {} : { message: said }) };
  }
  const told: UpstreamError = { status, message: said };
  if (typeof type === 'string') told.type = type;
  if (typeof code === 'string' || typeof code === 'number') told.code = code;
  return told;
}

/** Some packages wrap what the provider sent: `{ error: { message } }`. */
function fieldsOf(error: unknown): SdkError {
  if (typeof error !== 'object' || error === null) return {};
  const inner = (error as { error?: unknown }).error;
  return typeof inner === 'object' && inner !== null && !('message' in error) ? inner : error;
}

function errorStatus(status: unknown): number | null {
  return typeof status === 'number' && status >= 400 && status < 600 ? status : null;
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date. */
function readRetryAfter(headers: SdkError['responseHeaders']): number | undefined {
  const ms = Number(headers?.['retry-after-ms'] ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms / 1000;
  const told = headers?.['retry-after'];
  if (told === undefined) return undefined;
  const seconds = Number(told);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(told);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}
