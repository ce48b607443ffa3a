// Writes a neutral request for the responses API. Nothing is stored for a client of another dialect, which could not ask for it;
// encrypted thinking is asked for where the client can bring it back.
import { TierlineError } from '../call/errors.ts';
import { isObject, type JsonObject, writeJson } from '../call/json.ts';
import { Crossing } from './crossing.ts';
import type { EncodedRequest, EncodeTarget } from './dialect.ts';
import type { NeutralReasoning, NeutralRequest } from './neutral.ts';
import { traitsOf } from './openai-chat-model.ts';
import { shortUser, writeServiceTier } from './openai-chat-request-writer.ts';
import { writeResponsesInput } from './openai-responses-input-writer.ts';
import { regroup } from './openai-responses-namespaces.ts';
import { LOGPROBS } from './openai-responses-request-reader.ts';
import { writeResponsesFormat } from './openai-responses-settings.ts';
import { writeResponsesChoice, writeResponsesTool } from './openai-responses-tools.ts';
import { defined } from './request-fields.ts';

/** OpenAI refuses a lower bound of output tokens. */
const MIN_OUTPUT = 16;
const ENCRYPTED = 'reasoning.encrypted_content';
/** Whose clients get signatures and send them back. */
const BRINGS_BACK: ReadonlySet<string> = new Set(['anthropic-messages', 'neutral']);
/** Members that both of OpenAI's APIs have under one name, and `service_tier`, which is written apart. */
const SHARED = new Set(
  `service_tier metadata prompt_cache_key prompt_cache_retention prompt_cache_options safety_identifier`.split(' '),
);
/** A setting at its default is no loss. */
const SAMPLING_DEFAULTS: JsonObject = { temperature: 1, top_p: 1 };
/** From so many thinking tokens on an effort is called medium, or high. */
const MEDIUM_FROM = 4096;
const HIGH_FROM = 16_384;

/** Throws TierlineError `unsupported` for more than one choice and for turns of which nothing can be sent. */
export function writeResponsesRequest(request: NeutralRequest, target: EncodeTarget): EncodedRequest {
  if (request.n > 1) {
    throw new TierlineError('unsupported', `The model ${target.model} gives one answer per request; n must be 1.`, {
      param: 'n',
    });
  }
  const crossing = new Crossing(request, target, 'openai-responses');
  const unknown = writeUnknown(crossing);
  const body = {
    ...unknown,
    model: target.model,
    ...writeResponsesInput(crossing),
    ...writeTools(crossing),
    ...writeLimits(crossing),
    ...writeSampling(crossing),
    ...writeInclude(crossing),
    ...merged('reasoning', unknown.reasoning, writeReasoning(crossing)),
    ...merged('text', unknown.text, writeText(crossing)),
    ...writeRest(crossing, unknown),
  };
  tellMissing(crossing);
  return { body: writeJson(body), losses: crossing.losses };
}

/** What a chat completion has in common with a response goes over as it is. */
function writeUnknown(crossing: Crossing): JsonObject {
  const { unknown, origin } = crossing.request;
  if (origin !== 'openai-chat') return crossing.unknown(new Set(['service_tier']));
  const isUnstored = unknown.store === false;
  crossing.unknown(new Set([...SHARED, 'verbosity', ...(isUnstored ? ['store'] : [])]));
  return Object.fromEntries(Object.entries(unknown).filter(([key]) => SHARED.has(key) && key !== 'service_tier'));
}

/** The member of that name made of what was left unread and what is written now; nothing when both are empty. */
function merged(name: string, left: unknown, written: JsonObject): JsonObject {
  const whole = { ...written, ...(isObject(left) ? left : {}) };
  return Object.keys(whole).length === 0 ? {} : { [name]: whole };
}

function writeTools(crossing: Crossing): JsonObject {
  const { tools, toolChoice, parallelToolCalls } = crossing.request;
  const written = regroup(
    tools,
    tools.map((tool, index) => writeResponsesTool(tool, crossing, `tools[${index}]`)),
  );
  if (written.length === 0 && crossing.isForeign) return {};
  return defined({
    tools: written.length === 0 ? undefined : written,
    tool_choice: toolChoice === undefined ? undefined : writeResponsesChoice(toolChoice),
    parallel_tool_calls: parallelToolCalls,
  });
}

function writeLimits(crossing: Crossing): JsonObject {
  const { maxTokens } = crossing.request;
  if (!crossing.isForeign || maxTokens === undefined || maxTokens >= MIN_OUTPUT)
    return defined({ max_output_tokens: maxTokens });
  crossing.lose(`max_tokens ${maxTokens}: sent as ${MIN_OUTPUT}, the least there is`);
  return { max_output_tokens: MIN_OUTPUT };
}

function writeSampling(crossing: Crossing): JsonObject {
  const { temperature, topP } = crossing.request;
  const sampling: JsonObject = defined({ temperature, top_p: topP });
  if (takesSampling(crossing)) return sampling;
  for (const key of Object.keys(sampling)) if (sampling[key] !== SAMPLING_DEFAULTS[key]) crossing.lose(key);
  return {};
}

function takesSampling({ target, isForeign }: Crossing): boolean {
  return target.takesSampling ?? (!isForeign || traitsOf(target.model).takesSampling);
}

/** Which details the answer is to have. Models that do not reason refuse to be asked for encrypted thinking. */
function writeInclude(crossing: Crossing): JsonObject {
  const { request, target, isForeign } = crossing;
  const left = isForeign ? undefined : request.unknown.include;
  const include = Array.isArray(left) ? [...left] : [];
  if (isForeign && BRINGS_BACK.has(request.origin) && !traitsOf(target.model).takesSampling) include.push(ENCRYPTED);
  if (request.logprobs === undefined) return include.length === 0 ? {} : { include };
  if (!takesSampling(crossing)) {
    crossing.lose('logprobs');
    return include.length === 0 ? {} : { include };
  }
  return defined({ include: [...include, LOGPROBS], top_logprobs: request.logprobs.top || undefined });
}

/** The member `reasoning` without what was left unread of it. */
function writeReasoning(crossing: Crossing): JsonObject {
  const { request, target, isForeign } = crossing;
  const { reasoning } = request;
  if (reasoning === undefined) return {};
  if (!isForeign) return defined({ effort: reasoning.type === 'off' ? 'none' : effortOf(reasoning, crossing) });
  if (!(target.takesReasoning ?? traitsOf(target.model).takesReasoning)) {
    if (reasoning.type !== 'off') crossing.lose('reasoning effort');
    return {};
  }
  if (reasoning.type === 'off') {
    // Only the newest models know the word "none", the others refuse the request over it.
    crossing.lose('thinking off: left to the default of the model');
    return {};
  }
  const isShown = reasoning.type !== 'effort';
  return defined({ effort: effortOf(reasoning, crossing), summary: isShown ? 'auto' : undefined });
}

function effortOf(reasoning: Exclude<NeutralReasoning, { type: 'off' }>, crossing: Crossing): string | undefined {
  if (reasoning.type !== 'budget') return reasoning.effort;
  const effort = reasoning.tokens >= HIGH_FROM ? 'high' : reasoning.tokens >= MEDIUM_FROM ? 'medium' : 'low';
  crossing.lose(`thinking budget of ${reasoning.tokens} tokens: sent as effort ${effort}`);
  return effort;
}

function writeText(crossing: Crossing): JsonObject {
  const { format, origin, unknown } = crossing.request;
  return defined({
    format: format === undefined ? undefined : writeResponsesFormat(format, crossing),
    verbosity: origin === 'openai-chat' ? unknown.verbosity : undefined,
  });
}

function writeRest(crossing: Crossing, written: JsonObject): JsonObject {
  const { request, target, isForeign } = crossing;
  const { user } = request;
  const takesKey = isForeign && target.takesCacheKey === true && written.prompt_cache_key === undefined;
  return defined({
    // What came under the newer name is written under it already.
    user: user === undefined || written.safety_identifier === user ? undefined : shortUser(user),
    prompt_cache_key: takesKey ? (target.cacheKey ?? undefined) : undefined,
    service_tier: writeServiceTier(crossing),
    store: isForeign ? false : undefined,
    stream: request.stream ? true : undefined,
  });
}

/** Settings that a response has nothing for; those at their neutral value are no loss. */
function tellMissing(crossing: Crossing): void {
  const { request } = crossing;
  if (request.stop !== undefined && request.stop.length > 0) crossing.lose('stop sequences');
  if (request.seed !== undefined) crossing.lose('seed');
  if (request.topK !== undefined) crossing.lose('top_k');
  if (request.presencePenalty) crossing.lose('presence_penalty');
  if (request.frequencyPenalty) crossing.lose('frequency_penalty');
}
