// Writes a neutral request for `generateContent` and `streamGenerateContent`. Model and streaming are in the address.
import { isObject, type Json, type JsonObject, writeJson } from '../call/json.ts';
import { Crossing, kindOf } from './crossing.ts';
import type { EncodedRequest, EncodeTarget } from './dialect.ts';
import { writeGeminiContents } from './gemini-contents-writer.ts';
import { isEmptySchema, unenforced } from './gemini-schema.ts';
import { writeThinkingConfig } from './gemini-thinking.ts';
import type { NeutralRequest, NeutralTool, NeutralToolChoice } from './neutral.ts';
import { defined } from './request-fields.ts';

/** Gemini takes this many stop sequences and refuses more. */
const MAX_STOPS = 5;
/** Gemini tells at most this many alternatives for a token. */
const MAX_LOGPROBS = 20;
/** Seeds are 32-bit numbers. */
const MAX_SEED = 2 ** 31 - 1;

const SERVICE_TIERS: Record<string, string> = {
  default: 'standard',
  standard_only: 'standard',
  flex: 'flex',
  priority: 'priority',
};

/** Throws TierlineError `unsupported` for turns of which nothing can be sent. */
export function writeGeminiRequest(request: NeutralRequest, target: EncodeTarget): EncodedRequest {
  const crossing = new Crossing(request, target, 'gemini');
  const { system, contents } = writeGeminiContents(crossing);
  const unknown = crossing.unknown(new Set(['service_tier']));
  const body = {
    ...unknown,
    ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }),
    contents,
    ...writeTools(crossing, unknown),
    ...merged('generationConfig', unknown.generationConfig, writeConfig(crossing, unknown.generationConfig)),
    ...writeServiceTier(crossing),
  };
  if (request.user !== undefined) crossing.lose('user');
  return { body: writeJson(body), losses: crossing.losses };
}

/** The member of that name made of what was left unread and what is written now; nothing when both are empty. */
function merged(name: string, left: unknown, written: JsonObject): JsonObject {
  const whole = { ...(isObject(left) ? left : {}), ...written };
  return Object.keys(whole).length === 0 ? {} : { [name]: whole };
}

function toObject(left: Json | undefined): JsonObject {
  return isObject(left) ? left : {};
}

function writeTools(crossing: Crossing, unknown: JsonObject): JsonObject {
  const { tools, toolChoice, parallelToolCalls } = crossing.request;
  const functions: JsonObject[] = [];
  const others: JsonObject[] = [];
  for (const [index, tool] of tools.entries()) {
    if (tool.type === 'function') functions.push(writeFunction(tool, crossing, `tools[${index}]`));
    else if (tool.origin === 'gemini' && !crossing.isForeign) others.push(tool.json as JsonObject);
    else crossing.lose(`tools[${index}]: ${kindOf(tool.json)}`);
  }
  const isStrict = tools.some((tool) => tool.type === 'function' && tool.strict === true);
  const config = functions.length === 0 ? undefined : writeChoice(toolChoice, isStrict);
  // Gemini has no way to ask for one call at a time.
  if (parallelToolCalls === false && functions.length > 0 && toolChoice?.type !== 'none')
    crossing.lose('parallel_tool_calls');
  const declared = functions.length === 0 ? others : [{ functionDeclarations: functions }, ...others];
  return {
    ...(declared.length === 0 ? {} : { tools: declared }),
    // What was left unread says more.
    ...merged(
      'toolConfig',
      config === undefined ? {} : { functionCallingConfig: config },
      toObject(unknown.toolConfig),
    ),
  };
}

function writeFunction(
  tool: Extract<NeutralTool, { type: 'function' }>,
  crossing: Crossing,
  where: string,
): JsonObject {
  return {
    ...defined({ name: tool.name, description: tool.description }),
    ...(isEmptySchema(tool.schema) ? {} : { parametersJsonSchema: tool.schema }),
    ...crossing.extra(tool.extra, where),
  };
}

/** VALIDATED is AUTO that keeps to the schemas of the functions, which is what strict tools ask for. */
function writeChoice(choice: NeutralToolChoice | undefined, isStrict: boolean): JsonObject | undefined {
  switch (choice?.type) {
    case undefined:
      return isStrict ? { mode: 'VALIDATED' } : undefined;
    case 'auto':
      return { mode: isStrict ? 'VALIDATED' : 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'any':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  }
}

function writeConfig(crossing: Crossing, left: unknown): JsonObject {
  const { request } = crossing;
  const leftThinking = isObject(left) && isObject(left.thinkingConfig) ? left.thinkingConfig : undefined;
  const thinking = writeThinkingConfig(crossing);
  return defined({
    maxOutputTokens: request.maxTokens,
    candidateCount: request.n === 1 ? undefined : request.n,
    stopSequences: writeStops(crossing),
    ...writeSampling(crossing),
    ...writeFormat(crossing),
    thinkingConfig: thinking === undefined ? leftThinking : { ...leftThinking, ...thinking },
  });
}

function writeStops(crossing: Crossing): string[] | undefined {
  const { request, isForeign } = crossing;
  const stop = request.stop?.slice(0, isForeign ? MAX_STOPS : undefined);
  if (stop?.length !== request.stop?.length) crossing.lose(`stop sequences after the ${MAX_STOPS}th`);
  return stop?.length === 0 ? undefined : stop;
}

function writeSampling(crossing: Crossing): JsonObject {
  const { request, target } = crossing;
  const fitsSeed = request.seed === undefined || (Number.isInteger(request.seed) && Math.abs(request.seed) <= MAX_SEED);
  if (!fitsSeed) crossing.lose('seed: larger than 32 bits');
  const seed = fitsSeed ? request.seed : undefined;
  const sampling: JsonObject = defined({
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    responseLogprobs: request.logprobs === undefined ? undefined : true,
    logprobs: request.logprobs === undefined ? undefined : Math.min(request.logprobs.top, MAX_LOGPROBS) || undefined,
  });
  if (target.takesSampling !== false) return defined({ ...sampling, seed });
  for (const key of Object.keys(sampling)) crossing.lose(key);
  return defined({ seed });
}

function writeFormat(crossing: Crossing): JsonObject {
  const { format } = crossing.request;
  if (format === undefined || format.type === 'text') return {};
  if (format.type === 'json') return { responseMimeType: 'application/json' };
  if (crossing.isForeign) {
    for (const keyword of unenforced(format.schema)) crossing.lose(`output format: ${keyword}`);
    if (format.description !== undefined) crossing.lose('output format: description');
  }
  return { responseMimeType: 'application/json', responseJsonSchema: format.schema };
}

/** Tiers that both providers have under their own names; every other one is told. */
function writeServiceTier(crossing: Crossing): JsonObject {
  const tier = crossing.request.unknown.service_tier;
  if (!crossing.isForeign || tier === undefined || tier === 'auto') return {};
  const name = typeof tier === 'string' && Object.hasOwn(SERVICE_TIERS, tier) ? SERVICE_TIERS[tier] : undefined;
  if (name === undefined) crossing.lose('service_tier');
  return defined({ serviceTier: name });
}
