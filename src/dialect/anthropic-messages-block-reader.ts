// Reads content blocks of Anthropic messages. Blocks of a kind the neutral form has no word for are kept whole.
import { isObject, type Json, type JsonObject, RawJson } from '../call/json.ts';
import { readCacheMark } from './cache-mark.ts';
import type { MediaSource, NeutralPart } from './neutral.ts';
import { defined, invalidField, otherMembers } from './request-fields.ts';
import { unseal } from './sealed-thinking.ts';

const TEXT = new Set(['type', 'text', 'cache_control']);
const IMAGE = new Set(['type', 'source', 'cache_control']);
const DOCUMENT = new Set(['type', 'source', 'title', 'cache_control']);
const TOOL_USE = new Set(['type', 'id', 'name', 'input', 'cache_control']);
const TOOL_RESULT = new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control']);

/**
 * Content as a string or a list of blocks; names of calls met on the way are noted in `callNames` and given to their
 * results. Throws TierlineError `invalid_request` naming `where`.
 */
export function readBlocks(content: Json | undefined, where: string, callNames: Map<string, string>): NeutralPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw invalidField(where, 'must be a string or an array of content blocks');
  return content.map((block, index) => readBlock(block, `${where}[${index}]`, callNames));
}

function readBlock(block: Json, where: string, callNames: Map<string, string>): NeutralPart {
  if (!isObject(block)) throw invalidField(where, 'must be an object');
  if (typeof block.type !== 'string') throw invalidField(`${where}.type`, 'must be a string');
  const cache = readCacheMark(block.cache_control);
  switch (block.type) {
    case 'text':
      if (typeof block.text !== 'string') throw invalidField(`${where}.text`, 'must be a string');
      return defined({ type: 'text', text: block.text, cache, extra: extraOf(block, TEXT) });
    case 'image': {
      const source = readSource(block.source);
      if (source === null) break;
      return defined({ type: 'image', source, cache, extra: extraOf(block, IMAGE) });
    }
    case 'document': {
      const source = readDocumentSource(block.source);
      if (source === null) break;
      const filename = typeof block.title === 'string' ? block.title : undefined;
      return defined({ type: 'document', source, filename, cache, extra: extraOf(block, DOCUMENT) });
    }
    case 'thinking':
      return readThinking(block);
    case 'redacted_thinking':
      if (typeof block.data !== 'string') throw invalidField(`${where}.data`, 'must be a string');
      return readRedacted(block.data);
    case 'tool_use':
      return readToolUse(block, where, callNames);
    case 'tool_result':
      return readToolResult(block, where, callNames);
    case 'tool_reference':
      if (typeof block.tool_name !== 'string') break;
      // What a tool search found. Elsewhere every tool is there from the start, but an empty result would say: none found.
      return { type: 'text', text: `The tool ${block.tool_name} can be used.`, extra: { tool_reference: block } };
  }
  return { type: 'unknown', origin: 'anthropic-messages', json: block };
}

/**
 * Without a signature it is not Anthropic's own thinking, but what another model said and a client echoes; a sealed one is
 * that of another provider.
 */
function readThinking(block: JsonObject): NeutralPart {
  const text = typeof block.thinking === 'string' ? block.thinking : '';
  const told = typeof block.signature === 'string' ? block.signature : '';
  const sealed = unseal(told);
  const signature = sealed?.text ?? told;
  return defined({
    type: 'thinking',
    text,
    signature: signature === '' ? undefined : signature,
    origin: sealed?.origin ?? 'anthropic-messages',
  });
}

function readRedacted(data: string): NeutralPart {
  const sealed = unseal(data);
  return { type: 'redacted_thinking', data: sealed?.text ?? data, origin: sealed?.origin ?? 'anthropic-messages' };
}

function readToolUse(block: JsonObject, where: string, callNames: Map<string, string>): NeutralPart {
  const { id, name } = block;
  if (typeof id !== 'string') throw invalidField(`${where}.id`, 'must be a string');
  if (typeof name !== 'string') throw invalidField(`${where}.name`, 'must be a string');
  callNames.set(id, name);
  const cache = readCacheMark(block.cache_control);
  return defined({
    type: 'tool_call',
    id,
    name,
    arguments: inputText(block.input),
    cache,
    extra: extraOf(block, TOOL_USE),
  });
}

/** The input as text, byte for byte where it was kept raw. */
export function inputText(input: unknown): string {
  if (input instanceof RawJson) return input.text;
  return input === undefined || input === null ? '{}' : JSON.stringify(input);
}

function readToolResult(block: JsonObject, where: string, callNames: Map<string, string>): NeutralPart {
  const callId = block.tool_use_id;
  if (typeof callId !== 'string') throw invalidField(`${where}.tool_use_id`, 'must be a string');
  const hasContent = block.content !== undefined && block.content !== null;
  return defined({
    type: 'tool_result',
    callId,
    name: callNames.get(callId),
    content: hasContent ? readBlocks(block.content, `${where}.content`, callNames) : [],
    isError: block.is_error === true,
    cache: readCacheMark(block.cache_control),
    extra: extraOf(block, TOOL_RESULT),
  });
}

function readSource(source: Json | undefined): MediaSource | null {
  if (!isObject(source)) return null;
  if (source.type === 'base64' && typeof source.data === 'string') {
    return {
      kind: 'base64',
      mediaType: typeof source.media_type === 'string' ? source.media_type : '',
      data: source.data,
    };
  }
  if (source.type === 'url' && typeof source.url === 'string') return { kind: 'url', url: source.url };
  if (source.type === 'file' && typeof source.file_id === 'string') return { kind: 'file', fileId: source.file_id };
  return null;
}

function readDocumentSource(source: Json | undefined): MediaSource | { kind: 'text'; text: string } | null {
  if (isObject(source) && source.type === 'text' && typeof source.data === 'string') {
    return { kind: 'text', text: source.data };
  }
  return readSource(source);
}

/** What the neutral form has no word for. The direct caller and no citations are what a block has anyway. */
function extraOf(block: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  const extra = otherMembers(block, known);
  if (extra === null) return undefined;
  if (isObject(extra.caller) && extra.caller.type === 'direct') delete extra.caller;
  return Object.keys(extra).length === 0 ? undefined : extra;
}
