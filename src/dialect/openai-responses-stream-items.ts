// The items of a response under way: each is announced, comes in pieces, and is told once more whole when it is done. Every
// item that was added is done, with the ids and places it was added under; clients go by them.
import type { Json, JsonObject } from '../call/json.ts';
import { type WrittenCall, writeCall, writeMessage, writeOutputText } from './openai-responses-reply.ts';
import { type Thought, writeReasoning } from './openai-responses-thinking.ts';

/** Where an item stands, and the way its events go out. */
export interface ItemPlace {
  id: string;
  /** Its place in the output. */
  index: number;
  write: (type: string, fields: JsonObject) => string;
}

export type ItemStatus = 'completed' | 'incomplete';

/** An item that is being written; the texts are events, ready for the wire. */
export interface StreamItem {
  /** The item as it was last told. */
  item: JsonObject;
  open: () => string;
  close: (status: ItemStatus) => string;
}

function added({ index, write }: ItemPlace, item: JsonObject): string {
  return write('response.output_item.added', { output_index: index, item });
}

function done({ index, write }: ItemPlace, item: JsonObject): string {
  return write('response.output_item.done', { output_index: index, item });
}

/** What a part of a message has said so far. */
interface Said {
  type: 'text' | 'refusal';
  text: string;
  logprobs: Json[];
}

export class MessageItem implements StreamItem {
  item: JsonObject;
  private readonly place: ItemPlace;
  private readonly content: JsonObject[] = [];
  private part: Said | null = null;

  constructor(place: ItemPlace) {
    this.place = place;
    this.item = writeMessage(place.id, 'in_progress', []);
  }

  open(): string {
    return added(this.place, this.item);
  }

  say(type: Said['type'], text: string): string {
    const turn = this.part?.type === type ? '' : this.endPart() + this.beginPart(type);
    if (this.part !== null) this.part.text += text;
    const name = type === 'text' ? 'output_text' : 'refusal';
    const logprobs = type === 'text' ? { logprobs: [] } : {};
    return turn + this.write(`response.${name}.delta`, { delta: text, ...logprobs });
  }

  /** They come after their words, which have gone out: a piece without words carries them. */
  addLogprobs(logprobs: Json[]): string {
    if (this.part?.type !== 'text') return '';
    this.part.logprobs.push(...logprobs);
    return this.write('response.output_text.delta', { delta: '', logprobs });
  }

  endPart(): string {
    if (this.part === null) return '';
    const { type, text, logprobs } = this.part;
    const part = writePart(this.part);
    const whole =
      type === 'text'
        ? this.write('response.output_text.done', { text, logprobs })
        : this.write('response.refusal.done', { refusal: text });
    const over = whole + this.write('response.content_part.done', { part });
    this.content.push(part);
    this.part = null;
    return over;
  }

  close(status: ItemStatus): string {
    const end = this.endPart();
    this.item = writeMessage(this.place.id, status, this.content);
    return end + done(this.place, this.item);
  }

  private beginPart(type: Said['type']): string {
    this.part = { type, text: '', logprobs: [] };
    return this.write('response.content_part.added', { part: writePart(this.part) });
  }

  private write(type: string, fields: JsonObject): string {
    const { id, index, write } = this.place;
    return write(type, { item_id: id, output_index: index, content_index: this.content.length, ...fields });
  }
}

function writePart({ type, text, logprobs }: Said): JsonObject {
  return type === 'text' ? { ...writeOutputText(text), logprobs } : { type: 'refusal', refusal: text };
}

export class ReasoningItem implements StreamItem {
  item: JsonObject;
  private readonly place: ItemPlace;
  private readonly thought: Thought;

  constructor(place: ItemPlace, thought: Thought) {
    this.place = place;
    this.thought = thought;
    this.item = { id: place.id, type: 'reasoning', summary: [] };
  }

  open(): string {
    return added(this.place, this.item);
  }

  say(text: string): string {
    if (this.thought.type !== 'thinking') return '';
    const begin = this.thought.text === '' ? this.write('part.added', { part: summaryOf('') }) : '';
    this.thought.text += text;
    return begin + this.write('text.delta', { delta: text });
  }

  sign(signature: string): string {
    if (this.thought.type === 'thinking') this.thought.signature = (this.thought.signature ?? '') + signature;
    return '';
  }

  close(): string {
    const text = this.thought.type === 'thinking' ? this.thought.text : '';
    const end =
      text === '' ? '' : this.write('text.done', { text }) + this.write('part.done', { part: summaryOf(text) });
    this.item = writeReasoning(this.thought, this.place.id);
    return end + done(this.place, this.item);
  }

  private write(type: string, fields: JsonObject): string {
    const { id, index, write } = this.place;
    return write(`response.reasoning_summary_${type}`, {
      item_id: id,
      output_index: index,
      summary_index: 0,
      ...fields,
    });
  }
}

function summaryOf(text: string): JsonObject {
  return { type: 'summary_text', text };
}

export class CallItem implements StreamItem {
  item: JsonObject;
  private readonly place: ItemPlace;
  private readonly call: WrittenCall;

  constructor(place: ItemPlace, call: Omit<WrittenCall, 'json'>) {
    this.place = place;
    this.call = { ...call, json: '' };
    this.item = writeCall(place.id, 'in_progress', this.call);
  }

  open(): string {
    return added(this.place, this.item);
  }

  addArguments(json: string): string {
    this.call.json += json;
    return this.write('delta', { delta: json });
  }

  /** An empty call is `{}`, which only its end can tell. */
  close(status: ItemStatus): string {
    const end =
      (this.call.json === '' ? this.addArguments('{}') : '') + this.write('done', { arguments: this.call.json });
    this.item = writeCall(this.place.id, status, this.call);
    return end + done(this.place, this.item);
  }

  private write(type: 'delta' | 'done', fields: JsonObject): string {
    const { id, index, write } = this.place;
    return write(`response.function_call_arguments.${type}`, { item_id: id, output_index: index, ...fields });
  }
}
