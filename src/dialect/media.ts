// Images and documents between data URLs (OpenAI) and typed sources (Anthropic, Gemini). Must never fetch anything.
import type { MediaSource } from './neutral.ts';

const DATA_URL = /^data:([^,;]*)((?:;[^,;]*)*?)(;base64)?,/i;

/** A data URL becomes its bytes in base64, any other URL stays a URL. */
export function toMediaSource(url: string, mediaType?: string): MediaSource {
  const match = DATA_URL.exec(url);
  if (match === null) return mediaType === undefined ? { kind: 'url', url } : { kind: 'url', url, mediaType };
  const body = url.slice(match[0].length);
  const type = match[1]?.toLowerCase() || mediaType || 'text/plain';
  return { kind: 'base64', mediaType: type, data: match[3] === undefined ? percentToBase64(body) : body };
}

function percentToBase64(body: string): string {
  try {
    return Buffer.from(decodeURIComponent(body)).toString('base64');
  } catch {
    return Buffer.from(body).toString('base64');
  }
}

export function toDataUrl(source: { mediaType: string; data: string }): string {
  return `data:${source.mediaType};base64,${source.data}`;
}

/** Whether the bytes of this type are text that can be sent as such. */
export function isTextType(mediaType: string): boolean {
  return /^text\/|^application\/(?:[\w.-]+\+)?(?:json|xml|yaml|x-yaml|javascript)$/.test(mediaType);
}

export function fromBase64(data: string): string {
  return Buffer.from(data, 'base64').toString('utf8');
}

/** The text of a document for a provider that takes no documents, under its name. */
export function titled(text: string, filename: string | undefined): string {
  return filename === undefined ? text : `${filename}\n\n${text}`;
}
