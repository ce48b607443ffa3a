// Takes thinking of other providers out of a request that keeps its bytes: the provider did not sign it, and would refuse it.
import { elementSpans } from '../wire/json-array.ts';
import { type ScannedObject, type Span, scanJson } from '../wire/json-scan.ts';
import type { Edit } from '../wire/splice.ts';
import type { DialectName } from './neutral.ts';
import { SEAL, SEAL_AS_BYTES } from './sealed-thinking.ts';

const ARRAY = 0x5b;
const OBJECT = 0x7b;
/** Deeper bodies have been refused before. */
const ANY_DEPTH = Number.POSITIVE_INFINITY;

/** Edits that leave out what bears a seal, in ascending order; none for most requests. `top` is the body, checked. */
export function sealedEdits(dialect: DialectName, body: Buffer, top: ScannedObject): Edit[] {
  if (dialect === 'gemini')
    return body.includes(SEAL_AS_BYTES) ? partedEdits(body, top, { list: 'contents', inside: 'parts' }) : [];
  if (!body.includes(SEAL)) return [];
  if (dialect === 'openai-responses')
    return without(elementsOf(body, top.span('input')), (item) => isSealed(body, item));
  return dialect === 'anthropic-messages' ? partedEdits(body, top, { list: 'messages', inside: 'content' }) : [];
}

/** A message of which nothing would be left goes as a whole. */
function partedEdits(body: Buffer, top: ScannedObject, { list, inside }: { list: string; inside: string }): Edit[] {
  const messages = elementsOf(body, top.span(list));
  const contents = messages.map((message) => elementsOf(body, memberOf(body, message, inside)));
  const isGone = contents.map((blocks) => blocks.length > 0 && blocks.every((block) => isSealed(body, block)));
  const parts = contents.flatMap((blocks, at) => (isGone[at] ? [] : without(blocks, (block) => isSealed(body, block))));
  const whole = without(messages, (_, at) => isGone[at] === true);
  return [...parts, ...whole].sort((a, b) => a.start - b.start);
}

/** Edits that take elements out of their array, each with the comma before it, or after it at the head of the list. */
function without(elements: readonly Span[], isLeftOut: (element: Span, at: number) => boolean): Edit[] {
  const edits: Edit[] = [];
  let kept = 0;
  for (const [at, element] of elements.entries()) {
    if (!isLeftOut(element, at)) kept++;
    else if (kept > 0) edits.push({ start: (elements[at - 1] as Span).end, end: element.end, text: '' });
    else edits.push({ start: element.start, end: elements[at + 1]?.start ?? element.end, text: '' });
  }
  return edits;
}

function elementsOf(body: Buffer, span: Span | null): Span[] {
  return span !== null && body[span.start] === ARRAY ? elementSpans(body, span) : [];
}

function memberOf(body: Buffer, element: Span, key: string): Span | null {
  const span = open(body, element)?.span(key) ?? null;
  return span === null ? null : { start: element.start + span.start, end: element.start + span.end };
}

/** Whether a reasoning item, or a block of thinking, was signed by somebody else or by nobody. */
function isSealed(body: Buffer, element: Span): boolean {
  const object = open(body, element);
  if (object === null) return false;
  if (object.isTrue('thought')) return object.string('thoughtSignature')?.startsWith(SEAL_AS_BYTES) === true;
  if (!/thinking|reasoning/.test(object.string('type') ?? '')) return false;
  return ['encrypted_content', 'signature', 'data'].some((key) => object.string(key)?.startsWith(SEAL) === true);
}

/** The object at `span`, with positions counted from its own start; null when something else lies there. */
function open(body: Buffer, { start, end }: Span): ScannedObject | null {
  return body[start] === OBJECT ? scanJson(body.subarray(start, end), ANY_DEPTH) : null;
}
