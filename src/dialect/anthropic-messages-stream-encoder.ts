// Writes neutral events as Anthropic's message stream: numbered blocks, one after another. The end of the message is held
// back until the stream ends, because other providers tell usage after the finish and Anthropic tells both in one event.
import type { JsonObject } from '../call/json.ts';
import type { Usage } from '../call/usage.ts';
import { NO_USAGE } from '../call/usage.ts';
import { writeAnthropicFinish } from './anthropic-messages-finish.ts';
import { pricedUsage } from './anthropic-messages-reply.ts';
import { writeAnthropicUsage } from './anthropic-messages-usage.ts';
import { toAnthropicCallId } from './call-id.ts';
import type { ReplyContext, StreamEncoder } from './dialect.ts';
import type { NeutralEvent, NeutralFinish } from './neutral.ts';
import { type Sealed, sealFor } from './sealed-thinking.ts';

const OWN = 'anthropic-messages';

export function createAnthropicEncoder(context: ReplyContext): StreamEncoder {
  return new AnthropicEncoder(context);
}

/** Events of the one choice that Anthropic's stream has room for. */
type Step = Extract<NeutralEvent, { choice: number }>;

class AnthropicEncoder implements StreamEncoder {
  private readonly context: ReplyContext;
  private hasStarted = false;
  private index = -1;
  private open: 'text' | 'thinking' | 'tool' | null = null;
  private hasArguments = false;
  private isSigned = false;
  private hasRefusal = false;
  private finish: NeutralFinish | null = null;
  private usage: Usage | null = null;

  constructor(context: ReplyContext) {
    this.context = context;
  }

  push(event: NeutralEvent): string {
    switch (event.type) {
      case 'start':
        return this.start(event.id, event.model);
      case 'usage':
        this.usage = event.usage;
        return '';
      case 'ping':
        return this.hasStarted ? write({ type: 'ping' }) : '';
      case 'end':
        return this.end();
      case 'error':
        return '';
      default:
        if (event.choice !== 0 || this.finish !== null) return '';
        return this.start('', '') + this.step(event);
    }
  }

  private start(id: string, model: string): string {
    if (this.hasStarted) return '';
    this.hasStarted = true;
    const message = {
      id: id || `msg_${this.context.createdAtSeconds}`,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: writeAnthropicUsage(NO_USAGE),
    };
    return write({ type: 'message_start', message });
  }

  private step(event: Step): string {
    switch (event.type) {
      case 'refusal':
        this.hasRefusal = true;
        return this.text(event.text);
      case 'text':
        return this.text(event.text);
      case 'thinking':
        return this.turnToThinking() + this.delta({ type: 'thinking_delta', thinking: event.text });
      case 'thinking_signature':
        this.isSigned = true;
        return (
          this.turnToThinking() +
          this.delta({ type: 'signature_delta', signature: this.sealed('thinking', event.signature) })
        );
      case 'redacted_thinking':
        return (
          this.closeBlock() +
          this.openBlock(null, { type: event.type, data: this.sealed(event.type, event.data) }) +
          this.stop()
        );
      case 'tool_start':
        this.hasArguments = false;
        return (
          this.closeBlock() +
          this.openBlock('tool', { type: 'tool_use', id: toAnthropicCallId(event.id), name: event.name, input: {} })
        );
      case 'tool_arguments':
        if (event.json === '' || this.open !== 'tool') return '';
        this.hasArguments = true;
        return this.delta({ type: 'input_json_delta', partial_json: event.json });
      case 'part_end':
        return this.closeBlock();
      case 'finish':
        this.finish = event.finish;
        return this.closeBlock();
      default:
        return '';
    }
  }

  private text(text: string): string {
    const turn = this.open === 'text' ? '' : this.closeBlock() + this.openBlock('text', { type: 'text', text: '' });
    return turn + this.delta({ type: 'text_delta', text });
  }

  private sealed(kind: Sealed['kind'], text: string): string {
    return sealFor(OWN, { kind, origin: this.context.origin ?? OWN, text });
  }

  private turnToThinking(): string {
    if (this.open === 'thinking') return '';
    this.isSigned = false;
    return this.closeBlock() + this.openBlock('thinking', { type: 'thinking', thinking: '', signature: '' });
  }

  private openBlock(kind: AnthropicEncoder['open'], block: JsonObject): string {
    this.open = kind;
    this.index++;
    return write({ type: 'content_block_start', index: this.index, content_block: block });
  }

  private delta(delta: JsonObject): string {
    return write({ type: 'content_block_delta', index: this.index, delta });
  }

  /** An empty call is `{}`, and thoughts that nobody has signed are told by their seal: only the end can tell. */
  private closeBlock(): string {
    if (this.open === null) return '';
    const isEmptyCall = this.open === 'tool' && !this.hasArguments;
    const signature = this.open === 'thinking' && !this.isSigned ? this.sealed('thinking', '') : '';
    this.open = null;
    if (isEmptyCall) return this.delta({ type: 'input_json_delta', partial_json: '{}' }) + this.stop();
    return (signature === '' ? '' : this.delta({ type: 'signature_delta', signature })) + this.stop();
  }

  private stop(): string {
    return write({ type: 'content_block_stop', index: this.index });
  }

  private end(): string {
    if (this.finish === null) return '';
    const delta = writeAnthropicFinish(this.finish, this.hasRefusal);
    const usage = pricedUsage(this.usage, this.context);
    return write({ type: 'message_delta', delta, usage }) + write({ type: 'message_stop' });
  }
}

function write(event: JsonObject & { type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
