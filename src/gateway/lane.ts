// A client's kept-alive connection as long as nothing but plain calls come over it: whole requests in, whole answers or
// streams out, without the objects node:http makes for each. At the first request of another kind the connection, with
// every byte that has not been answered, goes over to node:http for good.
import type { Socket } from 'node:net';
import { IDLE_MS, LaneAnswer } from './lane-answer.ts';
import { type LaneHead, readLaneHead } from './lane-head.ts';
import { refuseConnection } from './refuse.ts';
import type { Responder } from './responder.ts';
import { YoungCollector } from './young-collector.ts';

/** A request whose body has come completely. */
export interface LaneRequest {
  target: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface LaneOptions {
  /** Whether a request may travel here. */
  isCall: (head: LaneHead) => boolean;
  onRequest: (request: LaneRequest, responder: Responder) => void;
  /** node:http takes the connection; its bytes so far are at the front of it again. */
  handOver: (socket: Socket) => void;
  /** Whether connections are to be closed after the answer under way. */
  isClosing: () => boolean;
}

/** How long a client may take for its body, and for reading its answer once that is idle. */
const BODY_MS = 300_000;
/** What a client may send ahead while its request is being answered. */
const MAX_AHEAD_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);
const young = new YoungCollector();

/** All lanes of a gateway, watched by one timer. */
export class Lanes {
  private readonly lanes = new Set<Lane>();
  private readonly options: LaneOptions;
  private readonly sweeper: NodeJS.Timeout;

  constructor(options: LaneOptions) {
    this.options = options;
    this.sweeper = setInterval(() => this.sweep(performance.now()), 1000);
    this.sweeper.unref();
  }

  accept(socket: Socket): void {
    const lane = new Lane(socket, this.options, () => this.lanes.delete(lane));
    this.lanes.add(lane);
  }

  /** Ends the waits that are too long at `now`, in performance.now() time. */
  sweep(now: number): void {
    for (const lane of this.lanes) lane.sweep(now);
  }

  closeIdle(): void {
    for (const lane of this.lanes) lane.closeIdle();
  }

  /** Cuts every connection off. */
  closeAll(): void {
    clearInterval(this.sweeper);
    for (const lane of this.lanes) lane.destroy();
  }
}

class Lane {
  readonly socket: Socket;
  private readonly options: LaneOptions;
  private readonly onLeave: () => void;
  /** The request whose body is still coming. */
  private head: LaneHead | null = null;
  private parts: Buffer[] = [];
  private received = 0;
  private answer: LaneAnswer | null = null;
  /** Bytes that came while an answer was under way, or while the client was not reading those it had. */
  private ahead: Buffer = NOTHING;
  private isReading = false;
  private expiresAt = performance.now() + IDLE_MS;
  private readonly onData = (chunk: Buffer): void => this.read(chunk);
  private readonly onEnd = (): void => this.ended();
  private readonly onClose = (): void => this.closed();
  private readonly onDrain = (): void => this.drained();

  constructor(socket: Socket, options: LaneOptions, onLeave: () => void) {
    this.socket = socket;
    this.options = options;
    this.onLeave = onLeave;
    socket.on('data', this.onData).on('end', this.onEnd).on('close', this.onClose).on('drain', this.onDrain);
    socket.on('error', ignore);
  }

  sweep(now: number): void {
    if (this.answer !== null || now < this.expiresAt) return;
    if (this.head !== null) this.refuseLate();
    else if (this.socket.writableLength === 0 || now >= this.expiresAt + BODY_MS) this.destroy();
  }

  closeIdle(): void {
    if (this.answer !== null || this.head !== null) return;
    if (this.socket.writableLength === 0) this.destroy();
    else this.close();
  }

  destroy(): void {
    this.socket.destroy();
  }

  isLast(): boolean {
    return this.options.isClosing();
  }

  /** The connection waits for its next request, or goes on with one that has come already. */
  finish(): void {
    this.answer = null;
    this.expiresAt = performance.now() + IDLE_MS;
    if (this.options.isClosing()) this.close();
    else if (this.ahead.length > 0) this.goOn();
  }

  /** One request after the other, in a loop: thousands that are answered at once would fill the stack otherwise. */
  private read(chunk: Buffer): void {
    const { socket } = this;
    this.isReading = true;
    let rest = chunk;
    while (rest.length > 0 && socket.writable) {
      if (this.answer !== null || socket.writableNeedDrain) {
        this.keep(rest);
        break;
      }
      rest = this.head === null ? this.begin(rest) : this.collect(this.head, rest);
    }
    this.isReading = false;
  }

  private goOn(): void {
    if (this.isReading) return;
    const chunk = this.ahead;
    this.ahead = NOTHING;
    this.socket.resume();
    this.read(chunk);
  }

  /** Returns what is behind the head; nothing when node:http has taken it. */
  private begin(chunk: Buffer): Buffer {
    const head = readLaneHead(chunk);
    if (head === null || !this.options.isCall(head) || this.options.isClosing()) {
      this.handOver(chunk);
      return NOTHING;
    }
    this.head = head;
    this.expiresAt = performance.now() + BODY_MS;
    return chunk.subarray(head.headBytes);
  }

  /** Returns what is behind the body. */
  private collect(head: LaneHead, chunk: Buffer): Buffer {
    const missing = head.bodyBytes - this.received;
    const part = chunk.length > missing ? chunk.subarray(0, missing) : chunk;
    this.received += part.length;
    if (this.received < head.bodyBytes) {
      this.parts.push(part);
      return NOTHING;
    }
    const body = this.parts.length === 0 ? part : Buffer.concat([...this.parts, part], head.bodyBytes);
    if (this.parts.length > 0) young.add(body.length);
    this.head = null;
    this.parts = [];
    this.received = 0;
    const answer = new LaneAnswer(this);
    this.answer = answer;
    this.options.onRequest({ target: head.target, headers: head.headers, body }, answer);
    return chunk.length > missing ? chunk.subarray(missing) : NOTHING;
  }

  private keep(chunk: Buffer): void {
    this.ahead = this.ahead.length === 0 ? chunk : Buffer.concat([this.ahead, chunk]);
    if (this.ahead.length > MAX_AHEAD_BYTES) this.socket.pause();
  }

  private drained(): void {
    if (this.answer !== null) this.answer.onDrain?.();
    else if (this.ahead.length > 0) this.goOn();
  }

  private handOver(chunk: Buffer): void {
    const { socket } = this;
    socket.off('data', this.onData).off('end', this.onEnd).off('close', this.onClose).off('drain', this.onDrain);
    this.onLeave();
    socket.pause();
    socket.unshift(chunk);
    this.options.handOver(socket);
    socket.off('error', ignore);
    socket.resume();
  }

  /** Sends what waits and then closes; what the client still sends is read and dropped, or the close would be a reset. */
  private close(): void {
    this.ahead = NOTHING;
    this.socket.end();
    this.socket.resume();
  }

  private refuseLate(): void {
    this.head = null;
    this.parts = [];
    this.expiresAt += IDLE_MS;
    refuseConnection(Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), this.socket);
  }

  /** A client that awaits nothing more may have closed its half before its last answer is all on its way. */
  private ended(): void {
    if (this.answer === null) this.socket.end();
    else this.destroy();
  }

  private closed(): void {
    this.onLeave();
    this.answer?.gone();
  }
}

function ignore(): void {
  // 'close' follows every error, and it is what counts.
}
