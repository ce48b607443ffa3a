// Langfuse's observations: the export of the table (camelCase; CSV, JSON), the scheduled export to blob storage (snake_case;
// CSV, JSON, JSONL) and the public API. Only generations and embeddings are calls.
// Sources, 2026-11-28: langfuse.com/docs/api-and-data-platform/features/blob-storage-export-fields; the observation schema in
// packages/shared/src/domain/observations.ts of langfuse/langfuse. Usage classes there do not overlap (`input` is without
// `input_cached_tokens`); latency is seconds, in older integrations milliseconds, so the two times go before it.
import { isObject, type JsonObject } from '../../call/json.ts';
import type { NanoUsd } from '../../call/money.ts';
import { toUsage, type Usage } from '../../call/usage.ts';
import { type LogFormat, type LoggedCall, type Reading, toCall } from './logged-call.ts';
import { filled, namedTaskIn, numberIn, objectIn, pick, textIn, textsIn, timeIn, unfold, usdIn } from './loose.ts';

const TYPES = new Set('SPAN GENERATION EVENT AGENT TOOL CHAIN RETRIEVER EVALUATOR EMBEDDING GUARDRAIL'.split(' '));

export const langfuseLog: LogFormat = {
  name: 'langfuse',
  title: 'Langfuse observations',
  isMine: (record) =>
    typeof record.type === 'string' &&
    TYPES.has(record.type.toUpperCase()) &&
    ('startTime' in record || 'start_time' in record),
  read,
};

function read(record: JsonObject): Reading {
  const type = (textIn(record, 'type') ?? '').toUpperCase();
  if (type !== 'GENERATION' && type !== 'EMBEDDING') return { skipped: `observations of type ${type}` };
  const metadata = objectIn(record, 'metadata');
  const tags = textsIn(record, 'tags', 'traceTags', 'trace_tags');
  const hints = [textIn(record, 'traceName', 'trace_name'), ...tags, ownName(record)];
  const usage = readUsage(record);
  const call: Partial<LoggedCall> = {
    id: textIn(record, 'id'),
    atMs: timeIn(record, 'startTime', 'start_time'),
    kind: type === 'EMBEDDING' ? 'embedding' : 'chat',
    model: textIn(record, 'model', 'providedModelName', 'provided_model_name'),
    task: textIn(record, 'promptName', 'prompt_name') ?? namedTaskIn(metadata, tags),
    hints: hints.filter((hint) => hint !== null),
    usage,
    costNanoUsd: readCost(record, usage),
    latencyMs: readLatency(record),
    isError: textIn(record, 'level') === 'ERROR',
    request: readRequest(record),
    answer: unfold(record.output),
  };
  return { call: toCall(call) };
}

/** Names that the integrations of Langfuse give by themselves say nothing. */
function ownName(record: JsonObject): string | null {
  const name = textIn(record, 'name');
  return name === null || /^(?:openai|anthropic|chat|llm|litellm|generation|ai\.)[\w.-]*$|^Chat[A-Z]\w*$/i.test(name)
    ? null
    : name;
}

function readUsage(record: JsonObject): Usage | null {
  const details = filled(pick(record, 'usageDetails', 'usage_details', 'usage'));
  if (details === null) {
    const input = numberIn(record, 'inputUsage', 'promptTokens', 'inputTokens');
    const output = numberIn(record, 'outputUsage', 'completionTokens', 'outputTokens');
    const isNothing = (input ?? 0) + (output ?? 0) === 0;
    return isNothing ? null : toUsage({ inputTokens: input ?? 0, outputTokens: output ?? 0 });
  }
  const usage = { ...toUsage({}) };
  for (const [key, value] of Object.entries(details)) {
    if (typeof value !== 'number' || value < 0 || !Number.isInteger(value)) continue;
    addClass(usage, key, value);
  }
  return Object.values(usage).every((count) => count === 0) ? null : usage;
}

function addClass(usage: Usage, key: string, tokens: number): void {
  if (/total|unit/i.test(key)) return;
  if (/cache/i.test(key)) {
    if (/creation|write/i.test(key)) usage.cacheWrite5mTokens += tokens;
    else usage.cacheReadTokens += tokens;
  } else if (/reasoning|thinking/i.test(key)) {
    usage.reasoningTokens += tokens;
    usage.outputTokens += tokens;
  } else if (/audio/i.test(key)) {
    if (/out/i.test(key)) usage.audioOutputTokens += tokens;
    else usage.audioInputTokens += tokens;
  } else if (/^(?:input|prompt)/i.test(key)) usage.inputTokens += tokens;
  else if (/^(?:output|completion)/i.test(key)) usage.outputTokens += tokens;
}

/** A cost of 0 with tokens stands for a model that Langfuse has no price of. */
function readCost(record: JsonObject, usage: Usage | null): NanoUsd | null {
  const details = objectIn(record, 'costDetails', 'cost_details');
  const total = usdIn(record, 'totalCost', 'total_cost', 'calculatedTotalCost') ?? usdIn(details, 'total');
  return total === 0 && usage !== null ? null : total;
}

function readLatency(record: JsonObject): number | null {
  const from = timeIn(record, 'startTime', 'start_time');
  const to = timeIn(record, 'endTime', 'end_time');
  if (from !== null && to !== null && to >= from) return to - from;
  const seconds = numberIn(record, 'latency');
  return seconds === null ? null : Math.round(seconds * 1000);
}

/** Input is whatever the application gave: a list of messages, an object with them, or a text. */
function readRequest(record: JsonObject): JsonObject | null {
  const input = unfold(record.input);
  const parameters = objectIn(record, 'modelParameters', 'model_parameters');
  const tools = toolsOf(objectIn(record, 'toolDefinitions', 'tool_definitions'));
  const around = { ...parameters, ...(tools.length > 0 ? { tools } : {}) };
  if (Array.isArray(input)) return { ...around, messages: input as JsonObject[] };
  if (isObject(input)) return Object.keys(input).length === 0 ? null : { ...around, ...input };
  return typeof input === 'string' && input !== '' ? { ...around, input } : null;
}

function toolsOf(definitions: JsonObject): JsonObject[] {
  return Object.entries(definitions).map(([name, definition]) => ({ ...filled(definition), name }));
}
