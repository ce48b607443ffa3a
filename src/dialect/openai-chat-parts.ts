// Content parts of an OpenAI chat message, both ways. Parts of a kind the neutral form has no word for are kept whole.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { readCacheMark, writeCacheMark } from './cache-mark.ts';
import { type Crossing, kindOf } from './crossing.ts';
import { fromBase64, isTextType, titled, toDataUrl, toMediaSource } from './media.ts';
import type { NeutralPart } from './neutral.ts';
import { defined, invalidField, otherMembers } from './request-fields.ts';

type Part<Type extends NeutralPart['type']> = Extract<NeutralPart, { type: Type }>;

const TEXT = new Set(['type', 'text', 'cache_control']);
const IMAGE = new Set(['type', 'image_url', 'cache_control']);
const FILE = new Set(['type', 'file', 'cache_control']);

/** Content as a string, a list of parts, or absent. Throws TierlineError `invalid_request` naming `where`. */
export function readContent(content: Json | undefined, where: string): NeutralPart[] {
  if (content === undefined || content === null || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw invalidField(where, 'must be a string or an array of parts');
  return content.map((part, index) => readPart(part, `${where}[${index}]`));
}

function readPart(part: Json, where: string): NeutralPart {
  if (typeof part === 'string') return { type: 'text', text: part };
  if (!isObject(part)) throw invalidField(where, 'must be an object');
  const cache = readCacheMark(part.cache_control);
  switch (part.type) {
    case 'text':
      if (typeof part.text !== 'string') throw invalidField(`${where}.text`, 'must be a string');
      return defined({ type: 'text', text: part.text, cache, extra: otherMembers(part, TEXT) ?? undefined });
    case 'image_url':
      return defined({ ...readImage(part, where), cache, extra: otherMembers(part, IMAGE) ?? undefined });
    case 'file':
      return defined({ ...readFile(part, where), cache, extra: otherMembers(part, FILE) ?? undefined });
    case 'input_audio':
      return readAudio(part, where);
    case 'refusal':
      if (typeof part.refusal !== 'string') throw invalidField(`${where}.refusal`, 'must be a string');
      return { type: 'refusal', text: part.refusal };
    default:
      if (typeof part.type !== 'string') throw invalidField(`${where}.type`, 'must be a string');
      return { type: 'unknown', origin: 'openai-chat', json: part };
  }
}

function readImage(part: JsonObject, where: string): Part<'image'> {
  // Some clients write the URL itself where OpenAI has an object.
  const image = typeof part.image_url === 'string' ? { url: part.image_url } : part.image_url;
  if (!isObject(image) || typeof image.url !== 'string')
    throw invalidField(`${where}.image_url.url`, 'must be a string');
  const source = toMediaSource(image.url);
  return typeof image.detail === 'string' ? { type: 'image', source, detail: image.detail } : { type: 'image', source };
}

function readFile(part: JsonObject, where: string): Part<'document'> {
  const file = part.file;
  if (!isObject(file)) throw invalidField(`${where}.file`, 'must be an object');
  const name = typeof file.filename === 'string' ? { filename: file.filename } : {};
  if (typeof file.file_id === 'string')
    return { type: 'document', source: { kind: 'file', fileId: file.file_id }, ...name };
  if (typeof file.file_data !== 'string') throw invalidField(`${where}.file`, 'needs file_data or file_id');
  const isUrl = /^(?:data|https?):/i.test(file.file_data);
  const source = isUrl
    ? toMediaSource(file.file_data)
    : ({ kind: 'base64', mediaType: 'application/pdf', data: file.file_data } as const);
  return { type: 'document', source, ...name };
}

/** Sound, which both of OpenAI's dialects write alike. */
export function readAudio(part: JsonObject, where: string): Part<'audio'> {
  const audio = part.input_audio;
  if (!isObject(audio) || typeof audio.data !== 'string') {
    throw invalidField(`${where}.input_audio.data`, 'must be a string');
  }
  return { type: 'audio', data: audio.data, format: typeof audio.format === 'string' ? audio.format : 'wav' };
}

/**
 * The part as OpenAI takes it in a user message, or null when it cannot be sent; that has been told then. Cache marks
 * go back to a client's own dialect only: OpenAI caches by itself.
 */
export function writePart(part: NeutralPart, crossing: Crossing, where: string): JsonObject | null {
  const marks = (marked: Part<'text' | 'image' | 'document'>): JsonObject => ({
    ...(crossing.isForeign ? {} : writeCacheMark(marked.cache)),
    ...crossing.extra(marked.extra, where),
  });
  switch (part.type) {
    case 'text':
      return part.text === '' ? null : { type: 'text', text: part.text, ...marks(part) };
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'image':
      return tellLost(writeImage(part), marks(part), () => crossing.lose(`${where}: image by file id`));
    case 'document':
      return tellLost(writeDocument(part, crossing.isForeign), marks(part), () =>
        crossing.lose(`${where}: document by ${part.source.kind}`),
      );
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } };
    case 'unknown':
      if (part.origin === 'openai-chat') return part.json as JsonObject;
      crossing.lose(`${where}: ${kindOf(part.json)}`);
      return null;
    default:
      crossing.lose(`${where}: ${part.type}`);
      return null;
  }
}

function tellLost(written: JsonObject | null, marks: JsonObject, tell: () => void): JsonObject | null {
  if (written === null) {
    tell();
    return null;
  }
  return { ...written, ...marks };
}

function writeImage({ source, detail }: Part<'image'>): JsonObject | null {
  if (source.kind === 'file') return null;
  const url = source.kind === 'url' ? source.url : toDataUrl(source);
  return { type: 'image_url', image_url: defined({ url, detail }) };
}

/** OpenAI takes PDF by value and files it holds itself; text goes as text. */
function writeDocument({ source, filename }: Part<'document'>, isForeign: boolean): JsonObject | null {
  switch (source.kind) {
    case 'text':
      return { type: 'text', text: titled(source.text, filename) };
    case 'base64':
      if (isTextType(source.mediaType)) return { type: 'text', text: titled(fromBase64(source.data), filename) };
      return { type: 'file', file: { filename: filename ?? 'document.pdf', file_data: toDataUrl(source) } };
    case 'file':
      // An id means something only to the provider that gave it out.
      return isForeign ? null : { type: 'file', file: defined({ filename, file_id: source.fileId }) };
    case 'url':
      return null;
  }
}
