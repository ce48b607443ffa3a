// What the library offers, as types: a router in process. Light to import: nothing here loads the router itself.
import type { JsonObject } from '../call/json.ts';
import type { CallRow } from '../call/row.ts';
import type { FileConfigInput } from '../config/schema.ts';
import type { NeutralCall } from '../dialect/neutral-inbound.ts';
import type { Consideration } from '../policy/consider.ts';
import type { InProcessClient } from './in-process-client.ts';

/** A configuration in the shape of `tierline.yaml`. */
export type RouterConfig = FileConfigInput;

export interface RouterOptions {
  /** False to keep no record of the calls. Default: the ledger that the configuration names. */
  ledger?: boolean;
  /** Where placeholders and well-known keys are looked up. Default `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Told one sentence at a time about what an operator should know. Default `process.emitWarning`. */
  warn?: (sentence: string) => void;
}

/** A request as the API of OpenAI (chat completions) or Anthropic (messages) takes it. */
export interface ChatRequest {
  model: string;
  messages: readonly unknown[];
  stream?: boolean | null;
}

export interface CallerOptions {
  /** The task the call belongs to; as the header `x-tierline-task`. */
  task?: string;
  /** The conversation the call belongs to; as the header `x-session-id`. */
  session?: string;
  /** Whose call it is. Default `default`. */
  tenant?: string;
  /** Headers that a client of the gateway would send; names in any case. */
  headers?: Readonly<Record<string, string | undefined>>;
  /** Ends the call: its provider is left at once, and its row is `client_gone`. */
  signal?: AbortSignal;
}

export interface ChatOptions extends CallerOptions {
  /** Default: told by the shape of the request. */
  dialect?: 'openai' | 'responses' | 'anthropic';
}

export interface ChatReply {
  /** The reply in the dialect of the request. */
  reply: JsonObject;
  /** The call's row in the ledger: model, plan, attempts, usage, cost, baseline. */
  facts: CallRow;
}

/** A streamed reply under way. Who stops reading it leaves the provider. */
export interface ChatStream extends AsyncIterable<JsonObject> {
  /** What the ledger calls the call. */
  readonly requestId: string;
  /** The call's row, once it is over, however it ended. */
  readonly facts: Promise<CallRow>;
}

/** A reply, a stream, or either, as the request says. */
export type Chatted<Request extends ChatRequest> = Request extends { stream: true }
  ? ChatStream
  : Request extends { model: string; stream?: false | null }
    ? ChatReply
    : ChatReply | ChatStream;

/** What somebody makes of an answer: at least one of score, label, comment and reference. */
export interface Feedback {
  /** `facts.id`, `stream.requestId`, or `requestId` of the AI SDK's metadata. */
  requestId: string;
  /** How good the answer was, 0 to 1. */
  score?: number | undefined;
  /** At most 64 characters. `good`, `thumbs_up`, `bad`, `wrong` and the like give a score where none is given. */
  label?: string | undefined;
  /** At most 4,000 characters. */
  comment?: string | undefined;
  /** What would have been right; anything that JSON can say. */
  reference?: unknown;
}

/** What has become of a feedback. */
export interface FeedbackReceipt {
  id: string;
  /** What was not kept, because the call is private. */
  leftOut: readonly ('comment' | 'reference')[];
}

/** The way in for adapters, which make requests in the neutral form. */
export const RUN: unique symbol = Symbol.for('tierline.run') as never;

export interface Router extends AsyncDisposable {
  /**
   * Answers a request. A stream is there once its first event is. Rejects with ChatError, with TierlineError for a request
   * that is not valid, and with the signal's reason when that has ended the call.
   */
  chat: <Request extends ChatRequest>(request: Request, options?: ChatOptions) => Promise<Chatted<Request>>;
  /** Where the request would go and why, without sending it anywhere. Throws TierlineError for a request that is not valid. */
  explain: (request: ChatRequest, options?: ChatOptions) => Consideration;
  /**
   * Keeps what somebody makes of an answer, in the ledger, beside its call. Rejects with TierlineError: `not_found` for a call that the tenant
   * has not made, `unsupported` without a ledger, `invalid_request`.
   */
  feedback: (feedback: Feedback, options?: { tenant?: string }) => Promise<FeedbackReceipt>;
  /** Refuses new calls, lets running ones end within the configured grace, and writes the ledger out. */
  close: () => Promise<void>;
  readonly [RUN]: (call: NeutralCall, caller: CallerOptions) => InProcessClient;
}
