// Writes a neutral request as an Anthropic message. Anthropic demands max_tokens, so there always is one.
import { TierlineError } from '../call/errors.ts';
import { isObject, type JsonObject, writeJson } from '../call/json.ts';
import { traitsOf } from './anthropic-messages-model.ts';
import { toAnthropicSchema } from './anthropic-messages-schema.ts';
import { writeThinking } from './anthropic-messages-thinking.ts';
import { type Conversation, isInToolLoop, writeAnthropicConversation } from './anthropic-messages-turn-writer.ts';
import { writeCacheMark } from './cache-mark.ts';
import { Crossing, kindOf } from './crossing.ts';
import type { EncodedRequest, EncodeTarget } from './dialect.ts';
import type { NeutralRequest, NeutralTool } from './neutral.ts';
import { defined } from './request-fields.ts';

const JSON_HINT = 'Respond with one JSON object and nothing else.';

/** Throws TierlineError `unsupported` for more than one choice and for turns of which nothing can be sent. */
export function writeAnthropicRequest(request: NeutralRequest, target: EncodeTarget): EncodedRequest {
  if (request.n > 1) {
    throw new TierlineError('unsupported', `The model ${target.model} gives one answer per request; n must be 1.`, {
      param: 'n',
    });
  }
  const crossing = new Crossing(request, target, 'anthropic-messages');
  const conversation = writeAnthropicConversation(crossing);
  const unknown = crossing.unknown(new Set(['service_tier']));
  const maxTokens = request.maxTokens ?? target.defaultMaxTokens;
  const thinking = writeThinking(crossing, { maxTokens, isInToolLoop: isInToolLoop(conversation.turns) });
  const body = {
    ...unknown,
    model: target.model,
    max_tokens: maxTokens,
    ...writeSystem(conversation, crossing),
    messages: conversation.turns,
    ...writeTools(crossing),
    ...writeSampling(crossing, thinking.isThinking),
    ...merged('thinking', unknown.thinking, thinking.thinking),
    ...merged(
      'output_config',
      unknown.output_config,
      defined({ effort: thinking.effort, format: writeFormat(crossing) }),
    ),
    ...merged('metadata', unknown.metadata, request.user === undefined ? {} : { user_id: request.user }),
    ...writeRest(crossing),
  };
  tellMissing(crossing);
  return { body: writeJson(body), losses: crossing.losses };
}

/** The member of that name made of what was left unread and what is written now; nothing when both are empty. */
function merged(name: string, left: unknown, written: JsonObject): JsonObject {
  const whole = { ...(isObject(left) ? left : {}), ...written };
  return Object.keys(whole).length === 0 ? {} : { [name]: whole };
}

function writeSystem({ system }: Conversation, crossing: Crossing): Record<string, unknown> {
  const blocks = [...system];
  if (crossing.request.format?.type === 'json') {
    crossing.lose('response_format json_object: asked for in words');
    blocks.push({ type: 'text', text: JSON_HINT });
  }
  return blocks.length === 0 ? {} : { system: blocks };
}

function writeTools(crossing: Crossing): JsonObject {
  const { tools, toolChoice, parallelToolCalls } = crossing.request;
  const written = tools
    .map((tool, index) => writeTool(tool, crossing, `tools[${index}]`))
    .filter((tool) => tool !== null);
  // Anthropic refuses a choice when there are no tools.
  if (written.length === 0) return {};
  const choice = toolChoice ?? (parallelToolCalls === false ? ({ type: 'auto' } as const) : undefined);
  if (choice === undefined) return { tools: written };
  const limit =
    parallelToolCalls === undefined || choice.type === 'none' ? {} : { disable_parallel_tool_use: !parallelToolCalls };
  return { tools: written, tool_choice: { ...choice, ...limit } };
}

function writeTool(tool: NeutralTool, crossing: Crossing, where: string): JsonObject | null {
  if (tool.type === 'unknown') {
    if (tool.origin === 'anthropic-messages') return tool.json as JsonObject;
    crossing.lose(`${where}: ${kindOf(tool.json)}`);
    return null;
  }
  const strict = crossing.isForeign && tool.strict === true ? keepStrict(tool.schema, crossing, where) : tool.strict;
  return {
    ...defined({ name: tool.name, description: tool.description, input_schema: toInputSchema(tool.schema), strict }),
    ...writeCacheMark(tool.cache),
    ...crossing.extra(tool.extra, where),
  };
}

/** Anthropic wants an object schema, be it an empty one. */
function toInputSchema(schema: JsonObject): JsonObject {
  if (typeof schema.type === 'string') return schema;
  return Object.keys(schema).length === 0 ? { type: 'object', properties: {} } : { type: 'object', ...schema };
}

/** Strict tools take the same schemas as structured output; for a richer one it is given up. */
function keepStrict(schema: JsonObject, crossing: Crossing, where: string): true | undefined {
  let isAccepted = schema.additionalProperties === false;
  toAnthropicSchema(schema, () => {
    isAccepted = false;
  });
  if (isAccepted) return true;
  crossing.lose(`${where}: strict`);
  return undefined;
}

function writeSampling(crossing: Crossing, isThinking: boolean): JsonObject {
  const { request, target, isForeign } = crossing;
  const { temperature, topP, topK } = request;
  const sampling: JsonObject = defined({ temperature, top_p: topP, top_k: topK });
  if (!isForeign && target.takesSampling !== false) return sampling;
  const takes = (target.takesSampling ?? traitsOf(target.model).takesSampling) && !isThinking;
  if (!takes) {
    for (const key of Object.keys(sampling)) if (key === 'top_k' || sampling[key] !== 1) crossing.lose(key);
    return {};
  }
  if (temperature !== undefined && temperature > 1) {
    crossing.lose(`temperature ${temperature}: clamped to 1`);
    sampling.temperature = 1;
  }
  // Newer models refuse the two together.
  if (temperature !== undefined && topP !== undefined) {
    if (topP !== 1) crossing.lose('top_p: not possible beside temperature');
    delete sampling.top_p;
  }
  return sampling;
}

function writeFormat(crossing: Crossing): JsonObject | undefined {
  const { format } = crossing.request;
  if (format?.type !== 'schema') return undefined;
  const schema = crossing.isForeign
    ? toAnthropicSchema(format.schema, (keyword) => crossing.lose(`output format: ${keyword}`))
    : format.schema;
  return { type: 'json_schema', schema };
}

function writeRest(crossing: Crossing): JsonObject {
  const { request, isForeign } = crossing;
  const stop = isForeign ? request.stop?.filter((sequence) => sequence.trim() !== '') : request.stop;
  if (stop?.length !== request.stop?.length) crossing.lose('stop sequences of white space');
  return defined({
    stop_sequences: stop === undefined || stop.length === 0 ? undefined : stop,
    service_tier: writeServiceTier(crossing),
    stream: request.stream ? true : undefined,
  });
}

/** The two tiers that both providers have under their own names; every other one is told. */
function writeServiceTier(crossing: Crossing): string | undefined {
  const tier = crossing.request.unknown.service_tier;
  if (typeof tier !== 'string') return undefined;
  if (!crossing.isForeign || tier === 'auto') return tier;
  if (tier === 'default') return 'standard_only';
  crossing.lose('service_tier');
  return undefined;
}

/** Settings that Anthropic has nothing for; those at their neutral value are no loss. */
function tellMissing(crossing: Crossing): void {
  const { request } = crossing;
  if (request.seed !== undefined) crossing.lose('seed');
  if (request.presencePenalty) crossing.lose('presence_penalty');
  if (request.frequencyPenalty) crossing.lose('frequency_penalty');
  if (request.logprobs !== undefined) crossing.lose('logprobs');
}
