// LiteLLM's spend logs: rows of the table LiteLLM_SpendLogs as JSON, JSONL or CSV, with or without the columns of prompts.
// Source: schema.prisma of BerriAI/litellm and docs.litellm.ai/docs/proxy/ui_logs and /proxy/logging_spec, 2026-11-28: prompts are
// kept only with `store_prompts_in_spend_logs`; `request_tags` also has `User-Agent: ...`; `spend` is dollars and 0 for a model
// whose price LiteLLM does not know.
import { isObject, type JsonObject } from '../../call/json.ts';
import type { NanoUsd } from '../../call/money.ts';
import type { Usage } from '../../call/usage.ts';
import { readOpenaiUsage } from '../../dialect/openai-chat-usage.ts';
import { type LogFormat, type LoggedCall, type Reading, toCall } from './logged-call.ts';
import {
  filled,
  isTrue,
  namedTaskIn,
  numberIn,
  objectIn,
  pick,
  textIn,
  textsIn,
  timeIn,
  unfold,
  usdIn,
} from './loose.ts';

export const litellmLog: LogFormat = {
  name: 'litellm',
  title: 'LiteLLM spend logs',
  isMine: (record) =>
    'request_id' in record &&
    ('spend' in record || 'call_type' in record) &&
    ('startTime' in record || 'api_key' in record),
  read,
};

const AGENT = /^user-agent:\s*/i;

function read(record: JsonObject): Reading {
  const type = textIn(record, 'call_type') ?? '';
  if (/mcp|image|speech|transcription|rerank|moderation/i.test(type)) return { skipped: `${type} calls` };
  const metadata = objectIn(record, 'metadata');
  const isError = /^fail/i.test(textIn(record, 'status') ?? textIn(metadata, 'status') ?? '');
  const isReplayed = isTrue(pick(record, 'cache_hit'));
  const usage = readUsage(record, metadata, isError);
  const call: Partial<LoggedCall> = {
    id: textIn(record, 'request_id'),
    atMs: timeIn(record, 'startTime'),
    kind: /embedding/i.test(type) ? 'embedding' : 'chat',
    model: textIn(record, 'model', 'model_group'),
    provider: textIn(record, 'custom_llm_provider'),
    ...readNames(record, metadata),
    usage,
    costNanoUsd: readCost(record, usage, isError || isReplayed),
    latencyMs: readLatency(record),
    isError,
    isReplayed,
    isBatch: /batch/i.test(type),
    request: readRequest(record),
    answer: filled(record.response) ?? textIn(record, 'response'),
  };
  return { call: toCall(call) };
}

function readNames(record: JsonObject, metadata: JsonObject): Pick<LoggedCall, 'task' | 'hints'> {
  const tags = textsIn(record, 'request_tags');
  const own = objectIn(metadata, 'spend_logs_metadata');
  const words = tags.filter((tag) => !AGENT.test(tag));
  // The program comes twice: with its version and without.
  const agents = tags.filter((tag) => AGENT.test(tag)).map((tag) => tag.replace(AGENT, '').replace(/\/.*$/, ''));
  const alias = textIn(metadata, 'user_api_key_alias', 'user_api_key_team_alias');
  return {
    task: namedTaskIn(own, tags) ?? namedTaskIn(metadata),
    hints: [...words, ...(alias === null ? [] : [alias]), ...agents],
  };
}

/** The provider's own usage where it is kept, else the three counts. */
function readUsage(record: JsonObject, metadata: JsonObject, isError: boolean): Usage | null {
  const told = filled(metadata.usage_object);
  const prompt = numberIn(record, 'prompt_tokens');
  const completion = numberIn(record, 'completion_tokens');
  if (told === null && ((prompt ?? 0) + (completion ?? 0) === 0 || isError)) return null;
  const extra = objectIn(metadata, 'additional_usage_values');
  const usage: JsonObject = told ?? { prompt_tokens: prompt ?? 0, completion_tokens: completion ?? 0 };
  const details = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const all = { ...extra, ...usage };
  return readOpenaiUsage({
    ...usage,
    prompt_tokens_details: {
      ...details,
      cached_tokens: numberIn(details, 'cached_tokens') ?? numberIn(all, 'cache_read_input_tokens') ?? 0,
      cache_write_tokens:
        numberIn(details, 'cache_write_tokens', 'cache_creation_tokens') ??
        numberIn(all, 'cache_creation_input_tokens') ??
        0,
    },
  });
}

/** Nothing spent on a call that a model answered means that LiteLLM knew no price. */
function readCost(record: JsonObject, usage: Usage | null, isFree: boolean): NanoUsd | null {
  const spend = usdIn(record, 'spend');
  return spend === 0 && !isFree && usage !== null ? null : spend;
}

function readLatency(record: JsonObject): number | null {
  const told = numberIn(record, 'request_duration_ms');
  if (told !== null) return told;
  const from = timeIn(record, 'startTime');
  const to = timeIn(record, 'endTime');
  return from === null || to === null || to < from ? null : to - from;
}

/** The body as the client sent it, else the messages alone. */
function readRequest(record: JsonObject): JsonObject | null {
  const asked = filled(record.proxy_server_request);
  if (asked !== null) return filled(asked.body) ?? asked;
  const messages = unfold(record.messages);
  if (Array.isArray(messages) && messages.length > 0) return { messages: messages as JsonObject[] };
  return typeof messages === 'string' && messages !== '' && messages !== '{}' ? { input: messages } : filled(messages);
}
