// The neutral form: the one hub between dialects. Every part union has an `unknown` member that keeps its source JSON,
// so that going through the hub and back into the same dialect loses nothing, and a crossing can name what it drops.
// It must never grow a field for one provider only: what one dialect has alone travels as `unknown`.
import type { UpstreamError } from '../call/errors.ts';
import type { Json, JsonObject } from '../call/json.ts';
import type { Usage } from '../call/usage.ts';

export type DialectName =
  | 'openai-chat'
  | 'openai-responses'
  | 'openai-embeddings'
  | 'anthropic-messages'
  | 'gemini'
  | 'neutral';

export type MediaSource =
  | { kind: 'base64'; mediaType: string; data: string }
  | { kind: 'url'; url: string; mediaType?: string }
  | { kind: 'file'; fileId: string };

/** A prompt-cache breakpoint after this part (Anthropic `cache_control`). */
export interface CacheMark {
  ttl: '5m' | '1h';
}

/** `extra` holds fields of the part that the neutral form has no word for; only the dialect they came from writes them. */
export type NeutralPart =
  | { type: 'text'; text: string; cache?: CacheMark; extra?: JsonObject }
  | { type: 'image'; source: MediaSource; detail?: string; cache?: CacheMark; extra?: JsonObject }
  | {
      type: 'document';
      source: MediaSource | { kind: 'text'; text: string };
      filename?: string;
      cache?: CacheMark;
      extra?: JsonObject;
    }
  | { type: 'audio'; data: string; format: string }
  /** `signature` belongs to the provider that made it and never travels to another one. */
  | { type: 'thinking'; text: string; signature?: string; origin: DialectName; extra?: JsonObject }
  | { type: 'redacted_thinking'; data: string; origin: DialectName }
  | { type: 'refusal'; text: string }
  /** `arguments` is the JSON text as the model wrote it, byte for byte; an empty call is `{}`. */
  | {
      type: 'tool_call';
      id: string;
      name: string;
      arguments: string;
      signature?: string;
      namespace?: NeutralNamespace;
      cache?: CacheMark;
      extra?: JsonObject;
    }
  | {
      type: 'tool_result';
      callId: string;
      name?: string;
      content: NeutralPart[];
      isError: boolean;
      cache?: CacheMark;
      extra?: JsonObject;
    }
  | { type: 'unknown'; origin: DialectName; json: Json };

/** `system` inside the list is an instruction in the middle of the conversation; `name` as OpenAI's message name. */
export interface NeutralMessage {
  role: 'system' | 'user' | 'assistant';
  parts: NeutralPart[];
  name?: string;
  /** Fields of the message that the neutral form has no word for. */
  extra?: JsonObject;
}

/**
 * The group that a function of OpenAI's responses stands in, by the name of the group and its own within. Its neutral name
 * is made of both. `outline` is the group without its functions, one object for all of them.
 */
export interface NeutralNamespace {
  name: string;
  member: string;
  outline?: JsonObject;
}

export type NeutralTool =
  | {
      type: 'function';
      name: string;
      description?: string;
      schema: JsonObject;
      strict?: boolean;
      namespace?: NeutralNamespace;
      cache?: CacheMark;
      extra?: JsonObject;
    }
  | { type: 'unknown'; origin: DialectName; json: Json };

export type NeutralToolChoice = { type: 'auto' } | { type: 'none' } | { type: 'any' } | { type: 'tool'; name: string };

export type NeutralFormat =
  | { type: 'text' }
  | { type: 'json' }
  | { type: 'schema'; name: string; schema: JsonObject; description?: string; strict?: boolean };

/** How much the model should think: a budget in tokens, an effort word, adaptive, or off. */
export type NeutralReasoning =
  | { type: 'off' }
  | { type: 'budget'; tokens: number }
  | { type: 'effort'; effort: string }
  | { type: 'adaptive'; effort?: string };

export interface NeutralRequest {
  origin: DialectName;
  /** Instructions before the conversation. */
  system: NeutralPart[];
  messages: NeutralMessage[];
  tools: NeutralTool[];
  toolChoice?: NeutralToolChoice;
  parallelToolCalls?: boolean;
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  stop?: string[];
  seed?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  /** Number of choices asked for; 1 when not said. */
  n: number;
  logprobs?: { top: number };
  format?: NeutralFormat;
  reasoning?: NeutralReasoning;
  /** The end user, as a stable opaque id. */
  user?: string;
  stream: boolean;
  /** Whether the client wants usage inside the stream. Always true for dialects that always send it. */
  includeUsage: boolean;
  /** Top-level fields that the neutral form has no word for, with their values. */
  unknown: JsonObject;
}

/** `refusal` covers safety stops and content filters; `pause` a long turn to be continued; `raw` is the provider's word. */
export interface NeutralFinish {
  reason: 'stop' | 'stop_sequence' | 'length' | 'tool_calls' | 'refusal' | 'pause' | 'unknown';
  raw: string;
  stopSequence?: string;
}

export interface NeutralChoice {
  index: number;
  parts: NeutralPart[];
  finish: NeutralFinish;
  /** OpenAI's logprobs object, kept as it is. */
  logprobs?: Json;
}

export interface NeutralReply {
  id: string;
  /** Model name as the provider said it. */
  model: string;
  choices: NeutralChoice[];
  usage: Usage | null;
}

/** One step of a streamed reply. `choice` counts from 0; `tool` counts the calls of that choice from 0. */
export type NeutralEvent =
  | { type: 'start'; id: string; model: string }
  | { type: 'text'; choice: number; text: string }
  | { type: 'thinking'; choice: number; text: string }
  | { type: 'thinking_signature'; choice: number; signature: string }
  | { type: 'redacted_thinking'; choice: number; data: string }
  | { type: 'refusal'; choice: number; text: string }
  | { type: 'tool_start'; choice: number; tool: number; id: string; name: string }
  | { type: 'tool_arguments'; choice: number; tool: number; json: string }
  /** The part that was open is complete; encoders close their block, and give an empty tool call its `{}`. */
  | { type: 'part_end'; choice: number }
  | { type: 'logprobs'; choice: number; json: Json }
  | { type: 'finish'; choice: number; finish: NeutralFinish }
  /** Usage so far; the last one counts. */
  | { type: 'usage'; usage: Usage }
  | { type: 'error'; error: UpstreamError }
  | { type: 'ping' }
  /** The provider's own end mark has been seen. */
  | { type: 'end' };
