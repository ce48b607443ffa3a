// Writes neutral events as the stream of a response: numbered events, items one after another, and the whole response in the
// event that ends it. The end is held back until the stream ends, because other providers tell usage after the finish.
import { isObject, type Json, type JsonObject } from '../call/json.ts';
import type { Usage } from '../call/usage.ts';
import type { ReplyContext, StreamEncoder } from './dialect.ts';
import type { DialectName, NeutralEvent, NeutralFinish } from './neutral.ts';
import { writeResponsesFinish } from './openai-responses-finish.ts';
import { ownName } from './openai-responses-namespaces.ts';
import { itemId, newResponseId, type ResponseState, writeResponse } from './openai-responses-shell.ts';
import {
  CallItem,
  type ItemPlace,
  type ItemStatus,
  MessageItem,
  ReasoningItem,
  type StreamItem,
} from './openai-responses-stream-items.ts';

export function createResponsesEncoder(context: ReplyContext): StreamEncoder {
  return new ResponsesEncoder(context);
}

/** Events of the one choice that a response has room for. */
type Step = Extract<NeutralEvent, { choice: number }>;

class ResponsesEncoder implements StreamEncoder {
  private readonly context: ReplyContext;
  private readonly origin: DialectName;
  private readonly items: StreamItem[] = [];
  private open: StreamItem | null = null;
  private id = '';
  private model = '';
  private sequence = 0;
  private hasRefusal = false;
  private finish: NeutralFinish | null = null;
  private usage: Usage | null = null;

  constructor(context: ReplyContext) {
    this.context = context;
    this.origin = context.origin ?? 'neutral';
  }

  push(event: NeutralEvent): string {
    switch (event.type) {
      case 'start':
        return this.start(event.model);
      case 'usage':
        this.usage = event.usage;
        return '';
      case 'ping':
        return ': ping\n\n';
      case 'end':
        return this.end();
      case 'error':
        return '';
      default:
        if (event.choice !== 0 || this.finish !== null || isEmpty(event)) return '';
        return this.start('') + this.step(event);
    }
  }

  private start(model: string): string {
    if (this.id !== '') return '';
    this.id = newResponseId(this.context);
    this.model = model;
    const response = this.response({ status: 'in_progress', output: [], usage: null });
    return this.write('response.created', { response }) + this.write('response.in_progress', { response });
  }

  private step(event: Step): string {
    switch (event.type) {
      case 'refusal':
        this.hasRefusal = true;
        return this.inMessage((message) => message.say('refusal', event.text));
      case 'text':
        return this.inMessage((message) => message.say('text', event.text));
      case 'thinking':
        return this.inReasoning((reasoning) => reasoning.say(event.text));
      case 'thinking_signature':
        return this.inReasoning((reasoning) => reasoning.sign(event.signature));
      case 'redacted_thinking': {
        const thought = { type: event.type, data: event.data, origin: this.origin };
        return this.turnTo(new ReasoningItem(this.place('rs'), thought)) + this.close('completed');
      }
      case 'tool_start':
        return this.turnTo(
          new CallItem(this.place('fc'), { id: event.id, ...ownName(event.name, this.context.request) }),
        );
      case 'tool_arguments':
        return this.open instanceof CallItem ? this.open.addArguments(event.json) : '';
      case 'logprobs':
        return this.open instanceof MessageItem ? this.open.addLogprobs(contentOf(event.json)) : '';
      case 'part_end':
        return this.endPart();
      case 'finish':
        this.finish = event.finish;
        return this.close(writeResponsesFinish(event.finish, this.hasRefusal).status);
    }
  }

  private inMessage(say: (message: MessageItem) => string): string {
    if (this.open instanceof MessageItem) return say(this.open);
    const message = new MessageItem(this.place('msg'));
    return this.turnTo(message) + say(message);
  }

  private inReasoning(say: (reasoning: ReasoningItem) => string): string {
    if (this.open instanceof ReasoningItem) return say(this.open);
    const thought = { type: 'thinking' as const, text: '', origin: this.origin };
    const reasoning = new ReasoningItem(this.place('rs'), thought);
    return this.turnTo(reasoning) + say(reasoning);
  }

  /** A message may have more parts; whether a call is complete or was cut off is known with what follows it. */
  private endPart(): string {
    if (this.open instanceof MessageItem) return this.open.endPart();
    return this.open instanceof ReasoningItem ? this.close('completed') : '';
  }

  private place(prefix: 'msg' | 'fc' | 'rs'): ItemPlace {
    const index = this.items.length;
    return { id: itemId(prefix, this.id, index), index, write: (type, fields) => this.write(type, fields) };
  }

  private turnTo(next: StreamItem): string {
    const before = this.close('completed');
    this.items.push(next);
    this.open = next;
    return before + next.open();
  }

  private close(status: ItemStatus): string {
    const last = this.open;
    this.open = null;
    return last === null ? '' : last.close(status);
  }

  private end(): string {
    if (this.finish === null) return '';
    const { status, reason } = writeResponsesFinish(this.finish, this.hasRefusal);
    const output = this.items.map(({ item }) => item);
    const response = this.response({ status, reason, output, usage: this.usage });
    return this.write(`response.${status}`, { response });
  }

  private response(state: Omit<ResponseState, 'id' | 'model'>): JsonObject {
    return writeResponse({ id: this.id, model: this.model, ...state }, this.context);
  }

  private write(type: string, fields: JsonObject): string {
    const data = JSON.stringify({ type, sequence_number: this.sequence++, ...fields });
    return `event: ${type}\ndata: ${data}\n\n`;
  }
}

function isEmpty(event: Step): boolean {
  return ('text' in event && event.text === '') || (event.type === 'tool_arguments' && event.json === '');
}

/** The list in OpenAI's object of log probabilities. */
function contentOf(logprobs: Json): Json[] {
  return isObject(logprobs) && Array.isArray(logprobs.content) ? logprobs.content : [];
}
