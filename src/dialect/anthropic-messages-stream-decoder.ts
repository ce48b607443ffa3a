// Turns the events of a message stream into neutral ones. Blocks and events of an unknown kind are passed over. Must
// never invent a finish: only a stop reason is one.
import { isObject, type JsonObject, RawJson } from '../call/json.ts';
import { type JsonPath, parseKeepingRaw } from '../wire/raw-json.ts';
import { readAnthropicFinish } from './anthropic-messages-finish.ts';
import { mergeAnthropicUsage, readAnthropicUsage } from './anthropic-messages-usage.ts';
import type { SseEvent, StreamDecoder } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';
import { parseEvent, readStreamError } from './stream-event.ts';

export function createAnthropicDecoder(): StreamDecoder {
  return new AnthropicDecoder();
}

class AnthropicDecoder implements StreamDecoder {
  private usage: JsonObject = {};
  private tools = 0;
  private isFinished = false;
  /** The block being streamed, by its kind; null for kinds we pass over. */
  private open: 'text' | 'thinking' | 'redacted' | 'tool' | null = null;
  /** Whole input given at the start of a tool block, for when no fragments follow. */
  private wholeInput = '';

  push({ event, data }: SseEvent): NeutralEvent[] {
    const parsed = parseEvent(data);
    if (parsed === null) return event === 'ping' ? [{ type: 'ping' }] : [];
    if ('type' in parsed) return [parsed];
    const { json } = parsed;
    switch (json.type ?? event) {
      case 'message_start':
        return this.start(json);
      case 'content_block_start':
        return isObject(json.content_block) ? this.startBlock(json.content_block, data) : [];
      case 'content_block_delta':
        return isObject(json.delta) ? this.delta(json.delta) : [];
      case 'content_block_stop':
        return this.stopBlock();
      case 'message_delta':
        return this.messageDelta(json);
      case 'message_stop':
        return [{ type: 'end' }];
      case 'ping':
        return [{ type: 'ping' }];
      case 'error':
        return [{ type: 'error', error: readStreamError(json) }];
      default:
        return [];
    }
  }

  private start({ message }: JsonObject): NeutralEvent[] {
    if (!isObject(message)) return [];
    const id = typeof message.id === 'string' ? message.id : '';
    const model = typeof message.model === 'string' ? message.model : '';
    return [{ type: 'start', id, model }, ...this.readUsage(message.usage)];
  }

  private readUsage(usage: unknown): NeutralEvent[] {
    if (!isObject(usage)) return [];
    this.usage = mergeAnthropicUsage(this.usage, usage);
    return [{ type: 'usage', usage: readAnthropicUsage(this.usage) }];
  }

  private startBlock(block: JsonObject, data: string): NeutralEvent[] {
    switch (block.type) {
      case 'text':
        this.open = 'text';
        return this.text('text', block.text);
      case 'thinking':
        this.open = 'thinking';
        return [...this.text('thinking', block.thinking), ...this.signature(block.signature)];
      case 'redacted_thinking':
        this.open = 'redacted';
        return typeof block.data === 'string' ? [{ type: 'redacted_thinking', choice: 0, data: block.data }] : [];
      case 'tool_use': {
        if (typeof block.name !== 'string') break;
        this.open = 'tool';
        this.wholeInput = isObject(block.input) && Object.keys(block.input).length > 0 ? rawInput(data) : '';
        const id = typeof block.id === 'string' ? block.id : '';
        return [{ type: 'tool_start', choice: 0, tool: this.tools, id, name: block.name }];
      }
    }
    this.open = null;
    return [];
  }

  private delta(delta: JsonObject): NeutralEvent[] {
    if (this.open === null) return [];
    switch (delta.type) {
      case 'text_delta':
        return this.text('text', delta.text);
      case 'thinking_delta':
        return this.text('thinking', delta.thinking);
      case 'signature_delta':
        return this.signature(delta.signature);
      case 'input_json_delta':
        if (typeof delta.partial_json !== 'string' || delta.partial_json === '') return [];
        this.wholeInput = '';
        return [{ type: 'tool_arguments', choice: 0, tool: this.tools, json: delta.partial_json }];
      default:
        return [];
    }
  }

  private text(type: 'text' | 'thinking', text: unknown): NeutralEvent[] {
    return typeof text === 'string' && text !== '' ? [{ type, choice: 0, text }] : [];
  }

  private signature(signature: unknown): NeutralEvent[] {
    if (typeof signature !== 'string' || signature === '') return [];
    return [{ type: 'thinking_signature', choice: 0, signature }];
  }

  private stopBlock(): NeutralEvent[] {
    if (this.open === null) return [];
    const out: NeutralEvent[] = [];
    if (this.open === 'tool') {
      if (this.wholeInput !== '') {
        out.push({ type: 'tool_arguments', choice: 0, tool: this.tools, json: this.wholeInput });
        this.wholeInput = '';
      }
      this.tools++;
    }
    this.open = null;
    out.push({ type: 'part_end', choice: 0 });
    return out;
  }

  private messageDelta({ delta, usage }: JsonObject): NeutralEvent[] {
    const out: NeutralEvent[] = [];
    if (isObject(delta) && typeof delta.stop_reason === 'string' && !this.isFinished) {
      this.isFinished = true;
      const finish = readAnthropicFinish(delta.stop_reason, delta.stop_sequence);
      out.push({ type: 'finish', choice: 0, finish });
    }
    return [...out, ...this.readUsage(usage)];
  }
}

function isBlockInput(path: JsonPath): boolean {
  return path.length === 2 && path[0] === 'content_block' && path[1] === 'input';
}

/** The input as it was written. */
function rawInput(data: string): string {
  const event = parseKeepingRaw(data, isBlockInput);
  const block = isObject(event) && isObject(event.content_block) ? event.content_block : {};
  return (block.input as unknown) instanceof RawJson
    ? (block.input as unknown as RawJson).text
    : JSON.stringify(block.input);
}
