// What a gateway keeps of a response whose provider has no store: the conversation up to it as items, and the response itself;
// and how a later request goes on from it. Pure: who may go on, and for how long, is decided elsewhere.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { type Edit, splice } from '../wire/splice.ts';
import type { Inbound } from './inbound.ts';

export interface KeptResponse {
  /** Everything that was asked, earlier turns with their answers included. */
  input: Json[];
  /** As the client got it. */
  response: JsonObject;
}

/** The input of a request as items: a text is one message of the user. */
export function toItems(input: unknown): Json[] {
  if (Array.isArray(input)) return input as Json[];
  if (typeof input !== 'string') return [];
  return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }];
}

/** Id of the response that a request goes on from; null when there is none. */
export function previousResponseOf({ top }: Inbound): string | null {
  return top.string('previous_response_id');
}

/** What a request and its answer leave to keep; null when the answer is none that can be gone on from. */
export function toKept({ top }: Inbound, response: JsonObject): KeptResponse | null {
  if (typeof response.id !== 'string' || !Array.isArray(response.output)) return null;
  return { input: toItems(top.value('input')), response };
}

/** The body of a request with the whole conversation in the place of the reference to its last response. */
export function goOnFrom({ body, top }: Inbound, { input, response }: KeptResponse): Buffer {
  const output = Array.isArray(response.output) ? response.output : [];
  const whole = JSON.stringify([...input, ...output, ...toItems(top.value('input'))]);
  const edits: Edit[] = [];
  const previous = top.span('previous_response_id');
  if (previous !== null) edits.push({ ...previous, text: 'null' });
  const asked = top.span('input');
  if (asked !== null) edits.push({ ...asked, text: whole });
  else {
    const first = body.indexOf(0x7b) + 1;
    edits.push({ start: first, end: first, text: `"input":${whole},` });
  }
  return splice(
    body,
    edits.sort((a, b) => a.start - b.start),
  );
}

/** The response in a whole answer, or in the last events of a stream; null when there is none. */
export function readResponse(last: Buffer | string): JsonObject | null {
  const text = String(last);
  if (text.trimStart().startsWith('{')) return responseIn(text);
  for (const line of text.split(/\r?\n/).toReversed()) {
    if (!line.startsWith('data:')) continue;
    const event = responseIn(line.slice('data:'.length));
    if (isObject(event?.response)) return event.response;
  }
  return null;
}

function responseIn(json: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
