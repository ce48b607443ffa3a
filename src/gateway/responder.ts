// The way back to one client, whatever carries it. Who answers never learns whether node:http or a lane does the writing.
import type { ServerResponse } from 'node:http';

/** A comment, which readers of events pass over; a responder whose client does not writes something else for it. */
export const KEEP_ALIVE = ': keep-alive\n\n';

/** Headers are name, value, name, value ... Exactly one of `send` and `end` closes the answer. */
export interface Responder {
  /** Whether the head of the answer has gone out. */
  readonly hasBegun: boolean;
  /** True once the client has left before the end of its answer. */
  readonly isGone: boolean;
  /** Called once when the client leaves. */
  onGone: (() => void) | null;
  /** Called when a client that read too slowly has caught up. */
  onDrain: (() => void) | null;
  /** A whole answer. */
  send: (status: number, headers: readonly string[], body: Buffer | string) => void;
  /** The head of an answer that comes in pieces. */
  begin: (status: number, headers: readonly string[]) => void;
  /** False when the client's buffer is full. */
  write: (bytes: Buffer | string) => boolean;
  /** The last piece. */
  end: (last: Buffer | string | null) => void;
}

/** How long the rest of a request that was refused before its end is read and dropped. */
const LINGER_MS = 2000;

export class NodeResponder implements Responder {
  isGone = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  private readonly response: ServerResponse;

  constructor(response: ServerResponse) {
    this.response = response;
    response.on('close', () => {
      if (response.writableFinished) return;
      this.isGone = true;
      this.onGone?.();
    });
    response.on('drain', () => this.onDrain?.());
  }

  get hasBegun(): boolean {
    return this.response.headersSent;
  }

  send(status: number, headers: readonly string[], body: Buffer | string): void {
    if (this.isGone || this.response.destroyed) return;
    this.response.writeHead(status, [...headers, 'content-length', String(Buffer.byteLength(body))]);
    if (this.response.req.complete) this.response.end(body);
    else this.linger(body);
  }

  begin(status: number, headers: readonly string[]): void {
    this.response.writeHead(status, [...headers]);
  }

  write(bytes: Buffer | string): boolean {
    return this.response.write(bytes);
  }

  end(last: Buffer | string | null): void {
    if (last === null) this.response.end();
    else this.response.end(last);
  }

  /**
   * Answers at once and reads on for a moment: closing a connection with bytes unread resets it, and the reset can take
   * the answer away from a client that is still sending.
   */
  private linger(body: Buffer | string): void {
    const { response } = this;
    const { req: request } = response;
    response.write(body);
    const end = (): void => {
      clearTimeout(timer);
      response.end();
    };
    const timer = setTimeout(end, LINGER_MS);
    request.once('end', end).once('close', end).resume();
  }
}
