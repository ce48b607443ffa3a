// Reads a message request of the Anthropic dialect, with its cache breakpoints.
import type { JsonObject } from '../../call/json.ts';
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
import { badField, Refusal } from './refusal.ts';
import type { CacheTtl, OfferedTool, PromptBlock, SimulatedRequest, ToolChoice, Turn } from './request.ts';

const ROLES = ['user', 'assistant', 'system'];
const MAX_BREAKPOINTS = 4;
/** From this API version on, sampling parameters are refused. */
const VERSION_WITHOUT_SAMPLING = '2026-10-21';
const SAMPLING = ['temperature', 'top_p', 'top_k'];

function ttlOf(holder: JsonObject): CacheTtl | null {
  const control = objectOr(holder.cache_control);
  if (control.type !== 'ephemeral') return null;
  return control.ttl === '1h' ? '1h' : '5m';
}

function blockText(part: JsonObject): string {
  if (part.type === 'tool_use') return `${wordOf(part.name)} ${JSON.stringify(part.input)}`;
  if (part.type === 'tool_result') return resultText(part);
  return partText(part);
}

function resultText(part: JsonObject): string {
  return readParts(part.content, 'tool_result.content').map(partText).join('\n');
}

function readTurn(message: JsonObject, index: number): Turn | null {
  const role = message.role;
  if (typeof role !== 'string' || !ROLES.includes(role)) throw badField(`messages.${index}.role`, ROLES.join(', '));
  if (role !== 'user' && role !== 'assistant') return null;
  const parts = readParts(message.content, `messages.${index}.content`);
  return {
    role,
    text: textOf(parts),
    calls: parts
      .filter((part) => part.type === 'tool_use')
      .map((part) => ({ id: wordOf(part.id), name: wordOf(part.name) })),
    results: parts
      .filter((part) => part.type === 'tool_result')
      .map((part) => ({ callId: wordOf(part.tool_use_id), text: resultText(part) })),
  };
}

/** Whether Anthropic takes a mark on it. */
function isMarkable(part: JsonObject): boolean {
  if (part.type === 'text') return partText(part) !== '';
  return part.type !== 'thinking' && part.type !== 'redacted_thinking';
}

function readBlock(part: JsonObject, role: string): PromptBlock & { isMarkable: boolean } {
  const cacheTtl = ttlOf(part);
  if (cacheTtl !== null && !isMarkable(part)) {
    const kind = part.type === 'text' ? 'empty text' : wordOf(part.type);
    throw new Refusal(400, `cache_control cannot be set for ${kind} blocks`);
  }
  const block = { text: `${role}\n${blockText(part)}`, cacheTtl, isMarkable: isMarkable(part) };
  const { type } = part;
  return type === 'tool_use' || type === 'tool_result' ? { ...block, run: type } : block;
}

function readToolBlock(tool: JsonObject): PromptBlock & { isMarkable: boolean } {
  const cacheTtl = ttlOf(tool);
  if (cacheTtl !== null && tool.defer_loading === true) {
    throw new Refusal(400, `Tool '${wordOf(tool.name)}' cannot have both defer_loading=true and cache_control set.`);
  }
  const isMarkable = tool.defer_loading !== true;
  return { text: JSON.stringify({ ...tool, cache_control: undefined }), cacheTtl, isMarkable };
}

/** Automatic caching: a mark at the top stands for one on the last block that can bear it. */
function markLast(blocks: readonly (PromptBlock & { isMarkable: boolean })[], cacheTtl: CacheTtl | null): void {
  const last = blocks.findLast((block) => block.isMarkable);
  if (last === undefined || cacheTtl === null) return;
  if (last.cacheTtl !== null && last.cacheTtl !== cacheTtl) {
    throw new Refusal(400, 'The last block has a cache_control with another ttl than the automatic one.');
  }
  last.cacheTtl = cacheTtl;
}

function readBlocks(body: JsonObject, messages: JsonObject[]): PromptBlock[] {
  const tools = readObjects(body.tools, 'tools').map(readToolBlock);
  const spoken = [{ role: 'system', content: body.system }, ...messages].flatMap((message) =>
    readParts(message.content, 'content').map((part) => readBlock(part, wordOf(message.role))),
  );
  const blocks = [...tools, ...spoken];
  markLast(blocks, ttlOf(body));
  const marked = blocks.filter((block) => block.cacheTtl !== null).length;
  if (marked > MAX_BREAKPOINTS) {
    throw new Refusal(
      400,
      `A maximum of ${MAX_BREAKPOINTS} blocks with cache_control may be provided. Found ${marked}.`,
    );
  }
  return blocks;
}

function readTools(body: JsonObject): OfferedTool[] {
  return readObjects(body.tools, 'tools')
    .filter((tool) => tool.type === undefined || tool.type === 'custom')
    .map((tool, index) => ({
      name: readString(tool.name, `tools.${index}.name`),
      schema: objectOr(tool.input_schema),
    }));
}

function readChoice(choice: JsonObject): ToolChoice {
  if (choice.type === 'tool') return { type: 'tool', name: readString(choice.name, 'tool_choice.name') };
  if (choice.type === 'none' || choice.type === 'any') return { type: choice.type };
  return { type: 'auto' };
}

function readEffort(body: JsonObject): string | null {
  const thinking = objectOr(body.thinking);
  if (thinking.type !== 'enabled' && thinking.type !== 'adaptive') return null;
  const effort = objectOr(body.output_config).effort;
  return typeof effort === 'string' ? effort : 'medium';
}

/** Reads what counting tokens needs, which is all but the rules for asking. Throws Refusal (400). */
export function readAnthropicPrompt(body: JsonObject): SimulatedRequest {
  const model = readString(body.model, 'model');
  const messages = readMessages(body);
  const format = objectOr(objectOr(body.output_config).format);
  const choice = objectOr(body.tool_choice);
  return {
    model,
    stream: readFlag(body.stream, 'stream'),
    includeUsage: true,
    blocks: readBlocks(body, messages),
    cacheKey: '',
    turns: messages.map(readTurn).filter((turn) => turn !== null),
    tools: readTools(body),
    toolChoice: readChoice(choice),
    parallelTools: choice.disable_parallel_tool_use !== true,
    schema: format.type === 'json_schema' ? objectOr(format.schema) : null,
    maxTokens: readCount(body.max_tokens, 'max_tokens'),
    stop: readStrings(body.stop_sequences, 'stop_sequences'),
    choices: 1,
    effort: readEffort(body),
  };
}

/** Throws Refusal (400) for what Anthropic would refuse under that `anthropic-version`. */
export function readAnthropic(body: JsonObject, version: string): SimulatedRequest {
  const request = readAnthropicPrompt(body);
  if (request.maxTokens === null) throw badField('max_tokens', 'a positive integer');
  const refused = version >= VERSION_WITHOUT_SAMPLING ? SAMPLING.find((name) => body[name] !== undefined) : undefined;
  if (refused !== undefined) {
    throw new Refusal(400, `${refused}: Extra inputs are not permitted in API version ${VERSION_WITHOUT_SAMPLING}`);
  }
  // Threads are not kept here. Clients take this answer as the order to send the whole conversation again.
  if (objectOr(body.thread).type === 'continue') {
    throw new Refusal(404, 'thread: not found', { errorCode: 'thread_not_found' });
  }
  return request;
}
