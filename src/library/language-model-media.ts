// Files of an AI SDK prompt as parts of the neutral form. Specification v3 has the bytes, base64 or URL itself, v4 a tagged
// union of them.
import { isObject } from '../call/json.ts';
import type { MediaSource, NeutralPart } from '../dialect/neutral.ts';

/** What providers of the AI SDK take a picture of no particular type for. */
const DEFAULT_IMAGE = 'image/jpeg';
const DEFAULT_TYPE = 'application/octet-stream';
const AUDIO_FORMATS: Readonly<Record<string, string>> = { mpeg: 'mp3', 'x-wav': 'wav', wave: 'wav' };

/** Null when the form has no place for it. */
export function toMediaPart(file: { data: unknown; mediaType: unknown; filename?: unknown }): NeutralPart | null {
  const mediaType = typeof file.mediaType === 'string' ? file.mediaType : DEFAULT_TYPE;
  const named = typeof file.filename === 'string' ? { filename: file.filename } : {};
  const { data } = file;
  if (isObject(data) && data.type === 'text' && typeof data.text === 'string') {
    return { type: 'document', source: { kind: 'text', text: data.text }, ...named };
  }
  const source = toSource(data, mediaType);
  if (source === null) return null;
  if (/^image(\/|$)/.test(mediaType)) return { type: 'image', source };
  if (!mediaType.startsWith('audio/')) return { type: 'document', source, ...named };
  const format = mediaType.slice('audio/'.length);
  return source.kind === 'base64'
    ? { type: 'audio', data: source.data, format: AUDIO_FORMATS[format] ?? format }
    : null;
}

function toSource(data: unknown, mediaType: string): MediaSource | null {
  if (data instanceof URL) return fromUrl(data, mediaType);
  if (data instanceof Uint8Array) return fromBase64(Buffer.from(data).toString('base64'), mediaType);
  if (typeof data === 'string') return fromBase64(data, mediaType);
  if (!isTagged(data)) return null;
  if (data.type === 'data') return toSource(data.data, mediaType);
  if (data.type === 'url') return toSource(data.url, mediaType);
  return null;
}

/** An id at a provider (`reference`) says nothing to the others, one of which may answer. */
function isTagged(data: unknown): data is { type: string; data?: unknown; url?: unknown } {
  return typeof data === 'object' && data !== null && 'type' in data;
}

function fromUrl(url: URL, mediaType: string): MediaSource {
  const inline = /^data:([^,;]*)(?:;[^,;]*)*?;base64,(.*)$/is.exec(url.href);
  if (inline === null)
    return mediaType.includes('*') ? { kind: 'url', url: url.href } : { kind: 'url', url: url.href, mediaType };
  return fromBase64(inline[2] ?? '', inline[1] || mediaType);
}

function fromBase64(data: string, mediaType: string): MediaSource {
  const isVague = mediaType === 'image' || mediaType === 'image/*';
  return { kind: 'base64', mediaType: isVague ? DEFAULT_IMAGE : mediaType, data };
}
