// The parts of the AI SDK's language model specification (v3 and v4 of @ai-sdk/provider) that are used here. Written out, so
// that the package's types need no other package; a test holds them against the real ones. Requests are read loosely, as
// their parts differ between the versions; results are exact.
import type { JsonObject } from '../call/json.ts';

export type SpecVersion = 'v3' | 'v4';

/** Objects of options by the name of their provider. */
export type SdkOptions = Readonly<Record<string, unknown>>;

export interface SdkMessage {
  role: string;
  /** A text for the role `system`, else a list of parts. */
  content: unknown;
  providerOptions?: SdkOptions | undefined;
}

/** `LanguageModelV3CallOptions` and `LanguageModelV4CallOptions`. */
export interface SdkCall {
  prompt: readonly SdkMessage[];
  maxOutputTokens?: number | undefined;
  temperature?: number | undefined;
  topP?: number | undefined;
  topK?: number | undefined;
  stopSequences?: readonly string[] | undefined;
  presencePenalty?: number | undefined;
  frequencyPenalty?: number | undefined;
  seed?: number | undefined;
  responseFormat?: { type: string; schema?: unknown; name?: string; description?: string } | undefined;
  tools?: readonly unknown[] | undefined;
  toolChoice?: { type: string; toolName?: string } | undefined;
  /** From v4 on. */
  reasoning?: string | undefined;
  headers?: Readonly<Record<string, string | undefined>> | undefined;
  abortSignal?: AbortSignal | undefined;
  providerOptions?: SdkOptions | undefined;
}

export interface SdkWarning {
  type: 'unsupported';
  feature: string;
}

export interface SdkFinish {
  unified: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';
  raw: string | undefined;
}

export interface SdkUsage {
  inputTokens: {
    total: number | undefined;
    noCache: number | undefined;
    cacheRead: number | undefined;
    cacheWrite: number | undefined;
  };
  outputTokens: { total: number | undefined; text: number | undefined; reasoning: number | undefined };
  raw?: JsonObject;
}

type SdkMetadata = Record<string, JsonObject>;

interface SdkToolCall {
  type: 'tool-call';
  toolCallId: string;
  toolName: string;
  input: string;
  providerMetadata?: SdkMetadata;
}

interface SdkFile<Version extends SpecVersion> {
  type: 'file';
  mediaType: string;
  /** Base64. */
  data: Version extends 'v4' ? { type: 'data'; data: string } : string;
}

export type SdkContent<Version extends SpecVersion> =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string; providerMetadata?: SdkMetadata }
  | SdkFile<Version>
  | SdkToolCall;

interface SdkResponse {
  id?: string;
  modelId?: string;
  timestamp?: Date;
}

export interface SdkGenerated<Version extends SpecVersion> {
  content: SdkContent<Version>[];
  finishReason: SdkFinish;
  usage: SdkUsage;
  providerMetadata: SdkMetadata;
  response: SdkResponse & { headers: Record<string, string> };
  warnings: SdkWarning[];
}

export type SdkStreamPart =
  | { type: 'stream-start'; warnings: SdkWarning[] }
  | ({ type: 'response-metadata' } & SdkResponse)
  | { type: 'text-start' | 'text-end'; id: string }
  | { type: 'reasoning-start' | 'reasoning-end'; id: string; providerMetadata?: SdkMetadata }
  | { type: 'text-delta' | 'reasoning-delta' | 'tool-input-delta'; id: string; delta: string }
  | { type: 'tool-input-start'; id: string; toolName: string }
  | { type: 'tool-input-end'; id: string }
  | SdkToolCall
  | { type: 'finish'; usage: SdkUsage; finishReason: SdkFinish; providerMetadata: SdkMetadata }
  | { type: 'error'; error: unknown };

export interface SdkStreamed {
  stream: ReadableStream<SdkStreamPart>;
  response: { headers: Record<string, string> };
}

/** `LanguageModelV3` or `LanguageModelV4`. */
export interface SdkLanguageModel<Version extends SpecVersion> {
  readonly specificationVersion: Version;
  readonly provider: string;
  readonly modelId: string;
  /** By media type; what no pattern fits is downloaded by the SDK. */
  supportedUrls: Record<string, RegExp[]>;
  doGenerate(options: SdkCall): Promise<SdkGenerated<Version>>;
  doStream(options: SdkCall): Promise<SdkStreamed>;
}
