// Reads an Anthropic messages request into the neutral form. What the neutral form has no word for stays in `unknown`;
// of fields it understands in part, the rest stays there under the same name.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { type JsonPath, parseKeepingRaw } from '../wire/raw-json.ts';
import { readBlocks } from './anthropic-messages-block-reader.ts';
import { readCacheMark } from './cache-mark.ts';
import type { NeutralFormat, NeutralMessage, NeutralReasoning, NeutralRequest, NeutralTool } from './neutral.ts';
import {
  defined,
  invalidField,
  otherMembers,
  parseBody,
  readArray,
  readBoolean,
  readInteger,
  readMember,
  readNumber,
  readObject,
  readStrings,
} from './request-fields.ts';

const KNOWN = new Set(
  `model messages system tools tool_choice max_tokens temperature top_p top_k stop_sequences stream thinking
  output_config output_format metadata`.split(/\s+/),
);
const TOOL = new Set(['type', 'name', 'description', 'input_schema', 'strict', 'cache_control']);
const FORMAT_NAME = 'output';

/** Throws TierlineError `invalid_json` or `invalid_request` naming the field. */
export function readAnthropicRequest(source: Buffer): NeutralRequest {
  const body = parse(source);
  const maxTokens = readInteger(body, 'max_tokens', 1);
  if (maxTokens === undefined) throw invalidField('max_tokens', 'is required');
  const callNames = new Map<string, string>();
  const unknown = otherMembers(body, KNOWN) ?? {};
  const reasoning = readReasoning(body, unknown);
  const format = readFormat(body, unknown);
  const metadata = readMember(body, 'metadata') ?? {};
  const leftMetadata = otherMembers(metadata, new Set(['user_id']));
  if (leftMetadata !== null) unknown.metadata = leftMetadata;
  return defined<NeutralRequest>({
    origin: 'anthropic-messages',
    system: body.system === undefined || body.system === null ? [] : readBlocks(body.system, 'system', callNames),
    messages: readMessages(body.messages, callNames),
    tools: (readArray(body, 'tools') ?? []).map((tool, index) => readTool(tool, `tools[${index}]`)),
    ...readToolChoice(body, unknown),
    maxTokens,
    temperature: readNumber(body, 'temperature'),
    topP: readNumber(body, 'top_p'),
    topK: readNumber(body, 'top_k'),
    stop: readStrings(body, 'stop_sequences'),
    n: 1,
    format,
    reasoning,
    user: typeof metadata.user_id === 'string' ? metadata.user_id : undefined,
    stream: readBoolean(body, 'stream') ?? false,
    includeUsage: true,
    unknown,
  });
}

/** Inputs of tool calls are kept as text; a body without any is left to the faster native parser. */
function parse(source: Buffer): JsonObject {
  return source.includes('"tool_use"') ? readObject(parseKeepingRaw(source, isToolInput)) : parseBody(source);
}

function isToolInput(path: JsonPath): boolean {
  return path.length === 5 && path[4] === 'input' && path[0] === 'messages' && path[2] === 'content';
}

function readMessages(value: Json | undefined, callNames: Map<string, string>): NeutralMessage[] {
  if (!Array.isArray(value)) throw invalidField('messages', 'must be an array');
  if (value.length === 0) throw invalidField('messages', 'must not be empty');
  return value.map((message, index) => {
    const where = `messages[${index}]`;
    if (!isObject(message)) throw invalidField(where, 'must be an object');
    const { role } = message;
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      throw invalidField(`${where}.role`, 'must be user, assistant or system');
    }
    const extra = otherMembers(message, new Set(['role', 'content'])) ?? undefined;
    return defined({ role, parts: readBlocks(message.content, `${where}.content`, callNames), extra });
  });
}

function readTool(tool: Json, where: string): NeutralTool {
  if (!isObject(tool)) throw invalidField(where, 'must be an object');
  const isOwn = tool.type === undefined || tool.type === null || tool.type === 'custom';
  if (!isOwn) return { type: 'unknown', origin: 'anthropic-messages', json: tool };
  if (typeof tool.name !== 'string') throw invalidField(`${where}.name`, 'must be a string');
  if (!isObject(tool.input_schema)) throw invalidField(`${where}.input_schema`, 'must be an object');
  return defined({
    type: 'function' as const,
    name: tool.name,
    description: typeof tool.description === 'string' ? tool.description : undefined,
    schema: tool.input_schema,
    strict: typeof tool.strict === 'boolean' ? tool.strict : undefined,
    cache: readCacheMark(tool.cache_control),
    extra: otherMembers(tool, TOOL) ?? undefined,
  });
}

function readToolChoice(
  body: JsonObject,
  unknown: JsonObject,
): Pick<NeutralRequest, 'toolChoice' | 'parallelToolCalls'> {
  const choice = readMember(body, 'tool_choice');
  if (choice === undefined) return {};
  const disabled = choice.disable_parallel_tool_use;
  const parallelToolCalls = typeof disabled === 'boolean' ? !disabled : undefined;
  if (choice.type === 'auto' || choice.type === 'none' || choice.type === 'any') {
    return { toolChoice: { type: choice.type }, parallelToolCalls };
  }
  if (choice.type === 'tool' && typeof choice.name === 'string') {
    return { toolChoice: { type: 'tool', name: choice.name }, parallelToolCalls };
  }
  unknown.tool_choice = choice;
  return {};
}

/** The part of `thinking` and `output_config.effort` that every provider has a word for. */
function readReasoning(body: JsonObject, unknown: JsonObject): NeutralReasoning | undefined {
  const thinking = readMember(body, 'thinking');
  const config = readMember(body, 'output_config') ?? {};
  const effort = typeof config.effort === 'string' ? config.effort : undefined;
  const understood = thinking === undefined ? undefined : readThinking(thinking, effort);
  const keepsEffort = understood?.type === 'budget' || understood?.type === 'off';
  const leftConfig = otherMembers(
    config,
    new Set(['format', ...(keepsEffort || effort === undefined ? [] : ['effort'])]),
  );
  if (leftConfig !== null) unknown.output_config = leftConfig;
  if (thinking === undefined) return effort === undefined ? undefined : { type: 'effort', effort };
  const leftThinking = understood === undefined ? thinking : otherMembers(thinking, new Set(['type', 'budget_tokens']));
  if (leftThinking !== null) unknown.thinking = leftThinking;
  return understood ?? (effort === undefined ? undefined : { type: 'effort', effort });
}

function readThinking(thinking: JsonObject, effort: string | undefined): NeutralReasoning | undefined {
  if (thinking.type === 'disabled') return { type: 'off' };
  if (thinking.type === 'adaptive') return effort === undefined ? { type: 'adaptive' } : { type: 'adaptive', effort };
  if (thinking.type === 'enabled' && typeof thinking.budget_tokens === 'number') {
    return { type: 'budget', tokens: thinking.budget_tokens };
  }
  return undefined;
}

/** `output_config.format`, or the older `output_format`. */
function readFormat(body: JsonObject, unknown: JsonObject): NeutralFormat | undefined {
  const config = isObject(body.output_config) ? body.output_config : {};
  const key = config.format === undefined || config.format === null ? 'output_format' : 'output_config';
  const format = key === 'output_config' ? config.format : body.output_format;
  if (format === undefined || format === null) return undefined;
  if (isObject(format) && format.type === 'json_schema' && isObject(format.schema)) {
    return { type: 'schema', name: FORMAT_NAME, schema: format.schema, strict: true };
  }
  if (key === 'output_format') unknown.output_format = format;
  else unknown.output_config = { ...(isObject(unknown.output_config) ? unknown.output_config : {}), format };
  return undefined;
}
