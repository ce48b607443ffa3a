// Answers that no model had a part in: errors in the caller's dialect, and the gateway's own small replies.
import type { Socket } from 'node:net';
import { ERRORS, TierlineError } from '../call/errors.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import { http } from '../wire/node-http.ts';
import type { Responder } from './responder.ts';

const JSON_TYPE = ['content-type', 'application/json'];

/** Tells the client why there is no answer; a client that has left is told nothing. */
export function refuse(
  responder: Responder,
  dialect: Dialect,
  { id, error }: { id: string; error: TierlineError },
): void {
  if (error.code === 'client_gone') return;
  if (responder.hasBegun) {
    responder.end(dialect.encodeStreamError(error, id));
    return;
  }
  const headers = [...JSON_TYPE, 'x-tierline-request-id', id];
  if (error.code === 'body_too_large') headers.push('connection', 'close');
  // What RFC 9110 wants beside a 426. Codex CLI takes the status for the order to go on with POST at once.
  if (error.code === 'no_websocket') headers.push('upgrade', 'HTTP/1.1', 'connection', 'upgrade');
  responder.send(error.status, headers, dialect.encodeError(error, id));
}

export function sendJson(responder: Responder, status: number, value: unknown): void {
  responder.send(status, JSON_TYPE, JSON.stringify(value));
}

/** Bytes that never became a request: there is no route and no dialect yet, so the answer is OpenAI-shaped. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const code =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers_too_large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request_timeout'
        : 'bad_http';
  const { status, sentence } = ERRORS[code];
  const body = openaiChat.encodeError(new TierlineError(code, sentence), '');
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
