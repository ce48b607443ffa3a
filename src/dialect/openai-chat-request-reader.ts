// Reads an OpenAI chat completion request into the neutral form. What the neutral form has no word for stays in
// `unknown`, so that nothing disappears without being told.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { readCacheMark } from './cache-mark.ts';
import type { NeutralFormat, NeutralRequest, NeutralTool, NeutralToolChoice } from './neutral.ts';
import { readOpenaiMessages } from './openai-chat-message-reader.ts';
import { readSchemaFormat } from './openai-chat-schema.ts';
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
  readString,
  readStrings,
} from './request-fields.ts';

/** Of tool_choice, response_format and stream_options, what is not understood is kept as unknown all the same. */
const KNOWN = new Set(
  `model messages tools functions parallel_tool_calls max_tokens max_completion_tokens temperature top_p
  top_k stop seed presence_penalty frequency_penalty n logprobs top_logprobs reasoning_effort user stream
  tool_choice function_call response_format stream_options`.split(/\s+/),
);
const TOOL = new Set(['type', 'function', 'cache_control']);
const FUNCTION = new Set(['name', 'description', 'parameters', 'strict']);
const STREAM_OPTIONS = new Set(['include_usage']);

/** Throws TierlineError `invalid_json` or `invalid_request` naming the field. */
export function readOpenaiRequest(source: Buffer): NeutralRequest {
  const body = parseBody(source);
  const stream = readBoolean(body, 'stream') ?? false;
  const options = readMember(body, 'stream_options') ?? {};
  const unknown = otherMembers(body, KNOWN) ?? {};
  const choice = readToolChoice(body.tool_choice ?? body.function_call);
  if (choice === null) unknown.tool_choice = body.tool_choice ?? body.function_call;
  const format = readFormat(body.response_format);
  if (format === null) unknown.response_format = body.response_format;
  const leftOptions = otherMembers(options, STREAM_OPTIONS);
  if (leftOptions !== null) unknown.stream_options = leftOptions;
  return defined<NeutralRequest>({
    origin: 'openai-chat',
    ...readOpenaiMessages(body.messages),
    tools: readTools(body),
    toolChoice: choice ?? undefined,
    format: format ?? undefined,
    ...readSettings(body),
    n: readInteger(body, 'n', 1) ?? 1,
    stream,
    includeUsage: options.include_usage === true,
    unknown,
  });
}

function readSettings(body: JsonObject): Partial<NeutralRequest> {
  const effort = readString(body, 'reasoning_effort');
  return {
    parallelToolCalls: readBoolean(body, 'parallel_tool_calls'),
    maxTokens: readInteger(body, 'max_completion_tokens', 1) ?? readInteger(body, 'max_tokens', 1),
    temperature: readNumber(body, 'temperature'),
    topP: readNumber(body, 'top_p'),
    topK: readNumber(body, 'top_k'),
    stop: readStrings(body, 'stop'),
    seed: readNumber(body, 'seed'),
    presencePenalty: readNumber(body, 'presence_penalty'),
    frequencyPenalty: readNumber(body, 'frequency_penalty'),
    logprobs: readLogprobs(body),
    reasoning: effort === undefined ? undefined : effort === 'none' ? { type: 'off' } : { type: 'effort', effort },
    user: readString(body, 'user'),
  };
}

function readLogprobs(body: JsonObject): { top: number } | undefined {
  const top = readInteger(body, 'top_logprobs', 0);
  return readBoolean(body, 'logprobs') === true ? { top: top ?? 0 } : undefined;
}

function readTools(body: JsonObject): NeutralTool[] {
  const tools = (readArray(body, 'tools') ?? []).map((tool, index) => readTool(tool, `tools[${index}]`));
  const legacy = (readArray(body, 'functions') ?? []).map((called, index) =>
    readFunction(called, `functions[${index}]`),
  );
  return [...tools, ...legacy];
}

function readTool(tool: Json, where: string): NeutralTool {
  if (!isObject(tool)) throw invalidField(where, 'must be an object');
  if (tool.type !== undefined && tool.type !== 'function')
    return { type: 'unknown', origin: 'openai-chat', json: tool };
  const read = readFunction(tool.function, `${where}.function`);
  const extra = { ...otherMembers(tool, TOOL), ...read.extra };
  return defined({
    ...read,
    cache: readCacheMark(tool.cache_control),
    extra: Object.keys(extra).length === 0 ? undefined : extra,
  });
}

function readFunction(called: Json | undefined, where: string): Extract<NeutralTool, { type: 'function' }> {
  if (!isObject(called)) throw invalidField(where, 'must be an object');
  if (typeof called.name !== 'string') throw invalidField(`${where}.name`, 'must be a string');
  const parameters = called.parameters ?? {};
  if (!isObject(parameters)) throw invalidField(`${where}.parameters`, 'must be an object');
  return defined({
    type: 'function' as const,
    name: called.name,
    description: typeof called.description === 'string' ? called.description : undefined,
    schema: parameters,
    strict: typeof called.strict === 'boolean' ? called.strict : undefined,
    extra: otherMembers(called, FUNCTION) ?? undefined,
  });
}

/** Undefined when absent, null for a choice the neutral form has no word for (`allowed_tools`, custom tools). */
function readToolChoice(choice: Json | undefined): NeutralToolChoice | null | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'auto' || choice === 'none') return { type: choice };
  if (choice === 'required' || choice === 'any') return { type: 'any' };
  if (!isObject(choice)) throw invalidField('tool_choice', 'must be none, auto, required or an object');
  const named = isObject(choice.function) ? choice.function.name : choice.type === undefined ? choice.name : undefined;
  return typeof named === 'string' ? { type: 'tool', name: named } : null;
}

function readFormat(format: Json | undefined): NeutralFormat | null | undefined {
  if (format === undefined || format === null) return undefined;
  if (!isObject(format)) throw invalidField('response_format', 'must be an object');
  if (format.type === 'text') return { type: 'text' };
  if (format.type === 'json_object') return { type: 'json' };
  if (format.type !== 'json_schema') return null;
  const asked = format.json_schema;
  if (!isObject(asked)) throw invalidField('response_format.json_schema', 'must be an object');
  return readSchemaFormat(asked, 'response_format.json_schema');
}
