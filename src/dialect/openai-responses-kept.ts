// What a gateway keeps of a response whose provider has no store: the conversation up to it as items, and the response itself;
// and how a later request goes on from it. Pure: who may go on, and for how long, is decided elsewhere. Items stay as they were
// written, and are moved without being parsed: a conversation can be megabytes.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { elementSpans } from '../wire/json-array.ts';
import { type ScannedObject, type Span, scanJson } from '../wire/json-scan.ts';
import { type Edit, splice } from '../wire/splice.ts';
import { ARRAY, invalid } from './body-shape.ts';
import type { Inbound } from './inbound.ts';
import { madeInResponse } from './openai-responses-shell.ts';

/**
 * As it is kept: `{"chars":2,"input":[{}],"response":{...}}`, everything that was asked and the answer as the client got it. The
 * first number says how long the text of the items is, so that nobody has to look for its end.
 */
export type KeptJson = string;

export interface KeptResponse {
  /** Earlier turns with their answers included. */
  input: Json[];
  response: JsonObject;
}

/** A response as it was answered. */
export interface AnsweredResponse {
  id: string;
  /** Whether it is still being made: what is known of it now is not what it will be. */
  isRunning: boolean;
  json: string;
}

/** As deep as a complete reply may be. */
const MAX_DEPTH = 2048;
const QUOTE = 0x22;
const OBJECT = 0x7b;
const NULL = 0x6e;

/** Id of the response that a request goes on from; null when there is none. Throws TierlineError `invalid_request`. */
export function previousResponseOf({ top }: Inbound): string | null {
  const first = top.firstByte('previous_response_id');
  if (first === 0 || first === NULL) return null;
  if (first !== QUOTE) throw invalid('previous_response_id', 'previous_response_id must be a string');
  return top.string('previous_response_id');
}

/** The input of a request as the text between the brackets of a list of items: a text is one message of the user. */
export function itemsOf({ body, top }: Inbound): string {
  const span = top.span('input');
  if (span === null) return '';
  const { start, end } = span;
  if (body[start] === ARRAY) return body.toString('utf8', start + 1, end - 1).trim();
  if (body[start] !== QUOTE) return '';
  const text = body.toString('utf8', start, end);
  return `{"type":"message","role":"user","content":[{"type":"input_text","text":${text}}]}`;
}

/** What a request and its answer leave to keep. */
export function toKept(inbound: Inbound, { json }: AnsweredResponse): KeptJson {
  const items = itemsOf(inbound);
  return `{"chars":${items.length},"input":[${items}],"response":${json}}`;
}

const BEGINNING = /^\{"chars":(\d+),"input":\[/;
const BETWEEN = '],"response":';

/** The items that were asked, as the text between the brackets of a list, and the response. */
function partsOf(kept: KeptJson): { items: string; response: Buffer } {
  const [beginning, chars] = BEGINNING.exec(kept) as unknown as [string, string];
  const end = beginning.length + Number(chars);
  return {
    items: kept.slice(beginning.length, end),
    response: Buffer.from(kept.slice(end + BETWEEN.length, -1)),
  };
}

/** What was kept, for whoever wants to look into it. */
export function readKept(kept: KeptJson): KeptResponse {
  const { input, response } = JSON.parse(kept) as JsonObject;
  return { input: Array.isArray(input) ? input : [], response: isObject(response) ? response : {} };
}

/** The body of a request with the whole conversation in the place of the reference to its last response. */
export function goOnFrom(inbound: Inbound, kept: KeptJson): Buffer {
  const { items, response } = partsOf(kept);
  const output = outputOf(response);
  const answered = output === null ? '' : response.toString('utf8', output.start + 1, output.end - 1).trim();
  const whole = [items, answered, itemsOf(inbound)].filter((list) => list !== '');
  return withInput(inbound, `[${whole.join(',')}]`);
}

/** The body of a request with another input, and without a reference to an earlier response. */
function withInput({ body, top }: Inbound, input: string): Buffer {
  const edits: Edit[] = [];
  const previous = top.span('previous_response_id');
  if (previous !== null) edits.push({ ...previous, text: 'null' });
  const asked = top.span('input');
  if (asked !== null) edits.push({ ...asked, text: input });
  else {
    const first = body.indexOf(OBJECT) + 1;
    edits.push({ start: first, end: first, text: `"input":${input},` });
  }
  return splice(
    body,
    edits.sort((a, b) => a.start - b.start),
  );
}

/** Where the output of a response lies. */
function outputOf(response: Buffer): Span | null {
  const span = scan(response)?.span('output') ?? null;
  return span !== null && response[span.start] === ARRAY ? span : null;
}

/** An item of the input that only names another one, which may be in a response that is kept. */
export interface ItemReference extends Span {
  id: string;
  /** The response that the item would be in. */
  responseId: string;
}

/** The references of a request to items that this gateway has made. */
export function referencesOf({ body, top }: Inbound): ItemReference[] {
  const span = top.firstByte('input') === ARRAY ? top.span('input') : null;
  if (span === null || !body.includes('"item_reference"', span.start)) return [];
  return elementSpans(body, span).flatMap((place) => {
    const item = scan(body.subarray(place.start, place.end));
    const id = item?.string('type') === 'item_reference' ? item.string('id') : null;
    const responseId = id === null ? null : madeInResponse(id);
    return id === null || responseId === null ? [] : [{ ...place, id, responseId }];
  });
}

/** The items of the output of a kept response by their ids, as they are written there. */
export function itemsIn(kept: KeptJson): Map<string, string> {
  const { response } = partsOf(kept);
  const output = outputOf(response);
  const items = new Map<string, string>();
  for (const { start, end } of output === null ? [] : elementSpans(response, output)) {
    const id = scan(response.subarray(start, end))?.string('id') ?? null;
    if (id !== null) items.set(id, response.toString('utf8', start, end));
  }
  return items;
}

/** The response in a whole answer, or in the last events of a stream; null when there is none that can be gone on from. */
export function readResponse(last: Buffer | string): AnsweredResponse | null {
  const text = String(last);
  if (text.trimStart().startsWith('{')) return toAnswered(text);
  for (const line of text.split(/\r?\n/).toReversed()) {
    if (!line.startsWith('data:')) continue;
    const data = Buffer.from(line.slice('data:'.length));
    const span = scan(data)?.span('response');
    if (span != null && data[span.start] === OBJECT) return toAnswered(data.toString('utf8', span.start, span.end));
  }
  return null;
}

function toAnswered(json: string): AnsweredResponse | null {
  const response = scan(Buffer.from(json));
  const id = response?.string('id') ?? null;
  if (response === null || id === null || response.firstByte('output') !== ARRAY) return null;
  const status = response.string('status');
  return { id, isRunning: status === 'queued' || status === 'in_progress', json };
}

/** The members of an object; null for what is none. */
function scan(json: Buffer): ScannedObject | null {
  try {
    return scanJson(json, MAX_DEPTH);
  } catch {
    return null;
  }
}
