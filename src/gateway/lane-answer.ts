// One answer on a lane, whole or in pieces, as the bytes of HTTP/1.1. It must never write once it is over: by then the
// connection belongs to the next answer.
import type { Socket } from 'node:net';
import { http } from '../wire/node-http.ts';
import { writePiece } from '../wire/scratch.ts';
import type { Responder } from './responder.ts';

/** How long an idle connection is kept, milliseconds: above the usual balancer's 60 s. */
export const IDLE_MS = 75_000;

/** What an answer needs of its lane. */
export interface AnsweringLane {
  readonly socket: Socket;
  /** Whether the connection is closed after this answer. */
  isLast: () => boolean;
  /** The answer is complete. */
  finish: () => void;
}

/** One answer on a lane. It lets go of the lane at its end, so that nothing late can get into the next answer. */
export class LaneAnswer implements Responder {
  hasBegun = false;
  isGone = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  private lane: AnsweringLane | null;
  /** The head of a stream goes out together with its first piece. */
  private head = '';

  constructor(lane: AnsweringLane) {
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
    const before = `${opening(status, lane.isLast())}${toLines(headers)}content-length: ${bodyBytes}\r\n\r\n`;
    writePiece(lane.socket, { before, body, bodyBytes, after: '' });
    this.leave(lane);
  }

  begin(status: number, headers: readonly string[]): void {
    if (this.lane === null) return;
    this.hasBegun = true;
    this.head = `${opening(status, this.lane.isLast())}${toLines(headers)}transfer-encoding: chunked\r\n\r\n`;
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

  private writeChunk(lane: AnsweringLane, body: Buffer | string, after: string): boolean {
    const bodyBytes = Buffer.byteLength(body);
    const before = `${this.takeHead()}${bodyBytes.toString(16)}\r\n`;
    return writePiece(lane.socket, { before, body, bodyBytes, after });
  }

  private takeHead(): string {
    const { head } = this;
    this.head = '';
    return head;
  }

  private leave(lane: AnsweringLane): void {
    this.lane = null;
    lane.finish();
  }
}

const CLOSE = 'connection: close\r\n';
const KEEP_ALIVE = `connection: keep-alive\r\nkeep-alive: timeout=${IDLE_MS / 1000}\r\n`;

/** Status line and the headers that belong to the connection. */
function opening(status: number, isLast: boolean): string {
  return `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\ndate: ${httpDate()}\r\n${isLast ? CLOSE : KEEP_ALIVE}`;
}

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
