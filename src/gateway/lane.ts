// A client's kept-alive connection as long as nothing but plain calls come over it: whole requests in, whole answers or
// streams out, without the objects node:http makes for each. At the first request of another kind the connection, with
// every byte that has not been answered, goes over to node:http for good.
import type { Socket } from 'node:net';
import { http } from '../wire/node-http.ts';
import { writePiece } from '../wire/scratch.ts';
import { type LaneHead, readLaneHead } from './lane-head.ts';
import type { Responder } from './responder.ts';

/** A request whose body has come completely. */
export interface LaneRequest {
  target: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface LaneOptions {
  /** Whether requests to this target may travel here. */
  isCall: (target: string) => boolean;
  maxBodyBytes: () => number;
  onRequest: (request: LaneRequest, responder: Responder) => void;
  /** node:http takes the connection; its bytes so far are at the front of it again. */
  handOver: (socket: Socket) => void;
  /** Whether connections are to be closed after the answer under way. */
  isClosing: () => boolean;
}

/** How long a client may take for its body, and how long an idle connection is kept (above the usual balancer's 60 s). */
const BODY_MS = 300_000;
const IDLE_MS = 75_000;
/** What a client may send ahead while its request is being answered. */
const MAX_AHEAD_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

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
  /** Bytes that came while an answer was under way. */
  private ahead: Buffer = NOTHING;
  private expiresAt = performance.now() + IDLE_MS;
  private readonly onData = (chunk: Buffer): void => this.read(chunk);
  private readonly onEnd = (): void => this.destroy();
  private readonly onClose = (): void => this.closed();
  private readonly onDrain = (): void => this.answer?.onDrain?.();

  constructor(socket: Socket, options: LaneOptions, onLeave: () => void) {
    this.socket = socket;
    this.options = options;
    this.onLeave = onLeave;
    socket.on('data', this.onData).on('end', this.onEnd).on('close', this.onClose).on('drain', this.onDrain);
    socket.on('error', ignore);
  }

  sweep(now: number): void {
    if (this.answer === null && now >= this.expiresAt && this.socket.writableLength === 0) this.destroy();
  }

  closeIdle(): void {
    if (this.answer === null && this.head === null) this.destroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Status line and the headers that belong to the connection. */
  opening(status: number): string {
    const isLast = this.options.isClosing();
    return `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\ndate: ${httpDate()}\r\n${isLast ? CLOSE : KEEP_ALIVE}`;
  }

  /** The answer is complete: the connection waits for its next request, or goes on with one that has come already. */
  finish(): void {
    this.answer = null;
    this.expiresAt = performance.now() + IDLE_MS;
    if (this.options.isClosing()) this.socket.end();
    else if (this.ahead.length > 0) {
      const chunk = this.ahead;
      this.ahead = NOTHING;
      this.socket.resume();
      this.read(chunk);
    }
  }

  private read(chunk: Buffer): void {
    if (this.answer !== null) this.keep(chunk);
    else if (this.head !== null) this.collect(this.head, chunk);
    else this.begin(chunk);
  }

  private begin(chunk: Buffer): void {
    const head = readLaneHead(chunk);
    const isPlain = head !== null && this.options.isCall(head.target) && head.bodyBytes <= this.options.maxBodyBytes();
    if (!isPlain || this.options.isClosing()) {
      this.handOver(chunk);
      return;
    }
    this.head = head;
    this.expiresAt = performance.now() + BODY_MS;
    if (chunk.length > head.headBytes) this.collect(head, chunk.subarray(head.headBytes));
  }

  private collect(head: LaneHead, chunk: Buffer): void {
    const missing = head.bodyBytes - this.received;
    const part = chunk.length > missing ? chunk.subarray(0, missing) : chunk;
    this.received += part.length;
    if (this.received < head.bodyBytes) {
      this.parts.push(part);
      return;
    }
    const body = this.parts.length === 0 ? part : Buffer.concat([...this.parts, part], head.bodyBytes);
    this.head = null;
    this.parts = [];
    this.received = 0;
    const answer = new LaneAnswer(this);
    this.answer = answer;
    if (chunk.length > missing) this.keep(chunk.subarray(missing));
    this.options.onRequest({ target: head.target, headers: head.headers, body }, answer);
  }

  private keep(chunk: Buffer): void {
    this.ahead = this.ahead.length === 0 ? chunk : Buffer.concat([this.ahead, chunk]);
    if (this.ahead.length > MAX_AHEAD_BYTES) this.socket.pause();
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

  private closed(): void {
    this.onLeave();
    this.answer?.gone();
  }
}

function ignore(): void {
  // 'close' follows every error, and it is what counts.
}

/** One answer on a lane. It lets go of the lane at its end, so that nothing late can get into the next answer. */
class LaneAnswer implements Responder {
  hasBegun = false;
  isGone = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  private lane: Lane | null;
  /** The head of a stream goes out together with its first piece. */
  private head = '';

  constructor(lane: Lane) {
    this.lane = lane;
  }

  gone(): void {
    this.lane = null;
    this.isGone = true;
    this.onGone?.();
  }

  send(status: number, headers: readonly string[], body: Buffer | string): void {
    const { lane } = this;
    if (lane === null) return;
    this.hasBegun = true;
    const bodyBytes = Buffer.byteLength(body);
    const before = `${lane.opening(status)}${toLines(headers)}content-length: ${bodyBytes}\r\n\r\n`;
    writePiece(lane.socket, { before, body, bodyBytes, after: '' });
    this.leave(lane);
  }

  begin(status: number, headers: readonly string[]): void {
    if (this.lane === null) return;
    this.hasBegun = true;
    this.head = `${this.lane.opening(status)}${toLines(headers)}transfer-encoding: chunked\r\n\r\n`;
  }

  write(bytes: Buffer | string): boolean {
    const { lane } = this;
    return lane === null || bytes.length === 0 || this.writeChunk(lane, bytes, '\r\n');
  }

  end(last: Buffer | string | null): void {
    const { lane } = this;
    if (lane === null) return;
    if (last === null || last.length === 0) lane.socket.write(`${this.takeHead()}0\r\n\r\n`, 'latin1');
    else this.writeChunk(lane, last, '\r\n0\r\n\r\n');
    this.leave(lane);
  }

  private writeChunk(lane: Lane, body: Buffer | string, after: string): boolean {
    const bodyBytes = Buffer.byteLength(body);
    const before = `${this.takeHead()}${bodyBytes.toString(16)}\r\n`;
    return writePiece(lane.socket, { before, body, bodyBytes, after });
  }

  private takeHead(): string {
    const { head } = this;
    this.head = '';
    return head;
  }

  private leave(lane: Lane): void {
    this.lane = null;
    lane.finish();
  }
}

const CLOSE = 'connection: close\r\n';
const KEEP_ALIVE = `connection: keep-alive\r\nkeep-alive: timeout=${IDLE_MS / 1000}\r\n`;

function toLines(headers: readonly string[]): string {
  let lines = '';
  for (let index = 0; index < headers.length; index += 2) lines += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return lines;
}

let dateSecond = 0;
let dateText = '';

/** The date header, made once a second. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
