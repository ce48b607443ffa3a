// Reads the parts of Gemini's contents and candidates. Parts of a kind the neutral form has no word for are kept whole.
import { isObject, type Json, type JsonObject, RawJson } from '../call/json.ts';
import { camelMember, camelMembers } from './gemini-keys.ts';
import type { MediaSource, NeutralPart } from './neutral.ts';
import { defined, invalidField, otherMembers } from './request-fields.ts';
import { type Sealed, unsealBytes } from './sealed-thinking.ts';

/** Where the ids of calls and results come from. */
export interface CallNaming {
  call: (id: unknown, name: string) => string;
  result: (id: unknown, name: string) => string;
}

const TEXT = new Set(['text', 'thought']);
const THOUGHT = new Set(['text', 'thought', 'thoughtSignature']);
const CALL = new Set(['functionCall', 'thoughtSignature']);
const RESULT = new Set(['functionResponse']);
const CALL_MEMBERS = new Set(['id', 'name', 'args']);
const RESULT_MEMBERS = new Set(['id', 'name', 'response', 'parts']);
const BLOB = new Set(['mimeType', 'data', 'displayName']);
const FILE = new Set(['mimeType', 'fileUri', 'displayName']);

/** Throws TierlineError `invalid_request` naming `where`. */
export function readGeminiParts(parts: Json | undefined, naming: CallNaming, where: string): NeutralPart[] {
  if (parts === undefined || parts === null) return [];
  const list = Array.isArray(parts) ? parts : [parts];
  const read = list.map((part, index) => readPart(part, naming, `${where}[${index}]`)).filter((part) => part !== null);
  return read.some(isSealed) ? read.reduce(joinThoughts, []) : read;
}

const isSealed = (part: NeutralPart): boolean => part.type === 'thinking' && part.origin !== 'gemini';

/** A stream brings the thoughts of another model in pieces and their signature behind them: one part again. */
function joinThoughts(parts: NeutralPart[], next: NeutralPart): NeutralPart[] {
  if (next.type !== 'thinking' || next.origin === 'gemini') return [...parts, next];
  const first = parts.findLastIndex((part) => part.type !== 'thinking' || part.origin !== 'gemini') + 1;
  const said = parts.slice(first).map((part) => (part.type === 'thinking' ? part.text : ''));
  return [...parts.slice(0, first), { ...next, text: said.join('') + next.text }];
}

function readPart(source: Json, naming: CallNaming, where: string): NeutralPart | null {
  if (!isObject(source)) throw invalidField(where, 'must be an object');
  const part = camelMembers(source);
  if (typeof part.text === 'string') return readText(part, part.text);
  if (isObject(part.functionCall)) return readCall(part, naming, where);
  if (isObject(part.functionResponse)) return readResult(part, naming, where);
  return readMedia(part) ?? { type: 'unknown', origin: 'gemini', json: source };
}

/** An empty text says nothing, but its signature may. */
function readText(part: JsonObject, text: string): NeutralPart | null {
  if (part.thought === true) {
    const signature = signatureOf(part);
    if (text === '' && signature === undefined) return null;
    const sealed = signature === undefined ? null : unsealBytes(signature);
    if (sealed !== null) return readSealed(text, sealed);
    const extra = otherMembers(part, THOUGHT);
    if (extra !== null) return { type: 'unknown', origin: 'gemini', json: part };
    return defined<NeutralPart>({ type: 'thinking', text, signature, origin: 'gemini' });
  }
  const extra = otherMembers(part, TEXT) ?? undefined;
  return text === '' && extra === undefined ? null : defined<NeutralPart>({ type: 'text', text, extra });
}

/** The thoughts of another provider's model, which a client of Gemini's was given and sends back. */
function readSealed(text: string, { kind, origin, text: sealed }: Sealed): NeutralPart {
  if (kind === 'redacted_thinking') return { type: 'redacted_thinking', data: sealed, origin };
  return defined({ type: 'thinking' as const, text, signature: sealed || undefined, origin });
}

function readCall(part: JsonObject, naming: CallNaming, where: string): NeutralPart {
  const call = camelMember(part, 'functionCall');
  if (typeof call.name !== 'string') throw invalidField(`${where}.functionCall.name`, 'must be a string');
  const rest = otherMembers(call, CALL_MEMBERS);
  return defined<NeutralPart>({
    type: 'tool_call',
    id: naming.call(call.id, call.name),
    name: call.name,
    arguments: call.args === undefined || call.args === null ? '{}' : textOf(call.args),
    signature: signatureOf(part),
    extra: joined(otherMembers(part, CALL), rest === null ? null : { functionCall: rest }),
  });
}

function readResult(part: JsonObject, naming: CallNaming, where: string): NeutralPart {
  const result = camelMember(part, 'functionResponse');
  if (typeof result.name !== 'string') throw invalidField(`${where}.functionResponse.name`, 'must be a string');
  const rest = otherMembers(result, RESULT_MEMBERS);
  const { text, isError } = readResponse(result.response);
  const said: NeutralPart[] = text === '' ? [] : [{ type: 'text', text }];
  return defined<NeutralPart>({
    type: 'tool_result',
    callId: naming.result(result.id, result.name),
    name: result.name,
    content: [...said, ...readGeminiParts(result.parts, naming, `${where}.functionResponse.parts`)],
    isError,
    extra: joined(otherMembers(part, RESULT), rest === null ? null : { functionResponse: rest }),
  });
}

/** Gemini's keys for a result in words are `output` and `error`; any other object is its own text. */
function readResponse(response: unknown): { text: string; isError: boolean } {
  if (response === undefined || response === null) return { text: '', isError: false };
  const text = textOf(response);
  const value: unknown = response instanceof RawJson ? JSON.parse(response.text) : response;
  const said = isObject(value) ? saidOnly(value) : null;
  return said ?? { text: text === '{}' ? '' : text, isError: false };
}

/** What a response says when it is nothing but words under one of the two keys; null when it is more. */
export function saidOnly(response: JsonObject): { text: string; isError: boolean } | null {
  const keys = Object.keys(response);
  if (keys.length !== 1) return null;
  if (typeof response.output === 'string') return { text: response.output, isError: false };
  return typeof response.error === 'string' ? { text: response.error, isError: true } : null;
}

function readMedia(part: JsonObject): NeutralPart | null {
  const isInline = isObject(part.inlineData);
  if (!isInline && !isObject(part.fileData)) return null;
  const key = isInline ? 'inlineData' : 'fileData';
  const media = camelMember(part, key);
  // A part with more to say (a clip of a video, a resolution for one medium inside another) is kept whole.
  if (otherMembers(media, isInline ? BLOB : FILE) !== null) return null;
  const source = isInline ? readBlob(media) : readFile(media);
  if (source === null) return null;
  const extra = otherMembers(part, new Set([key])) ?? undefined;
  const mediaType = source.mediaType ?? '';
  if (mediaType.startsWith('image/')) return defined<NeutralPart>({ type: 'image', source, extra });
  if (mediaType.startsWith('audio/')) {
    return source.kind === 'base64' && extra === undefined
      ? { type: 'audio', data: source.data, format: toAudioFormat(mediaType) }
      : null;
  }
  if (!/^(?:application|text)\//.test(mediaType)) return null;
  const filename = typeof media.displayName === 'string' ? media.displayName : undefined;
  return defined<NeutralPart>({ type: 'document', source, filename, extra });
}

type TypedSource = Exclude<MediaSource, { kind: 'file' }>;

function readBlob({ mimeType, data }: JsonObject): TypedSource | null {
  if (typeof mimeType !== 'string' || typeof data !== 'string') return null;
  return { kind: 'base64', mediaType: mimeType, data };
}

/** Only addresses that anybody can fetch: a file held by Google means nothing to other providers. */
function readFile({ mimeType, fileUri }: JsonObject): TypedSource | null {
  if (typeof mimeType !== 'string' || typeof fileUri !== 'string') return null;
  if (!/^https?:/.test(fileUri) || fileUri.includes('generativelanguage.googleapis.com')) return null;
  return { kind: 'url', url: fileUri, mediaType: mimeType };
}

const AUDIO_FORMATS: Record<string, string> = { 'audio/mpeg': 'mp3', 'audio/x-wav': 'wav', 'audio/wave': 'wav' };

function toAudioFormat(mediaType: string): string {
  return AUDIO_FORMATS[mediaType] ?? mediaType.slice('audio/'.length);
}

function signatureOf(part: JsonObject): string | undefined {
  return typeof part.thoughtSignature === 'string' && part.thoughtSignature !== '' ? part.thoughtSignature : undefined;
}

function textOf(value: unknown): string {
  return value instanceof RawJson ? value.text : JSON.stringify(value);
}

function joined(...members: (JsonObject | null)[]): JsonObject | undefined {
  const all = members.filter((member) => member !== null);
  return all.length === 0 ? undefined : Object.assign({}, ...all);
}
