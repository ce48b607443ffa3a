// A failed call as the AI SDK's APICallError, which its retries and its users look for. The SDK tells its errors by marks,
// not by classes, so that packages need not share one.
import { ERRORS, TierlineError } from '../call/errors.ts';
import type { JsonObject } from '../call/json.ts';
import { ChatError } from './chat-error.ts';
import { toSdkHeaders, toTierlineMetadata } from './language-model-facts.ts';

/** Marks of @ai-sdk/provider (`AISDKError.hasMarker`). */
const IS_SDK_ERROR = Symbol.for('vercel.ai.error');
const IS_CALL_ERROR = Symbol.for('vercel.ai.error.AI_APICallError');
/** Statuses at which the SDK takes a call to be worth trying again. */
const RETRYABLE = new Set([408, 409, 429]);

/** The fields of `APICallError` of @ai-sdk/provider. */
export class SdkCallError extends Error {
  readonly [IS_SDK_ERROR] = true;
  readonly [IS_CALL_ERROR] = true;
  /** There is no address to name: the model that was asked. */
  readonly url: string;
  readonly requestBodyValues: unknown;
  readonly statusCode: number;
  readonly responseHeaders: Record<string, string>;
  readonly responseBody: string | undefined;
  /** Whether the same call can succeed when it is made again. */
  readonly isRetryable: boolean;
  /** The code of the error, and what is known of the call. */
  readonly data: JsonObject;

  constructor(error: TierlineError, asked: { model: string; request: unknown }) {
    super(error.message, { cause: error });
    this.name = 'AI_APICallError';
    this.url = `tierline:${asked.model}`;
    this.requestBodyValues = asked.request;
    this.statusCode = error.status;
    this.isRetryable = isRetryable(error);
    const told = error instanceof ChatError ? error : null;
    this.responseHeaders = headersOf(error, told);
    this.responseBody = told?.body ?? undefined;
    this.data = {
      code: error.code,
      ...(error.param === undefined ? {} : { param: error.param }),
      ...(told?.facts == null ? {} : toTierlineMetadata(told.facts)),
    };
  }
}

/** Errors of ours become the SDK's; others, such as the reason of an abort, stay as they are. */
export function toSdkError(error: unknown, asked: { model: string; request: unknown }): unknown {
  return error instanceof TierlineError ? new SdkCallError(error, asked) : error;
}

/** What the provider said decides where it said anything. An answer that its gates refuse would be refused, and paid, again. */
function isRetryable({ code, upstream }: TierlineError): boolean {
  if (code === 'answer_refused') return false;
  if (upstream === undefined) return ERRORS[code].retryable;
  return upstream.status >= 500 || RETRYABLE.has(upstream.status);
}

function headersOf(error: TierlineError, told: ChatError | null): Record<string, string> {
  const headers = toSdkHeaders(told?.headers ?? {});
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds);
  return headers;
}
