// One line of a batch's results: what accounting wants to know of it, in OpenAI's form and in Anthropic's. Loose about what is
// the provider's; a line that says nothing of an answer is null. Sources, 2026-11-28: OpenAI's API reference, "the request output
// object" (`custom_id`, `response.status_code`, `response.body`, `error`); the type MessageBatchIndividualResponse of
// @anthropic-ai/sdk (`custom_id`, `result.type` of succeeded, errored, canceled, expired).
import { isObject, type JsonObject, parseObject } from '../call/json.ts';
import type { Usage } from '../call/usage.ts';
import { readAnthropicUsage } from './anthropic-messages-usage.ts';
import type { DialectName } from './neutral.ts';
import { readOpenaiUsage } from './openai-chat-usage.ts';

export interface BatchLine {
  customId: string;
  dialect: DialectName;
  isOk: boolean;
  httpStatus: number;
  /** As the provider said it; null for a line that failed. */
  model: string | null;
  usage: Usage | null;
  finishReason: string | null;
  /** When it was answered, milliseconds since 1970; null where the answer does not say. */
  atMs: number | null;
}

/** Null for what is no line of results, and for requests that were never carried out (canceled, expired). */
export function readBatchLine(line: Buffer): BatchLine | null {
  const parsed = parseObject(line.toString('utf8'));
  if (parsed === null || typeof parsed.custom_id !== 'string') return null;
  return isObject(parsed.result)
    ? readAnthropic(parsed.custom_id, parsed.result)
    : readOpenai(parsed.custom_id, parsed);
}

const failed = (customId: string, dialect: DialectName, httpStatus: number): BatchLine => ({
  customId,
  dialect,
  isOk: false,
  httpStatus,
  model: null,
  usage: null,
  finishReason: null,
  atMs: null,
});

function readAnthropic(customId: string, result: JsonObject): BatchLine | null {
  const { message } = result;
  if (result.type === 'errored') return failed(customId, 'anthropic-messages', statusOf(result.error));
  if (result.type !== 'succeeded' || !isObject(message)) return null;
  return {
    customId,
    dialect: 'anthropic-messages',
    isOk: true,
    httpStatus: 200,
    model: textOf(message.model),
    usage: isObject(message.usage) ? readAnthropicUsage(message.usage) : null,
    finishReason: textOf(message.stop_reason),
    atMs: null,
  };
}

/** Anthropic's error types by their statuses (platform.claude.com/docs/en/api/errors, 2026-11-28). */
const STATUSES: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  overloaded_error: 529,
};

function statusOf(error: unknown): number {
  const inner = isObject(error) && isObject(error.error) ? error.error : error;
  return (isObject(inner) && typeof inner.type === 'string' ? STATUSES[inner.type] : undefined) ?? 500;
}

/** Codes of OpenAI's `error` for requests that were not carried out. */
const NEVER_RUN: ReadonlySet<unknown> = new Set(['batch_expired', 'batch_cancelled']);

function readOpenai(customId: string, line: JsonObject): BatchLine | null {
  const { response, error } = line;
  if (!isObject(response)) {
    if (!isObject(error) || NEVER_RUN.has(error.code)) return null;
    return failed(customId, 'openai-chat', 500);
  }
  const { body, status_code: status } = response;
  const httpStatus = typeof status === 'number' ? status : 200;
  if (httpStatus >= 400) return failed(customId, 'openai-chat', httpStatus);
  if (!isObject(body)) return null;
  const created = body.created ?? body.created_at;
  return {
    customId,
    dialect: openaiDialect(body),
    isOk: true,
    httpStatus,
    model: textOf(body.model),
    usage: isObject(body.usage) ? readOpenaiUsage(body.usage) : null,
    finishReason: finishOf(body),
    atMs: typeof created === 'number' ? created * 1000 : null,
  };
}

function openaiDialect(body: JsonObject): DialectName {
  if (body.object === 'response') return 'openai-responses';
  return body.object === 'list' ? 'openai-embeddings' : 'openai-chat';
}

function finishOf(body: JsonObject): string | null {
  if (body.object === 'response') return textOf(body.status);
  const first: unknown = Array.isArray(body.choices) ? body.choices[0] : null;
  return isObject(first) ? textOf(first.finish_reason) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
