// A desk for what goes out over sockets: head, body and what closes it are laid together in memory that is used again
// and again, so that one system call sends them and nothing is left for the garbage collector.
import type { Writable } from 'node:stream';

export interface Piece {
  /** Latin-1 text that goes before the body: a head, the size of a chunk. */
  before: string;
  body: Buffer | string;
  /** Length of the body in bytes, a text's in UTF-8. */
  bodyBytes: number;
  /** Latin-1 text that goes behind it. */
  after: string;
}

const SIZE = 64 * 1024;
let desk: Buffer = Buffer.allocUnsafeSlow(SIZE);

/** Writes the piece; says whether the socket wants more. */
export function writePiece(socket: Writable, { before, body, bodyBytes, after }: Piece): boolean {
  const size = before.length + bodyBytes + after.length;
  if (size > SIZE) {
    socket.cork();
    if (before !== '') socket.write(before, 'latin1');
    let wantsMore = socket.write(body);
    if (after !== '') wantsMore = socket.write(after, 'latin1');
    socket.uncork();
    return wantsMore;
  }
  if (size > desk.length) desk = Buffer.allocUnsafeSlow(SIZE);
  let end = desk.write(before, 0, 'latin1');
  end += typeof body === 'string' ? desk.write(body, end, 'utf8') : body.copy(desk, end);
  if (after !== '') end += desk.write(after, end, 'latin1');
  const wantsMore = socket.write(desk.subarray(0, end));
  // Either the kernel took it all, or this part of the desk is the socket's until it has. The rest stays in use: a whole
  // desk for every few bytes that wait would be a thousand times what they need.
  if (socket.writableLength > 0) desk = desk.subarray(end);
  return wantsMore;
}
