// Writes content blocks of Anthropic messages. Never writes an empty text block, which Anthropic refuses.
import { isObject, type Json, type JsonObject, RawJson } from '../call/json.ts';
import { writeCacheMark } from './cache-mark.ts';
import { toAnthropicCallId } from './call-id.ts';
import { type Crossing, kindOf } from './crossing.ts';
import { fromBase64, isTextType } from './media.ts';
import type { MediaSource, NeutralPart } from './neutral.ts';

/** A block of the wire; its input may be kept text. */
export type Block = { [key: string]: Json | RawJson | Block[] | undefined };

type Part<Type extends NeutralPart['type']> = Extract<NeutralPart, { type: Type }>;

const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** The block, or null when there is nothing to send; what is lost by it has been told then. */
export function writeBlock(part: NeutralPart, crossing: Crossing, where: string): Block | null {
  switch (part.type) {
    case 'text':
      if (part.text.trim() === '') return null;
      if (!crossing.isForeign && isObject(part.extra?.tool_reference)) return part.extra.tool_reference;
      return { type: 'text', text: part.text, ...writeCacheMark(part.cache), ...crossing.extra(part.extra, where) };
    case 'refusal':
      return part.text.trim() === '' ? null : { type: 'text', text: part.text };
    case 'image':
      return writeImage(part, crossing, where);
    case 'document':
      return writeDocument(part, crossing, where);
    case 'thinking':
      return writeThinking(part, crossing, where);
    case 'redacted_thinking':
      if (part.origin === 'anthropic-messages') return { type: 'redacted_thinking', data: part.data };
      break;
    case 'tool_call':
      return writeToolUse(part, crossing, where);
    case 'tool_result':
      return writeToolResult(part, crossing, where);
    case 'unknown':
      if (part.origin === 'anthropic-messages' && isObject(part.json)) return part.json;
      crossing.lose(`${where}: ${kindOf(part.json)}`);
      return null;
  }
  crossing.lose(`${where}: ${part.type.replace('_', ' ')}`);
  return null;
}

function writeImage(part: Part<'image'>, crossing: Crossing, where: string): Block | null {
  if (part.detail !== undefined && part.detail !== 'auto') crossing.lose(`${where}: image detail`);
  const isKnown = part.source.kind !== 'base64' || IMAGE_TYPES.has(part.source.mediaType);
  const source = isKnown ? writeSource(part.source, crossing) : null;
  if (source === null) {
    crossing.lose(`${where}: image (${part.source.kind === 'base64' ? part.source.mediaType : 'file id'})`);
    return null;
  }
  return { type: 'image', source, ...writeCacheMark(part.cache), ...crossing.extra(part.extra, where) };
}

function writeDocument(part: Part<'document'>, crossing: Crossing, where: string): Block | null {
  const source = writeDocumentSource(part.source, crossing);
  if (source === null) {
    crossing.lose(`${where}: document (${part.source.kind === 'base64' ? part.source.mediaType : 'file id'})`);
    return null;
  }
  const title = part.filename === undefined ? {} : { title: part.filename };
  return { type: 'document', source, ...title, ...writeCacheMark(part.cache), ...crossing.extra(part.extra, where) };
}

/** PDF goes as it is, text as text; other formats Anthropic does not read. */
function writeDocumentSource(source: Part<'document'>['source'], crossing: Crossing): JsonObject | null {
  if (source.kind === 'text') return { type: 'text', media_type: 'text/plain', data: source.text };
  if (source.kind === 'base64' && isTextType(source.mediaType)) {
    return { type: 'text', media_type: 'text/plain', data: fromBase64(source.data) };
  }
  if (source.kind === 'base64' && crossing.isForeign && source.mediaType !== 'application/pdf') return null;
  return writeSource(source, crossing);
}

/** A file id means something only to the provider that gave it out. */
function writeSource(source: MediaSource, crossing: Crossing): JsonObject | null {
  switch (source.kind) {
    case 'base64':
      return { type: 'base64', media_type: source.mediaType, data: source.data };
    case 'url':
      return { type: 'url', url: source.url };
    case 'file':
      return crossing.isForeign ? null : { type: 'file', file_id: source.fileId };
  }
}

/** Only what Anthropic signed may go back to Anthropic. */
function writeThinking(part: Part<'thinking'>, crossing: Crossing, where: string): Block | null {
  if (part.origin === 'anthropic-messages' && part.signature !== undefined) {
    return { type: 'thinking', thinking: part.text, signature: part.signature };
  }
  crossing.lose(`${where}: ${part.signature === undefined ? 'thinking' : 'signed thinking'}`);
  return null;
}

function writeToolUse(part: Part<'tool_call'>, crossing: Crossing, where: string): Block {
  const { input, isWhole } = toInput(part.arguments);
  if (!isWhole) crossing.lose(`${where}: arguments of ${part.name} are no JSON object, sent wrapped in one`);
  return {
    type: 'tool_use',
    id: toAnthropicCallId(part.id),
    name: part.name,
    input,
    ...writeCacheMark(part.cache),
    ...crossing.extra(part.extra, where),
  };
}

/** The arguments as the input object, byte for byte; what is no JSON object is wrapped as `{"raw_arguments": text}`. */
export function toInput(text: string): { input: RawJson | JsonObject; isWhole: boolean } {
  if (text.trim() === '') return { input: {}, isWhole: true };
  try {
    if (isObject(JSON.parse(text))) return { input: new RawJson(text), isWhole: true };
  } catch {
    // Told by the caller.
  }
  return { input: { raw_arguments: text }, isWhole: false };
}

function writeToolResult(part: Part<'tool_result'>, crossing: Crossing, where: string): Block {
  const content = part.content.map((inner) => writeBlock(inner, crossing, where)).filter((block) => block !== null);
  return {
    type: 'tool_result',
    tool_use_id: toAnthropicCallId(part.callId),
    ...(content.length === 0 ? {} : { content }),
    ...(part.isError ? { is_error: true } : {}),
    ...writeCacheMark(part.cache),
    ...crossing.extra(part.extra, where),
  };
}
