// The way back to a Gemini client, whose readers of streams know less than others: none of Google's older SDKs passes over a
// comment or a blank line, and one that asked without `alt=sse` reads a JSON array. Must never change an event's data.
import { createParser, type EventSourceParser } from 'eventsource-parser';
import { KEEP_ALIVE, type Responder } from './responder.ts';

/** What all of them take while they wait: the beginning of an event, and blanks before its JSON. */
const OPENING = 'data: ';
const BLANK = ' ';
const ARRAY_TYPE = 'application/json; charset=UTF-8';

export class GeminiResponder implements Responder {
  private readonly inner: Responder;
  private readonly array: ArrayWriter | null;
  /** Whether the beginning of an event has gone out, and its data has not. */
  private isWaiting = false;

  constructor(inner: Responder, isArray: boolean) {
    this.inner = inner;
    this.array = isArray ? new ArrayWriter() : null;
  }

  get hasBegun(): boolean {
    return this.inner.hasBegun;
  }

  get isGone(): boolean {
    return this.inner.isGone;
  }

  get onGone(): (() => void) | null {
    return this.inner.onGone;
  }

  set onGone(listener: (() => void) | null) {
    this.inner.onGone = listener;
  }

  get onDrain(): (() => void) | null {
    return this.inner.onDrain;
  }

  set onDrain(listener: (() => void) | null) {
    this.inner.onDrain = listener;
  }

  send(status: number, headers: readonly string[], body: Buffer | string): void {
    this.inner.send(status, headers, body);
  }

  begin(status: number, headers: readonly string[]): void {
    const at = headers.indexOf('content-type');
    this.inner.begin(status, this.array === null ? headers : headers.with(at + 1, ARRAY_TYPE));
  }

  write(bytes: Buffer | string): boolean {
    if (bytes === KEEP_ALIVE) return this.inner.write(this.blank());
    const out = this.converted(bytes);
    return out.length === 0 || this.inner.write(out);
  }

  end(last: Buffer | string | null): void {
    const out = last === null ? '' : this.converted(last);
    const tail = this.array === null ? out : String(out) + this.array.close();
    this.inner.end(tail.length === 0 ? null : tail);
  }

  private blank(): string {
    if (this.array !== null || this.isWaiting) return BLANK;
    this.isWaiting = true;
    return OPENING;
  }

  private converted(bytes: Buffer | string): Buffer | string {
    if (this.array !== null) return this.array.push(bytes);
    if (!this.isWaiting) return bytes;
    const text = String(bytes);
    // Lines before the data would end the event that has been begun.
    const data = /^data: ?/m.exec(text);
    if (data === null) return '';
    this.isWaiting = false;
    return text.slice(data.index + data[0].length);
  }
}

/** Events as the elements of one JSON array. */
class ArrayWriter {
  private readonly decoder = new TextDecoder();
  private readonly parser: EventSourceParser;
  private separator = '[';
  private out = '';

  constructor() {
    this.parser = createParser({
      onEvent: ({ data }) => {
        this.out += this.separator + data;
        this.separator = ',\r\n';
      },
    });
  }

  push(bytes: Buffer | string): string {
    this.parser.feed(typeof bytes === 'string' ? bytes : this.decoder.decode(bytes, { stream: true }));
    const { out } = this;
    this.out = '';
    return out;
  }

  /** What ends the array: the last event may lack its blank line. */
  close(): string {
    return `${this.push('\n\n')}${this.separator === '[' ? '[' : ''}]`;
  }
}
