// Carries a streamed reply from one dialect to another through the neutral form.
import { createParser, type EventSourceParser } from 'eventsource-parser';
import type { SseEvent, StreamDecoder, StreamEncoder } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';
import { createFacts, type StreamPipe } from './pipe.ts';

export class Translation implements StreamPipe {
  readonly facts = createFacts();
  state: StreamPipe['state'] = 'open';
  closing: string | null = null;
  private readonly encoder: StreamEncoder;
  private readonly text = new TextDecoder();
  private readonly parser: EventSourceParser;
  private out = '';

  /** `decoder` is null for upstreams that speak neutral events themselves: use `pushEvent` then. */
  constructor(decoder: StreamDecoder | null, encoder: StreamEncoder) {
    this.encoder = encoder;
    this.parser = createParser({
      onEvent: (message) => {
        const event: SseEvent = { event: message.event ?? '', data: message.data };
        for (const neutral of decoder?.push(event) ?? []) this.take(neutral);
      },
    });
  }

  push(chunk: Buffer): string | null {
    this.parser.feed(this.text.decode(chunk, { stream: true }));
    return this.drain();
  }

  pushEvent(event: NeutralEvent): string | null {
    this.take(event);
    return this.drain();
  }

  end(): void {
    if (this.state !== 'open') return;
    // Some servers leave out the blank line after their last event.
    this.parser.feed('\n\n');
    if (this.state === 'open') this.finish();
    // An event that was cut in two reads like a broken one; what happened is that the stream ended early.
    else if (this.state === 'failed' && /not valid JSON/.test(this.facts.error?.message ?? '')) this.facts.error = null;
  }

  private take(event: NeutralEvent): void {
    if (this.state !== 'open') return;
    switch (event.type) {
      case 'start':
        this.facts.responseModel = event.model;
        break;
      case 'text':
      case 'thinking':
      case 'refusal':
      case 'tool_start':
      case 'redacted_thinking':
        this.facts.sawToken = true;
        break;
      case 'usage':
        this.facts.usage = event.usage;
        break;
      case 'finish':
        this.facts.finishReason ??= event.finish.raw;
        break;
      case 'error':
        this.facts.error = event.error;
        this.state = 'failed';
        return;
      case 'end':
        this.finish();
        return;
    }
    this.out += this.encoder.push(event);
  }

  private finish(): void {
    if (this.facts.finishReason === null) {
      this.state = 'failed';
      return;
    }
    this.closing = this.out + this.encoder.push({ type: 'end' });
    this.out = '';
    this.state = 'finished';
  }

  private drain(): string | null {
    const out = this.out;
    this.out = '';
    return out === '' ? null : out;
  }
}
