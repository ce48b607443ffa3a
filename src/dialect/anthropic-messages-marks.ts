// The same marks as `markPrompt` sets, as edits of a request's bytes: an inserted member, or a text made a block of its own
// text. Everything else stays byte for byte.
import { elementSpans } from '../wire/json-array.ts';
import { type ScannedObject, type Span, scanJson } from '../wire/json-scan.ts';
import type { Edit } from '../wire/splice.ts';
import { conversationPlaces } from './mark-prompt.ts';

const QUOTE = 0x22;
const ARRAY = 0x5b;
const MARK = '"cache_control":{"type":"ephemeral"}';
const MARKABLE: ReadonlySet<string> = new Set(['image', 'document', 'tool_use', 'tool_result']);
/** Deeper bodies have been refused before. */
const ANY_DEPTH = Number.POSITIVE_INFINITY;

/**
 * Edits that mark the prompt of a checked Anthropic request whose client has set no marks, in ascending order. None for a
 * thread, which Anthropic refuses to mix with marks.
 */
export function markEdits(body: Buffer, top: ScannedObject): Edit[] {
  if (top.firstByte('thread') !== 0) return [];
  const edits = [...toolEdits(body, top), ...systemEdits(body, top), ...messageEdits(body, top)];
  return edits.sort((a, b) => a.start - b.start);
}

/** A string of text, or an element of an array, with the bytes it lies in. */
interface Holder {
  bytes: Buffer;
  span: Span;
}

function toolEdits(body: Buffer, top: ScannedObject): Edit[] {
  const last = elementsOf(body, top.span('tools')).findLast((span) => canBearMark(open(body, span)));
  return last === undefined ? [] : [insideOf(last)];
}

function canBearMark(tool: ScannedObject | null): boolean {
  if (tool === null || tool.count === 0 || tool.isTrue('defer_loading')) return false;
  const type = tool.value('type') ?? 'custom';
  return type === 'custom' && isPlain(tool);
}

function systemEdits(body: Buffer, top: ScannedObject): Edit[] {
  const span = top.span('system');
  if (span === null) return [];
  const holders = holdersOf(body, span);
  const last = holders.findLast(isMarkable);
  return last === undefined ? [] : edit(last);
}

function messageEdits(body: Buffer, top: ScannedObject): Edit[] {
  const messages = elementsOf(body, top.span('messages')).map((span) => {
    const message = open(body, span);
    const content = message?.span('content') ?? null;
    const at = content === null ? null : { start: content.start + span.start, end: content.end + span.start };
    return { role: message?.string('role') ?? '', holders: at === null ? [] : holdersOf(body, at) };
  });
  const shapes = messages.map(({ role, holders }) => ({ role, parts: holders.map(isMarkable) }));
  return conversationPlaces(shapes).flatMap(({ message, part }) => edit(messages[message]?.holders[part] as Holder));
}

/** The blocks of a system prompt or a message; a text by itself is one. */
function holdersOf(bytes: Buffer, span: Span): Holder[] {
  if (bytes[span.start] === QUOTE) return [{ bytes, span }];
  return elementsOf(bytes, span).map((element) => ({ bytes, span: element }));
}

function elementsOf(bytes: Buffer, span: Span | null): Span[] {
  return span !== null && bytes[span.start] === ARRAY ? elementSpans(bytes, span) : [];
}

function isMarkable({ bytes, span }: Holder): boolean {
  if (bytes[span.start] === QUOTE) return isText(JSON.parse(bytes.toString('utf8', span.start, span.end)));
  const block = open(bytes, span);
  if (block === null || !isPlain(block)) return false;
  const type = block.string('type');
  return type === 'text' ? isText(block.string('text')) : type !== null && MARKABLE.has(type);
}

function isText(text: unknown): boolean {
  return typeof text === 'string' && text.trim() !== '';
}

/** Whether no key is written with escapes, behind which a mark could be hidden. */
function isPlain(object: ScannedObject): boolean {
  for (let index = 0; index < object.count; index++) if (object.keyAt(index).includes('\\')) return false;
  return true;
}

/** The object at `span`, with positions counted from its own start; null when something else lies there. */
function open(bytes: Buffer, { start, end }: Span): ScannedObject | null {
  return bytes[start] === 0x7b ? scanJson(bytes.subarray(start, end), ANY_DEPTH) : null;
}

function edit({ bytes, span }: Holder): Edit[] {
  if (bytes[span.start] !== QUOTE) return [insideOf(span)];
  return [
    { start: span.start, end: span.start, text: '[{"type":"text","text":' },
    { start: span.end, end: span.end, text: `,${MARK}}]` },
  ];
}

/** As the last member of an object that has others. */
function insideOf({ end }: Span): Edit {
  return { start: end - 1, end: end - 1, text: `,${MARK}` };
}
