// Reads a chat completion request of the OpenAI dialect.
import type { Json, JsonObject } from '../../call/json.ts';
import {
  objectOr,
  partText,
  readCount,
  readFlag,
  readMessages,
  readObjects,
  readParts,
  readString,
  readStrings,
  textOf,
  wordOf,
} from './read-field.ts';
import { badField } from './refusal.ts';
import type { OfferedTool, PromptBlock, SimulatedRequest, ToolChoice, Turn } from './request.ts';

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'];

function readTurn(message: JsonObject, index: number): Turn | null {
  const role = message.role;
  if (typeof role !== 'string' || !ROLES.includes(role)) throw badField(`messages[${index}].role`, ROLES.join(', '));
  const text = textOf(readParts(message.content, `messages[${index}].content`));
  if (role === 'tool') {
    const callId = readString(message.tool_call_id, `messages[${index}].tool_call_id`);
    return { role, text: '', calls: [], results: [{ callId, text }] };
  }
  if (role !== 'user' && role !== 'assistant') return null;
  const calls = readObjects(message.tool_calls, `messages[${index}].tool_calls`).map((call) => ({
    id: wordOf(call.id),
    name: wordOf(objectOr(call.function).name),
  }));
  return { role, text, calls, results: [] };
}

function readTools(body: JsonObject): OfferedTool[] {
  return readObjects(body.tools, 'tools')
    .filter((tool) => tool.type === 'function')
    .map((tool, index) => {
      const definition = objectOr(tool.function);
      return {
        name: readString(definition.name, `tools[${index}].function.name`),
        schema: objectOr(definition.parameters),
      };
    });
}

function readChoice(choice: Json | undefined): ToolChoice {
  if (choice === 'none') return { type: 'none' };
  if (choice === 'required') return { type: 'any' };
  const name = objectOr(objectOr(choice).function).name;
  return typeof name === 'string' ? { type: 'tool', name } : { type: 'auto' };
}

function readSchema(body: JsonObject): JsonObject | null {
  const format = objectOr(body.response_format);
  if (format.type === 'json_object') return {};
  return format.type === 'json_schema' ? objectOr(objectOr(format.json_schema).schema) : null;
}

function readBlocks(body: JsonObject, messages: JsonObject[]): PromptBlock[] {
  const tools = body.tools === undefined ? [] : [JSON.stringify(body.tools)];
  const spoken = messages.map((message, index) => {
    const parts = readParts(message.content, `messages[${index}].content`).map(partText);
    const calls = message.tool_calls === undefined ? '' : JSON.stringify(message.tool_calls);
    return `${wordOf(message.role)}\n${parts.join('\n')}${calls}`;
  });
  return [...tools, ...spoken].map((text) => ({ text, cacheTtl: null }));
}

/** Throws Refusal (400) for what OpenAI would refuse. */
export function readOpenAi(body: JsonObject): SimulatedRequest {
  const model = readString(body.model, 'model');
  const messages = readMessages(body);
  const effort = body.reasoning_effort;
  return {
    model,
    stream: readFlag(body.stream, 'stream'),
    includeUsage: objectOr(body.stream_options).include_usage === true,
    blocks: readBlocks(body, messages),
    cacheKey: typeof body.prompt_cache_key === 'string' ? body.prompt_cache_key : '',
    turns: messages.map(readTurn).filter((turn) => turn !== null),
    tools: readTools(body),
    toolChoice: readChoice(body.tool_choice),
    parallelTools: body.parallel_tool_calls !== false,
    schema: readSchema(body),
    maxTokens: readCount(body.max_completion_tokens ?? body.max_tokens, 'max_completion_tokens'),
    stop: readStrings(body.stop, 'stop'),
    choices: readCount(body.n, 'n') ?? 1,
    effort: typeof effort === 'string' && effort !== 'none' ? effort : null,
  };
}
