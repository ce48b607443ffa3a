// Writes neutral events as the chunks of `streamGenerateContent?alt=sse`. A call is held until it is whole, because that
// is how Gemini sends them; finish and usage go out together in the last chunk, and only after a finish.
import { type JsonObject, writeJson } from '../call/json.ts';
import type { Usage } from '../call/usage.ts';
import type { ReplyContext, StreamEncoder } from './dialect.ts';
import { writeGeminiFinish } from './gemini-finish.ts';
import { writeGeminiLogprobs } from './gemini-logprobs.ts';
import { type GeminiPart, redactedPart, thoughtPart } from './gemini-part-writer.ts';
import { writeReplyPart } from './gemini-reply.ts';
import { pricedGeminiUsage } from './gemini-usage.ts';
import type { DialectName, NeutralEvent, NeutralFinish } from './neutral.ts';

export function createGeminiEncoder(context: ReplyContext): StreamEncoder {
  return new GeminiEncoder(context);
}

interface HeldCall {
  id: string;
  name: string;
  json: string;
}

class GeminiEncoder implements StreamEncoder {
  private readonly context: ReplyContext;
  /** Who signs the thoughts. */
  private readonly maker: DialectName;
  private readonly calls = new Map<number, HeldCall>();
  private readonly finishes = new Map<number, NeutralFinish>();
  private head: JsonObject = {};
  private usage: Usage | null = null;

  constructor(context: ReplyContext) {
    this.context = context;
    this.maker = context.origin ?? 'gemini';
  }

  push(event: NeutralEvent): string {
    switch (event.type) {
      case 'start':
        this.head = { modelVersion: event.model, responseId: event.id };
        return '';
      case 'usage':
        this.usage = event.usage;
        return '';
      case 'ping':
        // Google's own clients do not know the comments of event streams, and fail on one.
        return '';
      case 'end':
        return this.end();
      case 'error':
        return '';
      default:
        return this.finishes.has(event.choice) ? '' : this.step(event);
    }
  }

  private step(event: Extract<NeutralEvent, { choice: number }>): string {
    const { choice } = event;
    switch (event.type) {
      case 'text':
      case 'refusal':
        return this.part(choice, { text: event.text });
      case 'thinking':
        return this.part(choice, { text: event.text, thought: true });
      case 'thinking_signature':
        return this.part(
          choice,
          thoughtPart({ type: 'thinking', text: '', signature: event.signature, origin: this.maker }),
        );
      case 'redacted_thinking':
        return this.part(choice, redactedPart({ type: 'redacted_thinking', data: event.data, origin: this.maker }));
      case 'tool_start': {
        const before = this.closeCall(choice);
        this.calls.set(choice, { id: event.id, name: event.name, json: '' });
        return before;
      }
      case 'tool_arguments': {
        const call = this.calls.get(choice);
        if (call !== undefined) call.json += event.json;
        return '';
      }
      case 'part_end':
        return this.closeCall(choice);
      case 'logprobs': {
        const logprobsResult = writeGeminiLogprobs(event.json);
        // A chunk without a part makes Google's SDK leave the whole answer out of its chats.
        const said = content([{ text: '' }]);
        return logprobsResult === null ? '' : this.chunk([{ content: said, index: choice, logprobsResult }]);
      }
      case 'finish': {
        const before = this.closeCall(choice);
        this.finishes.set(choice, event.finish);
        return before;
      }
      default:
        return '';
    }
  }

  private closeCall(choice: number): string {
    const call = this.calls.get(choice);
    if (call === undefined) return '';
    this.calls.delete(choice);
    const part = writeReplyPart({ type: 'tool_call', id: call.id, name: call.name, arguments: call.json || '{}' });
    return part === null ? '' : this.part(choice, part);
  }

  private part(choice: number, part: GeminiPart): string {
    return this.chunk([{ content: content([part]), index: choice }]);
  }

  private end(): string {
    if (this.finishes.size === 0) return '';
    const candidates = [...this.finishes].map(([index, finish]) => ({
      content: content([{ text: '' }]),
      finishReason: writeGeminiFinish(finish),
      index,
    }));
    return this.chunk(candidates, this.usage);
  }

  private chunk(candidates: object[], usage: Usage | null = null): string {
    const usageMetadata = usage === null ? undefined : pricedGeminiUsage(usage, this.context);
    const json = writeJson({ candidates, usageMetadata, ...this.head });
    // Kept arguments may be spread over lines. Between tokens every white space is the same; an event has one line.
    return `data: ${json.replace(/[\r\n]/g, ' ')}\r\n\r\n`;
  }
}

function content(parts: GeminiPart[]): object {
  return { parts, role: 'model' };
}
