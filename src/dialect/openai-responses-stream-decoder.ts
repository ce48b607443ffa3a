// Turns the events of a response under way into neutral ones. Items and events of a kind without a neutral word are passed
// over; an item that came without its pieces is read when it is done. Must never invent a finish: only a response that says
// it is completed, or incomplete, has one.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import { makeCallId } from './call-id.ts';
import type { SseEvent, StreamDecoder } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';
import { readOpenaiUsage } from './openai-chat-usage.ts';
import { readCallName } from './openai-responses-namespaces.ts';
import { finishOf, readResponsesError } from './openai-responses-stream-end.ts';
import { readReasoning } from './openai-responses-thinking.ts';
import { interleaved, parseEvent } from './stream-event.ts';

export function createResponsesDecoder(): StreamDecoder {
  return new ResponsesDecoder();
}

/** An item of the output. A call starts for the outside with its first piece: some servers open all items at once. */
interface Item {
  isCall: boolean;
  /** Where its thoughts are told: a summary outranks the thoughts themselves, which some models show beside it. */
  thoughts: 'summary' | 'content' | null;
  /** Whether the next thought begins a paragraph. */
  hasGap: boolean;
  callId: string;
  name: string;
  /** Counts the calls, in the order of their starts. */
  tool: number;
  state: 'new' | 'begun' | 'closed';
}

type Said = 'text' | 'thinking' | 'refusal';

class ResponsesDecoder implements StreamDecoder {
  private readonly items = new Map<Json, Item>();
  private open: { item: Item; part: Said | 'call' } | null = null;
  private replyId = '';
  private calls = 0;
  private hasStarted = false;
  private hasEnded = false;
  private out: NeutralEvent[] = [];

  push({ event, data }: SseEvent): NeutralEvent[] {
    const parsed = parseEvent(data);
    if (parsed === null || this.hasEnded) return [];
    if ('type' in parsed) return [parsed];
    this.out = [];
    parsed.json.type ??= event;
    this.read(parsed.json);
    return this.out;
  }

  private read(event: JsonObject): void {
    switch (event.type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        return this.start(event.response);
      case 'response.output_item.added':
        this.itemOf(event);
        return;
      case 'response.output_text.delta':
        this.say('text', event.delta, this.itemOf(event));
        return this.logprobs(event.logprobs);
      case 'response.refusal.delta':
        return this.say('refusal', event.delta, this.itemOf(event));
      case 'response.reasoning_summary_part.added':
        return this.beginParagraph(this.itemOf(event));
      case 'response.reasoning_summary_text.delta':
        return this.think('summary', event.delta, this.itemOf(event));
      case 'response.reasoning_text.delta':
        return this.think('content', event.delta, this.itemOf(event));
      case 'response.function_call_arguments.delta':
        return this.arguments(event.delta, this.itemOf(event));
      case 'response.content_part.done':
        if (!isThought(event.part)) this.close(this.itemOf(event));
        return;
      case 'response.output_item.done':
        return this.done(event.item, this.itemOf(event));
      case 'response.completed':
      case 'response.incomplete':
        return this.finish(event);
      case 'response.failed':
      case 'response.cancelled':
      case 'error':
        this.out.push({ type: 'error', error: readResponsesError(event) });
        return;
      case 'keepalive':
        this.out.push({ type: 'ping' });
    }
  }

  private start(response: Json | undefined): void {
    if (this.hasStarted || !isObject(response)) return;
    this.hasStarted = true;
    this.replyId = textOf(response.id);
    this.out.push({ type: 'start', id: this.replyId, model: textOf(response.model) });
  }

  /** By place, by id where a server tells no places; made when it is new. */
  private itemOf({ output_index, item_id, item }: JsonObject): Item {
    const said = isObject(item) ? item : {};
    const key = output_index ?? item_id ?? said.id ?? '';
    const known = this.items.get(key) ?? newItem();
    this.items.set(key, known);
    known.isCall ||= said.type === 'function_call';
    known.callId ||= textOf(said.call_id);
    known.name ||= readCallName(textOf(said.name), said.namespace).name;
    return known;
  }

  private say(type: Said, text: Json | undefined, item: Item): void {
    if (typeof text !== 'string' || text === '') return;
    item.state = 'begun';
    this.turnTo(item, type);
    this.out.push({ type, choice: 0, text });
  }

  private think(source: 'summary' | 'content', text: Json | undefined, item: Item): void {
    if (typeof text !== 'string' || text === '') return;
    item.thoughts ??= source;
    if (item.thoughts === source) this.say('thinking', item.hasGap ? `\n\n${text}` : text, item);
    item.hasGap = false;
  }

  /** The parts of a summary are one thought in several paragraphs. */
  private beginParagraph(item: Item): void {
    item.hasGap = item.thoughts === 'summary';
  }

  private arguments(json: Json | undefined, item: Item): void {
    if (typeof json !== 'string' || json === '' || !item.isCall) return;
    this.startCall(item);
    if (item.state === 'closed') this.out.push(interleaved());
    else this.out.push({ type: 'tool_arguments', choice: 0, tool: item.tool, json });
  }

  private startCall(item: Item): void {
    if (item.state !== 'new') return;
    item.state = 'begun';
    item.tool = this.calls++;
    this.turnTo(item, 'call');
    const id = item.callId || makeCallId(this.replyId, item.tool);
    this.out.push({ type: 'tool_start', choice: 0, tool: item.tool, id, name: item.name });
  }

  private logprobs(logprobs: Json | undefined): void {
    if (!Array.isArray(logprobs) || logprobs.length === 0) return;
    this.out.push({ type: 'logprobs', choice: 0, json: { content: logprobs, refusal: null } });
  }

  /** What came in pieces is complete; what did not is read now. The signature of thoughts is in the whole item only. */
  private done(whole: Json | undefined, item: Item): void {
    if (!isObject(whole)) return this.close(item);
    const isUnsaid = item.state === 'new';
    if (whole.type === 'reasoning') this.endThoughts(whole, isUnsaid, item);
    else if (isUnsaid) this.readWhole(whole, item);
    this.close(item);
    item.state = 'closed';
  }

  private endThoughts(whole: JsonObject, isUnsaid: boolean, item: Item): void {
    const { text, signature } = readReasoning(whole);
    if (isUnsaid) this.say('thinking', text, item);
    if (signature === undefined) return;
    this.turnTo(item, 'thinking');
    this.out.push({ type: 'thinking_signature', choice: 0, signature });
  }

  private readWhole(whole: JsonObject, item: Item): void {
    if (item.isCall) {
      this.startCall(item);
      this.arguments(whole.arguments, item);
      return;
    }
    for (const part of listOf(whole.content)) {
      if (!isObject(part)) continue;
      if (part.type === 'output_text') this.say('text', part.text, item);
      else if (part.type === 'refusal') this.say('refusal', part.refusal, item);
      this.close(item);
    }
  }

  private turnTo(item: Item, part: Said | 'call'): void {
    if (this.open?.item === item && this.open.part === part) return;
    if (this.open !== null) this.close(this.open.item);
    this.open = { item, part };
  }

  private close(item: Item): void {
    if (this.open?.item !== item) return;
    if (this.open.part === 'call') item.state = 'closed';
    this.open = null;
    this.out.push({ type: 'part_end', choice: 0 });
  }

  private finish(event: JsonObject): void {
    const response = isObject(event.response) ? event.response : {};
    this.start(response);
    // Some servers tell everything with the end.
    const isUnsaid = [...this.items.values()].every(({ state }) => state === 'new');
    for (const [output_index, item] of listOf(isUnsaid ? response.output : []).entries())
      this.done(item, this.itemOf({ output_index, item }));
    if (this.open !== null) this.close(this.open.item);
    this.hasEnded = true;
    this.out.push({ type: 'finish', choice: 0, finish: finishOf(event, this.calls > 0) });
    if (isObject(response.usage)) this.out.push({ type: 'usage', usage: readOpenaiUsage(response.usage) });
    this.out.push({ type: 'end' });
  }
}

function newItem(): Item {
  return { isCall: false, thoughts: null, hasGap: false, callId: '', name: '', tool: -1, state: 'new' };
}

function isThought(part: Json | undefined): boolean {
  return isObject(part) && part.type === 'reasoning_text';
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
