// The one table of errors. Every failure that Tierline itself reports is a code of this table; the dialects turn it into
// the caller's own error shape. docs/errors.md carries the same table, checked by a test.

/** Who has to act: the caller (`client`), whoever configured the gateway (`operator`), or the provider (`upstream`). */
export type Fault = 'client' | 'operator' | 'upstream';

interface ErrorKind {
  status: number;
  fault: Fault;
  /** Whether sending the same request again later can succeed. */
  retryable: boolean;
  sentence: string;
}

const kind = (status: number, fault: Fault, retryable: boolean, sentence: string): ErrorKind => ({
  status,
  fault,
  retryable,
  sentence,
});

export const ERRORS = {
  invalid_json: kind(400, 'client', false, 'The body is not valid JSON.'),
  invalid_request: kind(400, 'client', false, 'A field is missing or has the wrong type.'),
  ambiguous_body: kind(
    400,
    'client',
    false,
    'A top-level key appears twice or is written with escapes, so readers could disagree about it.',
  ),
  invalid_encoding: kind(
    400,
    'client',
    false,
    'The body is not valid UTF-8, or its content-encoding cannot be decoded.',
  ),
  too_deep: kind(400, 'client', false, 'The JSON is nested deeper than the gateway accepts.'),
  bad_http: kind(400, 'client', false, 'The bytes are not a well-formed HTTP request.'),
  lossy_translation: kind(
    400,
    'client',
    false,
    'The chosen model cannot express a part of the request, and strict mode forbids dropping it.',
  ),
  unsupported: kind(400, 'client', false, 'The chosen model cannot do what the request asks for.'),
  context_length_exceeded: kind(400, 'client', false, 'No model of the route has a context window large enough.'),
  cost_limit_exceeded: kind(
    400,
    'client',
    false,
    'No model of the route is known to cost as little as this request may.',
  ),
  previous_response_not_found: kind(
    400,
    'client',
    false,
    'The response that the request goes on from is not known here.',
  ),
  invalid_api_key: kind(401, 'client', false, 'The API key is missing or not known here.'),
  forbidden: kind(403, 'client', false, 'The API key may not do this.'),
  model_not_allowed: kind(
    403,
    'client',
    false,
    'The limits of the task or the tenant leave no model that may serve this request.',
  ),
  model_not_found: kind(404, 'client', false, 'No such model or task is configured.'),
  thread_not_found: kind(
    404,
    'client',
    false,
    'The message thread lives at another provider; the whole conversation is needed.',
  ),
  not_found: kind(404, 'client', false, 'No such route.'),
  method_not_allowed: kind(405, 'client', false, 'This route does not answer that method.'),
  request_timeout: kind(408, 'client', true, 'The request did not arrive completely in time.'),
  body_too_large: kind(413, 'client', false, 'The body is larger than the configured limit.'),
  unsupported_encoding: kind(415, 'client', false, 'The content-encoding is not supported.'),
  no_websocket: kind(426, 'client', false, 'The gateway is spoken to over plain HTTP, not over a WebSocket.'),
  headers_too_large: kind(431, 'client', false, 'The request headers are larger than the gateway accepts.'),
  client_gone: kind(499, 'client', true, 'The client closed the connection before the answer was complete.'),
  internal: kind(500, 'operator', true, 'The gateway failed. The request id finds the details in its log.'),
  upstream_auth: kind(502, 'operator', false, 'The provider refused the credentials of the gateway.'),
  answer_refused: kind(
    502,
    'upstream',
    true,
    'No model gave an answer that passes the gates of the task, and the route rather has an error.',
  ),
  upstream_unreachable: kind(502, 'upstream', true, 'The provider could not be reached or closed the connection.'),
  upstream_error: kind(502, 'upstream', true, 'The provider answered with an error.'),
  upstream_malformed: kind(502, 'upstream', true, 'The answer of the provider could not be understood.'),
  upstream_truncated: kind(502, 'upstream', true, 'The stream of the provider ended before the answer was finished.'),
  shutting_down: kind(503, 'operator', true, 'The gateway is shutting down.'),
  latency_limit_exceeded: kind(
    503,
    'operator',
    true,
    'Every model of the route is known to answer more slowly than the route allows.',
  ),
  upstream_unavailable: kind(503, 'upstream', true, 'Every deployment of the model is failing at the moment.'),
  upstream_timeout: kind(504, 'upstream', true, 'The provider did not answer in time.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

interface ErrorDetails {
  /** The field that is at fault, as the caller wrote it: `messages[2].content`. */
  param?: string;
  /** What the provider said, kept so that the caller sees it in their own dialect. */
  upstream?: UpstreamError;
  /** When it makes sense to try again; becomes the `retry-after` header. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** An error as a provider reported it, in words that every dialect has. */
export interface UpstreamError {
  status: number;
  message: string;
  /** The provider's own error type: `rate_limit_error`, `invalid_request_error`, `RESOURCE_EXHAUSTED`. */
  type?: string;
  code?: string | number | null;
  param?: string | null;
  /** How long the body asks to wait, for providers that say it there and not in a header (Gemini). */
  retryAfterSeconds?: number;
}

/** The one error class. `message` is written for the person who sent the request. */
export class TierlineError extends Error {
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly upstream: UpstreamError | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message?: string, details: ErrorDetails = {}) {
    super(message ?? ERRORS[code].sentence, { cause: details.cause });
    this.name = 'TierlineError';
    this.code = code;
    this.param = details.param;
    this.upstream = details.upstream;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }

  /** HTTP status for the caller: the provider's own where there is one, else the table's. */
  get status(): number {
    return this.upstream?.status ?? ERRORS[this.code].status;
  }
}
