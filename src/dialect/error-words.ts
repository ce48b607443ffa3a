// The words providers use for kinds of errors, by HTTP status, and which of their words an error may keep.
import { ERRORS, type TierlineError, type UpstreamError } from '../call/errors.ts';

const ANTHROPIC: Record<number, string> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const ANTHROPIC_TYPES = new Set([...Object.values(ANTHROPIC), 'invalid_request_error', 'api_error']);
/** Types that both providers use with the same meaning. */
const SHARED_TYPES = new Set(['invalid_request_error', 'rate_limit_error']);

export function anthropicErrorType(status: number): string {
  return ANTHROPIC[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

export function openaiErrorType(status: number): string {
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

export function isAnthropicType(type: string): boolean {
  return ANTHROPIC_TYPES.has(type);
}

/** Everything but Anthropic's own words and Gemini's upper-case ones comes from OpenAI or a compatible server. */
export function isOpenaiType(type: string): boolean {
  return SHARED_TYPES.has(type) || (!ANTHROPIC_TYPES.has(type) && !/^[A-Z_]+$/.test(type));
}

const TOO_LONG = 'context_length_exceeded';
/** The words of Anthropic, and of OpenAI and what is compatible with it. */
const TOO_LONG_WORDS = /prompt is too long|maximum context length|exceeds? the context window/i;

/** Whether a provider says that the conversation does not fit the model. */
export function isTooLongUpstream({ code, message }: UpstreamError): boolean {
  return code === TOO_LONG || TOO_LONG_WORDS.test(message);
}

/** Whether the conversation does not fit: what agents have to know to compact it. */
export function isTooLong({ code, upstream }: TierlineError): boolean {
  return code === TOO_LONG || (upstream !== undefined && isTooLongUpstream(upstream));
}

export interface ToldError {
  status: number;
  message: string;
  /** The provider's own report, unless it is none of the caller's business. */
  upstream: UpstreamError | undefined;
}

/** What the caller is told. A provider that refused the gateway's own credentials is not quoted. */
export function toldError(error: TierlineError): ToldError {
  if (error.code === 'upstream_auth' || error.upstream === undefined) {
    const status = error.code === 'upstream_auth' ? ERRORS.upstream_auth.status : error.status;
    return { status, message: error.message, upstream: undefined };
  }
  return { status: error.status, message: error.upstream.message || error.message, upstream: error.upstream };
}
