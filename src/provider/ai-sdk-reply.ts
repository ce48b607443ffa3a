// Reads what an AI SDK model answers (specification versions v2, v3 and v4) into the neutral form.
import { TierlineError } from '../call/errors.ts';
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { toUsage, type Usage } from '../call/usage.ts';
import type { NeutralFinish, NeutralPart, NeutralReply } from '../dialect/neutral.ts';
import { countOf, listOf, textOf } from './ai-sdk-value.ts';

/** The result of `doGenerate`; `name` is the model that was asked. Throws TierlineError `upstream_malformed` or `upstream_error`. */
export function readSdkReply(result: JsonObject, name: string): NeutralReply {
  const response = isObject(result.response) ? result.response : {};
  const finish = readSdkFinish(result.finishReason);
  if (finish === null) throw new TierlineError('upstream_malformed', 'The model gave no finish reason.');
  if (finish.raw === 'error') throw new TierlineError('upstream_error', 'The model ended its answer with an error.');
  return {
    id: textOf(response.id) ?? '',
    model: textOf(response.modelId) ?? name,
    choices: [{ index: 0, parts: listOf(result.content).flatMap(readPart), finish }],
    usage: readSdkUsage(result.usage),
  };
}

/** Calls that the provider runs by itself are no business of the client. */
function readPart(part: Json): NeutralPart[] {
  if (!isObject(part) || part.providerExecuted === true) return [];
  if (part.type === 'text') return [{ type: 'text', text: textOf(part.text) ?? '' }];
  if (part.type === 'reasoning') return [{ type: 'thinking', text: textOf(part.text) ?? '', origin: 'neutral' }];
  if (part.type !== 'tool-call') return [];
  const id = textOf(part.toolCallId) ?? '';
  return [{ type: 'tool_call', id, name: textOf(part.toolName) ?? '', arguments: readSdkInput(part.input) }];
}

/** The input as the model wrote it; an empty call is `{}`. */
export function readSdkInput(input: Json | undefined): string {
  if (typeof input !== 'string') return JSON.stringify(input ?? {});
  return input.trim() === '' ? '{}' : input;
}

const FINISH: Record<string, NeutralFinish['reason']> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'refusal',
};
/** What packages begin with and leave standing when the provider's answer breaks off. */
const NO_FINISH = new Set(['other', 'unknown', 'interrupted']);

/** v2 says a word, v3 and later the word and the provider's own. Null when the provider has not said that it finished. */
export function readSdkFinish(reason: Json | undefined): NeutralFinish | null {
  if (isObject(reason)) {
    const unified = textOf(reason.unified);
    const raw = textOf(reason.raw);
    if (unified === null || (raw === null && NO_FINISH.has(unified))) return null;
    return { reason: FINISH[unified] ?? 'unknown', raw: unified === 'error' ? 'error' : (raw ?? unified) };
  }
  if (typeof reason !== 'string' || reason === 'unknown') return null;
  return { reason: FINISH[reason] ?? 'unknown', raw: reason };
}

/** v2 counts cached tokens inside the input; v3 and later give each class. Null when the provider told no usage. */
export function readSdkUsage(usage: Json | undefined): Usage | null {
  if (!isObject(usage)) return null;
  const { inputTokens, outputTokens } = usage;
  if (isObject(inputTokens) && isObject(outputTokens)) {
    if (inputTokens.total === undefined && outputTokens.total === undefined) return null;
    const cacheReadTokens = countOf(inputTokens.cacheRead);
    const written = countOf(inputTokens.cacheWrite);
    const cacheWrite1hTokens = Math.min(writtenForAnHour(usage.raw), written);
    const rest = countOf(inputTokens.total) - cacheReadTokens - written;
    return toUsage({
      inputTokens: Math.max(0, inputTokens.noCache === undefined ? rest : countOf(inputTokens.noCache)),
      cacheReadTokens,
      cacheWrite5mTokens: written - cacheWrite1hTokens,
      cacheWrite1hTokens,
      ...readOutput(outputTokens.total, outputTokens.reasoning),
    });
  }
  if (inputTokens === undefined && outputTokens === undefined) return null;
  const cacheReadTokens = Math.min(countOf(usage.cachedInputTokens), countOf(inputTokens));
  const rest = countOf(inputTokens) - cacheReadTokens;
  return toUsage({ inputTokens: rest, cacheReadTokens, ...readOutput(outputTokens, usage.reasoningTokens) });
}

function readOutput(total: Json | undefined, reasoning: Json | undefined): Partial<Usage> {
  const outputTokens = countOf(total);
  return { outputTokens, reasoningTokens: Math.min(countOf(reasoning), outputTokens) };
}

/** Only the provider's own usage object, which is handed on as `raw`, tells how long a write to the cache lasts. */
function writtenForAnHour(raw: Json | undefined): number {
  const creation = isObject(raw) ? raw.cache_creation : undefined;
  return isObject(creation) ? countOf(creation.ephemeral_1h_input_tokens) : 0;
}

/** One line for each thing the package left out or changed. */
export function readSdkWarnings(warnings: Json | undefined): string[] {
  return listOf(warnings).flatMap((warning) => {
    if (!isObject(warning)) return [];
    const tool = isObject(warning.tool) ? `tool ${textOf(warning.tool.name) ?? ''}` : null;
    const what = textOf(warning.feature) ?? textOf(warning.setting) ?? tool;
    const more = textOf(warning.details) ?? textOf(warning.message);
    return [[what, more].filter((word) => word !== null).join(': ') || (textOf(warning.type) ?? 'a warning')];
  });
}

/** Headers by which the provider's support finds a request. */
export function readSdkHeaders(response: Json | undefined): Record<string, string> {
  const headers = isObject(response) ? response.headers : undefined;
  if (!isObject(headers)) return {};
  const found: Record<string, string> = {};
  for (const name of ['x-request-id', 'request-id']) {
    const value = headers[name];
    if (typeof value === 'string') found[name] = value;
  }
  return found;
}
