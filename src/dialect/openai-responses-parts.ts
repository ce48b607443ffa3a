// Content parts of the responses API, both ways: what a message holds, and the result of a call. Parts of a kind the neutral
// form has no word for are kept whole.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { type Crossing, kindOf } from './crossing.ts';
import { fromBase64, isTextType, titled, toDataUrl, toMediaSource } from './media.ts';
import type { CacheMark, NeutralPart } from './neutral.ts';
import { readAudio } from './openai-chat-parts.ts';
import { UNTOLD_EXTRA } from './openai-responses-unknown.ts';
import { defined, invalidField, otherMembers } from './request-fields.ts';

type Part<Type extends NeutralPart['type']> = Extract<NeutralPart, { type: Type }>;

const MARK = 'prompt_cache_breakpoint';
/** The last three are what clients send back of a reply and no provider reads. */
const TEXT = new Set(['type', 'text', MARK, 'annotations', 'logprobs', 'parsed']);
const IMAGE = new Set(['type', 'image_url', 'file_id', 'detail', MARK]);
const FILE = new Set(['type', 'file_data', 'file_url', 'file_id', 'filename', MARK]);

/** Content as a string or a list of parts. Throws TierlineError `invalid_request` naming `where`. */
export function readResponsesContent(content: Json | undefined, where: string): NeutralPart[] {
  if (content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw invalidField(where, 'must be a string or an array of parts');
  return content.map((part, index) => readPart(part, `${where}[${index}]`));
}

function readPart(part: Json, where: string): NeutralPart {
  if (!isObject(part)) throw invalidField(where, 'must be an object');
  if (typeof part.type !== 'string') throw invalidField(`${where}.type`, 'must be a string');
  const cache = readBreakpoint(part[MARK]);
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      if (typeof part.text !== 'string') throw invalidField(`${where}.text`, 'must be a string');
      return defined({ type: 'text', text: part.text, cache, extra: otherMembers(part, TEXT) ?? undefined });
    case 'input_image':
      return defined({ ...readImage(part, where), cache, extra: otherMembers(part, IMAGE) ?? undefined });
    case 'input_file':
      return defined({ ...readFile(part, where), cache, extra: otherMembers(part, FILE) ?? undefined });
    case 'input_audio':
      return readAudio(part, where);
    case 'refusal':
      if (typeof part.refusal !== 'string') throw invalidField(`${where}.refusal`, 'must be a string');
      return { type: 'refusal', text: part.refusal };
    default:
      return { type: 'unknown', origin: 'openai-responses', json: part };
  }
}

function readImage(part: JsonObject, where: string): Part<'image'> {
  const detail = typeof part.detail === 'string' ? part.detail : undefined;
  if (typeof part.image_url === 'string')
    return defined({ type: 'image', source: toMediaSource(part.image_url), detail });
  if (typeof part.file_id !== 'string') throw invalidField(where, 'needs image_url or file_id');
  return defined({ type: 'image', source: { kind: 'file', fileId: part.file_id }, detail });
}

function readFile(part: JsonObject, where: string): Part<'document'> {
  const filename = typeof part.filename === 'string' ? part.filename : undefined;
  const document = (source: Part<'document'>['source']) => defined({ type: 'document' as const, source, filename });
  if (typeof part.file_data === 'string') {
    const isUrl = /^data:/i.test(part.file_data);
    const plain = { kind: 'base64', mediaType: 'application/pdf', data: part.file_data } as const;
    return document(isUrl ? toMediaSource(part.file_data) : plain);
  }
  if (typeof part.file_url === 'string') return document(toMediaSource(part.file_url));
  if (typeof part.file_id !== 'string') throw invalidField(where, 'needs file_data, file_url or file_id');
  return document({ kind: 'file', fileId: part.file_id });
}

/** OpenAI keeps a marked prefix for half an hour or for twelve; the longer one is our longer one. */
function readBreakpoint(mark: Json | undefined): CacheMark | undefined {
  return isObject(mark) ? { ttl: mark.ttl === '12h' ? '1h' : '5m' } : undefined;
}

function writeBreakpoint(mark: CacheMark | undefined): JsonObject {
  if (mark === undefined) return {};
  return { [MARK]: mark.ttl === '1h' ? { mode: 'explicit', ttl: '12h' } : { mode: 'explicit' } };
}

export interface PartPlace {
  crossing: Crossing;
  where: string;
  /** The words of a model are `output`, everybody else's are `input`. */
  side: 'input' | 'output';
}

/**
 * The part, or null when it cannot be sent; that has been told then. Only newer models know marks for the cache: they go back
 * to the client's own dialect only.
 */
export function writeResponsesPart(part: NeutralPart, { crossing, where, side }: PartPlace): JsonObject | null {
  const { isForeign } = crossing;
  const withMarks = (written: JsonObject | null, marked: Part<'text' | 'image' | 'document'>): JsonObject | null => {
    if (written === null || (side === 'output' && written.type !== 'output_text')) {
      const kind = marked.type === 'text' ? 'text' : `${marked.type} by ${marked.source.kind}`;
      crossing.lose(`${where}: ${kind}`);
      return null;
    }
    return { ...written, ...(isForeign ? {} : writeBreakpoint(marked.cache)), ...extraOf(marked, crossing, where) };
  };
  switch (part.type) {
    case 'text':
      return part.text === '' ? null : withMarks(writeText(part.text, side), part);
    case 'refusal':
      return side === 'output' ? { type: 'refusal', refusal: part.text } : writeText(part.text, side);
    case 'image':
      return withMarks(writeImage(part, isForeign), part);
    case 'document':
      return withMarks(writeDocument(part, isForeign, side), part);
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } };
    case 'unknown':
      if (part.origin === 'openai-responses') return part.json as JsonObject;
      crossing.lose(`${where}: ${kindOf(part.json)}`);
      return null;
    default:
      crossing.lose(`${where}: ${part.type.replace('_', ' ')}`);
      return null;
  }
}

/** What the part holds besides, without what only tells which item it was in. */
function extraOf(part: Part<'text' | 'image' | 'document'>, crossing: Crossing, where: string): JsonObject {
  const extra = Object.entries(crossing.extra(part.extra, where));
  return Object.fromEntries(extra.filter(([key]) => !UNTOLD_EXTRA.has(key)));
}

function writeText(text: string, side: PartPlace['side']): JsonObject {
  return side === 'input' ? { type: 'input_text', text } : { type: 'output_text', text, annotations: [] };
}

function writeImage({ source, detail }: Part<'image'>, isForeign: boolean): JsonObject | null {
  // An id means something only to the provider that gave it out.
  if (source.kind === 'file')
    return isForeign ? null : defined({ type: 'input_image', file_id: source.fileId, detail });
  return defined({ type: 'input_image', image_url: source.kind === 'url' ? source.url : toDataUrl(source), detail });
}

/** OpenAI takes PDF by value and by address, and files it holds itself; text goes as text. */
function writeDocument(
  { source, filename }: Part<'document'>,
  isForeign: boolean,
  side: PartPlace['side'],
): JsonObject | null {
  const named = (members: JsonObject): JsonObject => defined({ type: 'input_file', filename, ...members });
  switch (source.kind) {
    case 'text':
      return writeText(titled(source.text, filename), side);
    case 'base64':
      if (isForeign && isTextType(source.mediaType)) return writeText(titled(fromBase64(source.data), filename), side);
      return named({ ...(isForeign && { filename: filename ?? 'document.pdf' }), file_data: toDataUrl(source) });
    case 'url':
      return named({ file_url: source.url });
    case 'file':
      return isForeign ? null : named({ file_id: source.fileId });
  }
}
