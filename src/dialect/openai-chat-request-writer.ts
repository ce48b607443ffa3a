// Writes a neutral request as an OpenAI chat completion. A stream always asks for usage, which accounting needs.
import { createHash } from 'node:crypto';
import { isObject, type JsonObject, writeJson } from '../call/json.ts';
import { Crossing, kindOf } from './crossing.ts';
import type { EncodedRequest, EncodeTarget } from './dialect.ts';
import type { NeutralRequest, NeutralTool } from './neutral.ts';
import { writeOpenaiMessages } from './openai-chat-message-writer.ts';
import { traitsOf } from './openai-chat-model.ts';
import { fitsStrict } from './openai-chat-schema.ts';
import { defined } from './request-fields.ts';

/** OpenAI takes this many stop sequences and refuses more. */
const MAX_STOPS = 4;
/** OpenAI refuses longer values of `user`. */
const MAX_USER = 64;
/** A setting at its default is no loss. */
const SAMPLING_DEFAULTS: JsonObject = { temperature: 1, top_p: 1, presence_penalty: 0, frequency_penalty: 0 };
/** From so many thinking tokens on an effort is called medium, or high. */
const MEDIUM_FROM = 4096;
const HIGH_FROM = 16_384;

export function writeOpenaiRequest(request: NeutralRequest, target: EncodeTarget): EncodedRequest {
  const crossing = new Crossing(request, target, 'openai-chat');
  const body = {
    ...crossing.unknown(new Set(['service_tier'])),
    model: target.model,
    messages: writeOpenaiMessages(crossing),
    ...writeTools(crossing),
    ...writeLimits(crossing),
    ...writeSampling(crossing),
    ...writeReasoning(crossing),
    ...writeFormat(crossing),
    ...writeRest(crossing),
  };
  return { body: writeJson(body), losses: crossing.losses };
}

function writeTools(crossing: Crossing): JsonObject {
  const { tools, toolChoice, parallelToolCalls } = crossing.request;
  const written = tools
    .map((tool, index) => writeTool(tool, crossing, `tools[${index}]`))
    .filter((tool) => tool !== null);
  // OpenAI refuses the two settings when there are no tools.
  if (written.length === 0) return {};
  return defined({
    tools: written,
    tool_choice: toolChoice === undefined ? undefined : writeToolChoice(toolChoice),
    parallel_tool_calls: parallelToolCalls,
  });
}

function writeTool(tool: NeutralTool, crossing: Crossing, where: string): JsonObject | null {
  if (tool.type === 'unknown') {
    if (tool.origin === 'openai-chat') return tool.json as JsonObject;
    crossing.lose(`${where}: ${kindOf(tool.json)}`);
    return null;
  }
  const strict = crossing.isForeign && tool.strict === true ? keepStrict(tool.schema, crossing, where) : tool.strict;
  const { name, description, schema } = tool;
  return {
    type: 'function',
    function: defined({ name, description, parameters: schema, strict }),
    ...crossing.extra(tool.extra, where),
  };
}

/** Strict mode at OpenAI wants every property required and no others; it is given up where the schema is freer. */
function keepStrict(schema: JsonObject, crossing: Crossing, where: string): boolean {
  if (fitsStrict(schema)) return true;
  crossing.lose(`${where}: strict`);
  return false;
}

function writeToolChoice(choice: NonNullable<NeutralRequest['toolChoice']>): string | JsonObject {
  if (choice.type === 'tool') return { type: 'function', function: { name: choice.name } };
  return choice.type === 'any' ? 'required' : choice.type;
}

function writeLimits(crossing: Crossing): JsonObject {
  const { request, target } = crossing;
  return defined({
    [target.maxTokensField ?? 'max_completion_tokens']: request.maxTokens,
    stop: request.stop === undefined || request.stop.length === 0 ? undefined : writeStop(request.stop, crossing),
    n: request.n === 1 ? undefined : request.n,
  });
}

function writeStop(stop: string[], crossing: Crossing): string[] | undefined {
  if (!crossing.isForeign) return stop;
  if (!traitsOf(crossing.target.model).takesStop) {
    crossing.lose('stop sequences');
    return undefined;
  }
  if (stop.length > MAX_STOPS) crossing.lose(`stop sequences after the ${MAX_STOPS}th`);
  return stop.slice(0, MAX_STOPS);
}

function writeSampling(crossing: Crossing): JsonObject {
  const { request } = crossing;
  const sampling: JsonObject = defined({
    temperature: request.temperature,
    top_p: request.topP,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    logprobs: request.logprobs === undefined ? undefined : true,
    top_logprobs: request.logprobs?.top || undefined,
  });
  const seed = request.seed;
  if (crossing.isForeign && request.topK !== undefined) crossing.lose('top_k');
  const topK = crossing.isForeign ? undefined : request.topK;
  if (takesSampling(crossing)) return defined({ ...sampling, top_k: topK, seed });
  for (const key of Object.keys(sampling)) {
    if (sampling[key] !== SAMPLING_DEFAULTS[key]) crossing.lose(key);
  }
  return defined({ seed });
}

function takesSampling({ target, isForeign }: Crossing): boolean {
  return target.takesSampling ?? (!isForeign || traitsOf(target.model).takesSampling);
}

function writeReasoning(crossing: Crossing): JsonObject {
  const { reasoning } = crossing.request;
  if (reasoning === undefined || (reasoning.type === 'adaptive' && reasoning.effort === undefined)) return {};
  const { target, isForeign } = crossing;
  if (!(target.takesReasoning ?? (!isForeign || traitsOf(target.model).takesReasoning))) {
    if (reasoning.type !== 'off') crossing.lose('reasoning effort');
    return {};
  }
  if (reasoning.type === 'budget') {
    const effort = reasoning.tokens >= HIGH_FROM ? 'high' : reasoning.tokens >= MEDIUM_FROM ? 'medium' : 'low';
    crossing.lose(`thinking budget of ${reasoning.tokens} tokens: sent as effort ${effort}`);
    return { reasoning_effort: effort };
  }
  if (reasoning.type !== 'off') return { reasoning_effort: reasoning.effort };
  if (!isForeign) return { reasoning_effort: 'none' };
  // Only the newest models know the word "none", the others refuse the request over it.
  crossing.lose('thinking off: left to the default of the model');
  return {};
}

function writeFormat(crossing: Crossing): JsonObject {
  const { format } = crossing.request;
  if (format === undefined) return {};
  if (format.type === 'text') return { response_format: { type: 'text' } };
  if (format.type === 'json') return { response_format: { type: 'json_object' } };
  const { name, schema, description } = format;
  const strict = crossing.isForeign ? keepStrict(schema, crossing, 'output format') : format.strict;
  return { response_format: { type: 'json_schema', json_schema: defined({ name, description, schema, strict }) } };
}

function writeRest(crossing: Crossing): JsonObject {
  const { request, target } = crossing;
  const options = request.unknown.stream_options;
  const kept = !crossing.isForeign && isObject(options) ? options : {};
  return defined({
    user: request.user === undefined ? undefined : shortUser(request.user),
    prompt_cache_key: crossing.isForeign && target.takesCacheKey ? cacheKeyOf(crossing) : undefined,
    service_tier: writeServiceTier(crossing),
    stream: request.stream ? true : undefined,
    stream_options: request.stream ? { ...kept, include_usage: true } : undefined,
  });
}

/** The client's own, where its dialect has one, else the one that was chosen for it. */
function cacheKeyOf({ request, target }: Crossing): string | undefined {
  const own = request.origin === 'openai-responses' ? request.unknown.prompt_cache_key : undefined;
  return typeof own === 'string' ? own : (target.cacheKey ?? undefined);
}

/** The id is opaque and only has to be stable: too long a one is sent as its SHA-256. */
export function shortUser(user: string): string {
  return user.length <= MAX_USER ? user : createHash('sha256').update(user).digest('hex');
}

/** OpenAI's own tiers, and the two that others have under their own names; every other one is told. */
export function writeServiceTier(crossing: Crossing): string | undefined {
  const { request } = crossing;
  const tier = request.unknown.service_tier;
  if (typeof tier !== 'string') return undefined;
  if (request.origin.startsWith('openai-') || tier === 'auto') return tier;
  if (tier === 'standard_only') return 'default';
  crossing.lose('service_tier');
  return undefined;
}
