// A call in process that failed: the error of the table, with what is known of the call.
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError } from '../call/errors.ts';
import type { CallRow } from '../call/row.ts';

export interface FailedCall {
  requestId: string;
  row: CallRow | null;
  /** The provider's own error in the caller's dialect; null when there is none. */
  body: Buffer | string | null;
  headers: IncomingHttpHeaders;
}

export class ChatError extends TierlineError {
  /** What the ledger calls the call. */
  readonly requestId: string;
  /** The call's row; null when the call failed before it could have one. */
  readonly facts: CallRow | null;
  /** The provider's own error in the caller's dialect, as JSON text; null when the error is not the provider's. */
  readonly body: string | null;
  /** Headers of the provider's answer; empty when it gave none. */
  readonly headers: IncomingHttpHeaders;

  constructor(error: TierlineError, { requestId, row, body, headers }: FailedCall) {
    const { code, message, param, upstream, retryAfterSeconds } = error;
    super(code, message, {
      ...(param === undefined ? {} : { param }),
      ...(upstream === undefined ? {} : { upstream }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      cause: error.cause ?? error,
    });
    this.requestId = requestId;
    this.facts = row;
    this.body = body === null ? null : body.toString();
    this.headers = headers;
  }
}
