// Lines that hold bodies of the APIs themselves: batch requests and results of OpenAI and Anthropic, fine-tuning examples, plain
// request bodies, and pairs of request and response. Sources, 2026-11-28: OpenAI's guides "Batch API" (`custom_id`, `method`,
// `url`, `body`) and "Supervised fine-tuning" (`messages`), the types BatchCreateParams.Request (`custom_id`, `params`) and
// MessageBatchIndividualResponse of @anthropic-ai/sdk 1.13.
import { isObject, type JsonObject } from '../../call/json.ts';
import { modelOf, usageOf } from './answer-parts.ts';
import { type LogFormat, type LoggedCall, type Reading, toCall } from './logged-call.ts';
import { filled, namedTaskIn, numberIn, objectIn, pick, textIn, textsIn, timeIn, unfold, usdIn } from './loose.ts';

const BODY_KEYS = ['messages', 'input', 'contents', 'prompt'];

export const openaiLog: LogFormat = {
  name: 'openai',
  title: 'request bodies',
  isMine: (record) =>
    'custom_id' in record ||
    BODY_KEYS.some((key) => key in record) ||
    requestOf(record) !== null ||
    isObject(record.usage) ||
    isObject(record.usageMetadata),
  read,
};

function read(record: JsonObject): Reading {
  const isBatch = 'custom_id' in record;
  const isPair = !isBatch && requestOf(record) !== null;
  if (isBatch) return readBatch(record);
  if (isPair) return readPair(record);
  if (BODY_KEYS.some((key) => key in record)) return { call: fromBody(record, null) };
  return { call: toCall({ ...common(record), answer: record, usage: usageOf(record), model: modelOf(record) }) };
}

function requestOf(record: JsonObject): JsonObject | null {
  return filled(pick(record, 'request', 'request_body', 'body'));
}

function readBatch(record: JsonObject): Reading {
  const id = textIn(record, 'custom_id');
  const hint = prefixOf(id);
  const named = { id, isBatch: true, hints: hint === null ? [] : [hint] };
  const asked = filled(record.body) ?? filled(record.params);
  if (asked !== null) return { call: { ...fromBody(asked, null), ...named } };
  const result = filled(record.result);
  if (result !== null) {
    if (result.type === 'canceled' || result.type === 'expired')
      return { skipped: `batch lines that were ${result.type}` };
    const message = filled(result.message);
    return { call: toCall({ ...named, ...answered(message), isError: message === null }) };
  }
  const response = filled(record.response);
  const body = response === null ? null : filled(response.body);
  const status = numberIn(response ?? {}, 'status_code') ?? 200;
  if (response === null && record.error === undefined) return null;
  return { call: toCall({ ...named, ...answered(body), isError: body === null || status >= 400 }) };
}

/** What custom ids have in common before they count: `triage` of `triage-00017`. */
function prefixOf(id: string | null): string | null {
  const [, prefix] = /^([a-z][a-z_-]*?)(?:[-_:/][\da-f-]*\d[\da-f-]*|\d+)?$/i.exec(id ?? '') ?? [];
  return prefix === undefined || prefix.length < 3 ? null : prefix;
}

function answered(body: JsonObject | null): Partial<LoggedCall> {
  return {
    answer: body,
    usage: usageOf(body),
    model: modelOf(body),
    atMs: timeIn(body ?? {}, 'created', 'created_at'),
  };
}

function readPair(record: JsonObject): Reading {
  const request = requestOf(record) as JsonObject;
  const response = unfold(pick(record, 'response', 'response_body', 'output', 'completion'));
  const status = numberIn(record, 'status', 'status_code', 'http_status');
  // Some write the envelope of the HTTP library.
  const body = isObject(response) && isObject(response.body) ? response.body : response;
  const inner = filled(request.body) ?? request;
  const call = { ...fromBody(inner, body), ...present(common(record)) };
  return { call: { ...call, isError: (status ?? 200) >= 400 || (isObject(body) && isObject(body.error)) } };
}

function fromBody(body: JsonObject, response: unknown): LoggedCall {
  const own = common(body);
  const example = response === null ? lastAnswer(body) : null;
  const model = modelOf(response) ?? textIn(body, 'model');
  return toCall({
    ...own,
    task: own.task ?? routed(textIn(body, 'model')),
    model,
    kind: /embed/i.test(model ?? '') ? 'embedding' : 'chat',
    usage: usageOf(response),
    atMs: own.atMs ?? (isObject(response) ? timeIn(response, 'created', 'created_at') : null),
    request: example === null ? body : { ...body, messages: (body.messages as JsonObject[]).slice(0, -1) },
    answer: response ?? example,
  });
}

/** The task that clients of Tierline ask for by name. */
function routed(model: string | null): string | null {
  return model?.startsWith('auto/') === true ? model.slice(5) : null;
}

/** A fine-tuning example ends with the answer that is to be learned. */
function lastAnswer({ messages, model }: JsonObject): JsonObject | null {
  if (!Array.isArray(messages) || model !== undefined) return null;
  const last = messages.at(-1);
  return isObject(last) && last.role === 'assistant' ? last : null;
}

/** What people write beside a body; all of it may be missing. */
function common(record: JsonObject): Partial<LoggedCall> {
  const metadata = objectIn(record, 'metadata');
  const tags = [...textsIn(record, 'tags'), ...textsIn(metadata, 'tags')];
  const agent =
    textIn(record, 'user_agent', 'userAgent') ?? textIn(objectIn(record, 'headers'), 'user-agent', 'User-Agent');
  return {
    id: textIn(record, 'id', 'request_id'),
    atMs: timeIn(record, 'timestamp', 'created_at', 'created', 'time', 'ts', 'at', 'started_at'),
    task: namedTaskIn(metadata, tags) ?? namedTaskIn(record),
    hints: [...tags, ...(agent === null ? [] : [agent.replace(/\/.*$/, '')])],
    costNanoUsd: usdIn(record, 'cost', 'cost_usd', 'costUsd'),
    latencyMs: numberIn(record, 'latency_ms', 'latencyMs', 'duration_ms', 'durationMs'),
  };
}

function present(call: Partial<LoggedCall>): Partial<LoggedCall> {
  return Object.fromEntries(
    Object.entries(call).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
  );
}
