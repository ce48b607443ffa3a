// Helicone's requests as `@helicone/export` and the query API write them: JSON, JSONL and CSV, with bodies where they were asked
// for (`--include-body`; the CSV has no answers). Sources, 2026-11-28: examples/export/typescript/index.ts of
// Helicone/helicone, docs.helicone.ai/rest/request/post-v1requestquery-clickhouse (HeliconeRequest). Latency is milliseconds, cost dollars.
import type { JsonObject } from '../../call/json.ts';
import { toUsage, type Usage } from '../../call/usage.ts';
import { usageOf } from './answer-parts.ts';
import { type LogFormat, type LoggedCall, type Reading, toCall } from './logged-call.ts';
import { filled, namedTaskIn, numberIn, objectIn, textIn, timeIn, unfold, usdIn } from './loose.ts';

export const heliconeLog: LogFormat = {
  name: 'helicone',
  title: 'Helicone requests',
  isMine: (record) =>
    ('request_created_at' in record || 'response_created_at' in record) &&
    ('response_status' in record || 'response_id' in record || 'request_body' in record),
  read,
};

/** What the exports write for a request that came from no cache. */
const NO_REFERENCE = '00000000-0000-0000-0000-000000000000';

function read(record: JsonObject): Reading {
  const properties = objectIn(record, 'request_properties', 'properties');
  const request = filled(record.request_body);
  const answer = unfold(record.response_body);
  const status = numberIn(record, 'response_status') ?? 200;
  const reference = textIn(record, 'cache_reference_id');
  const call: Partial<LoggedCall> = {
    id: textIn(record, 'request_id', 'response_id'),
    atMs: timeIn(record, 'request_created_at', 'response_created_at'),
    kind: /embedding/i.test(textIn(record, 'request_path') ?? '') ? 'embedding' : 'chat',
    model: textIn(record, 'response_model', 'model', 'request_model', 'model_override'),
    provider: textIn(record, 'provider'),
    ...readNames(record, properties),
    usage: usageOf(answer) ?? readCounts(record),
    costNanoUsd: usdIn(record, 'costUSD', 'cost'),
    latencyMs: numberIn(record, 'delay_ms', 'latency'),
    // Below 0 Helicone counts what its own limits cancelled or refused.
    isError: status >= 400 || status < 0,
    isReplayed: reference !== null && reference !== NO_REFERENCE,
    request,
    answer,
  };
  return { call: toCall(call) };
}

function readNames(record: JsonObject, properties: JsonObject): Pick<LoggedCall, 'task' | 'hints'> {
  const prompt = textIn(record, 'prompt_id') ?? textIn(properties, 'Helicone-Prompt-Id');
  const session = textIn(properties, 'Helicone-Session-Name', 'Helicone-Session-Path');
  const feature = textIn(properties, 'Feature', 'feature', 'App', 'app', 'appname');
  return {
    task: namedTaskIn(properties) ?? prompt,
    hints: [feature, session, textIn(record, 'request_path')].filter((hint) => hint !== null),
  };
}

/** OpenAI's counts hold what came out of the cache, Anthropic's stand beside it. */
function readCounts(record: JsonObject): Usage | null {
  const prompt = numberIn(record, 'prompt_tokens');
  const completion = numberIn(record, 'completion_tokens');
  if ((prompt ?? 0) + (completion ?? 0) === 0) return null;
  const cacheReadTokens = numberIn(record, 'prompt_cache_read_tokens') ?? 0;
  const cacheWrite5mTokens = numberIn(record, 'prompt_cache_write_tokens') ?? 0;
  const isOutside = /anthropic/i.test(textIn(record, 'provider') ?? '');
  const inputTokens = Math.max(0, (prompt ?? 0) - (isOutside ? 0 : cacheReadTokens + cacheWrite5mTokens));
  return toUsage({ inputTokens, cacheReadTokens, cacheWrite5mTokens, outputTokens: completion ?? 0 });
}
