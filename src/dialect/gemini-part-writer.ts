// Writes parts of Gemini's contents. Calls and their results are the content writer's; this file knows words and media.
import type { Json, JsonObject, RawJson } from '../call/json.ts';
import { type Crossing, kindOf } from './crossing.ts';
import { fromBase64, isTextType, titled } from './media.ts';
import type { DialectName, MediaSource, NeutralPart } from './neutral.ts';
import { defined } from './request-fields.ts';
import { sealAsBytes } from './sealed-thinking.ts';

/** A part of the wire; arguments and responses in it may be kept text. */
export type GeminiPart = { [key: string]: Json | RawJson | GeminiPart | GeminiPart[] | undefined };

type Part<Type extends NeutralPart['type']> = Extract<NeutralPart, { type: Type }>;

/** For addresses that do not say what they are. */
const TYPES: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/plain',
  csv: 'text/csv',
  html: 'text/html',
};
const AUDIO_TYPES: Record<string, string> = { mpeg: 'audio/mp3', pcm16: 'audio/pcm' };

/** The part, or null when there is nothing to send; what is lost by it has been told then. */
export function writeGeminiPart(part: NeutralPart, crossing: Crossing, where: string): GeminiPart | null {
  switch (part.type) {
    case 'text':
      return writeText(part.text, crossing.extra(part.extra, where));
    case 'refusal':
      return writeText(part.text, {});
    case 'image':
      return writeImage(part, crossing, where);
    case 'document':
      return writeDocument(part, crossing, where);
    case 'audio':
      return { inlineData: { mimeType: AUDIO_TYPES[part.format] ?? `audio/${part.format}`, data: part.data } };
    case 'thinking':
      return writeThought(part, crossing, where);
    case 'unknown':
      if (part.origin === 'gemini' && !crossing.isForeign) return part.json as JsonObject;
      crossing.lose(`${where}: ${kindOf(part.json)}`);
      return null;
    default:
      crossing.lose(`${where}: ${part.type.replace('_', ' ')}`);
      return null;
  }
}

function writeText(text: string, extra: JsonObject): GeminiPart | null {
  return text === '' && Object.keys(extra).length === 0 ? null : { text, ...extra };
}

function writeImage(part: Part<'image'>, crossing: Crossing, where: string): GeminiPart | null {
  if (part.detail !== undefined && part.detail !== 'auto') crossing.lose(`${where}: image detail`);
  if (part.source.kind === 'file') {
    crossing.lose(`${where}: image by file id`);
    return null;
  }
  return { ...writeMedia(part.source, 'image/jpeg'), ...crossing.extra(part.extra, where) };
}

function writeDocument(part: Part<'document'>, crossing: Crossing, where: string): GeminiPart | null {
  const { source, filename } = part;
  const extra = crossing.extra(part.extra, where);
  if (source.kind === 'text') return { text: titled(source.text, filename), ...extra };
  if (source.kind === 'file') {
    crossing.lose(`${where}: document by file id`);
    return null;
  }
  if (source.kind === 'base64' && crossing.isForeign && isTextType(source.mediaType)) {
    return { text: titled(fromBase64(source.data), filename), ...extra };
  }
  if (filename !== undefined && crossing.isForeign) crossing.lose(`${where}: file name`);
  const displayName = crossing.isForeign ? undefined : filename;
  return { ...writeMedia(source, 'application/pdf', displayName), ...extra };
}

function writeMedia(
  source: Exclude<MediaSource, { kind: 'file' }>,
  otherwise: string,
  displayName?: string,
): GeminiPart {
  if (source.kind === 'base64') {
    return { inlineData: defined({ mimeType: source.mediaType, data: source.data, displayName }) };
  }
  const mimeType = source.mediaType ?? typeOfUrl(source.url) ?? otherwise;
  return { fileData: defined({ mimeType, fileUri: source.url, displayName }) };
}

function typeOfUrl(url: string): string | undefined {
  const extension = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase();
  return extension === undefined || !Object.hasOwn(TYPES, extension) ? undefined : TYPES[extension];
}

/** Only Gemini's own thoughts may go back to Gemini. */
function writeThought(part: Part<'thinking'>, crossing: Crossing, where: string): GeminiPart | null {
  if (part.origin === 'gemini' && (!crossing.isForeign || part.signature !== undefined)) return thoughtPart(part);
  crossing.lose(`${where}: ${part.signature === undefined ? 'thinking' : 'signed thinking'}`);
  return null;
}

/** What another provider has signed is under a seal, with which it finds back to its maker. */
export function thoughtPart({ text, origin, signature }: Part<'thinking'>): GeminiPart {
  return defined({ text, thought: true, thoughtSignature: signatureFor(origin, signature) });
}

export function redactedPart({ data, origin }: Part<'redacted_thinking'>): GeminiPart {
  return { text: '', thought: true, thoughtSignature: sealAsBytes({ kind: 'redacted_thinking', origin, text: data }) };
}

function signatureFor(origin: DialectName, signature: string | undefined): string | undefined {
  if (origin === 'gemini' || signature === undefined) return signature;
  return sealAsBytes({ kind: 'thinking', origin, text: signature });
}
