// What every dialect offers. A dialect knows one provider API's words and nothing of routing, money or transport.
import type { TierlineError, UpstreamError } from '../call/errors.ts';
import type { Usage } from '../call/usage.ts';
import type { DialectName, NeutralEvent, NeutralReply, NeutralRequest } from './neutral.ts';

/** What an encoder needs to know about the upstream it writes for. */
export interface EncodeTarget {
  /** The provider's own name of the model. */
  model: string;
  /** Upper bound of output tokens to ask for when the client named none and the dialect demands one. */
  defaultMaxTokens: number;
  /**
   * OpenAI's field for the bound of output tokens. OpenAI's newer models refuse `max_tokens`, some compatible servers
   * (Mistral, older vLLM) refuse or ignore `max_completion_tokens`. Default `max_completion_tokens`.
   */
  maxTokensField?: 'max_completion_tokens' | 'max_tokens';
  /** False for models that refuse temperature, top_p and the like. Default: what the dialect knows of the model's name. */
  takesSampling?: boolean;
  /** False for models that refuse to be told how much to think. Default: what the dialect knows of the model's name. */
  takesReasoning?: boolean;
  /** Whether the upstream knows OpenAI's `prompt_cache_key`; others refuse what they do not know. Default false. */
  takesCacheKey?: boolean;
  /** The key it is given, unless the client has set one. */
  cacheKey?: string | null;
  /** True for upstreams that want earlier reasoning text back as `reasoning_content` (DeepSeek); OpenAI refuses it. Default false. */
  takesReasoningHistory?: boolean;
}

export interface EncodedRequest {
  body: string;
  /** One short line per thing that could not be carried over: `top_k`, `messages[3]: signed thinking`. Empty when nothing was lost. */
  losses: string[];
}

/** Facts about the call that the caller's reply carries besides the provider's answer. */
export interface ReplyContext {
  /** Dollars this usage costs, or null when unknown: written as `cost` inside the usage object. */
  costUsd: (usage: Usage) => number | null;
  /** Whether the client asked for usage inside a stream. */
  includeUsage: boolean;
  /** Unix seconds of the call, for dialects whose replies carry a creation time. */
  createdAtSeconds: number;
  /** What the provider that answers speaks, for the wire whose caller brings signed blocks back to their maker. */
  origin?: DialectName;
  /** The request that is answered, for dialects whose replies repeat its settings. */
  request?: NeutralRequest;
  /** Makes what is unique in an id, of letters and digits; a UUID when left out. */
  newId?: () => string;
}

/** One server-sent event: `event` is the name line, empty when there was none. */
export interface SseEvent {
  event: string;
  data: string;
}

/** Turns a provider's events into neutral ones. Must tolerate unknown event types and fields. */
export interface StreamDecoder {
  push: (event: SseEvent) => NeutralEvent[];
}

/** Turns neutral events into the caller's SSE text, ready for the wire (complete events only, possibly empty). */
export interface StreamEncoder {
  push: (event: NeutralEvent) => string;
}

export interface Dialect {
  readonly name: DialectName;
  /** Reads a request body. Throws TierlineError `invalid_request` naming the field. */
  decodeRequest: (source: Buffer) => NeutralRequest;
  /** Writes the request for an upstream. Throws TierlineError `unsupported` for what must not be dropped silently. */
  encodeRequest: (request: NeutralRequest, target: EncodeTarget) => EncodedRequest;
  /** Reads a complete 2xx reply. Throws TierlineError `upstream_malformed`. */
  decodeReply: (source: Buffer) => NeutralReply;
  encodeReply: (reply: NeutralReply, context: ReplyContext) => string;
  createDecoder: () => StreamDecoder;
  createEncoder: (context: ReplyContext) => StreamEncoder;
  /** Reads an error body of any kind (JSON of the provider, HTML, empty). Never throws. */
  decodeError: (status: number, body: string) => UpstreamError;
  /** The error body in this dialect's shape. */
  encodeError: (error: TierlineError, requestId: string) => string;
  /** The error as a server-sent event in the middle of a stream. */
  encodeStreamError: (error: TierlineError, requestId: string) => string;
}
