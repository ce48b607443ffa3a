// Requests of any method with bodies of any size, streamed both ways: files and batches. Each has a connection of its own;
// calls have their pool. It must never hold a body, and never hand on a header of the client that it was not told to.
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';
import { TierlineError } from '../call/errors.ts';
import { http } from '../wire/node-http.ts';

export interface RawRequest {
  method: string;
  /** Path with query. */
  path: string;
  /** Name, value, name, value ... */
  headers: readonly string[];
  /** A stream is sent as it comes, with the length that the headers say or in chunks. */
  body: Buffer | Readable | null;
  firstByteMs: number;
  /** How long the connection may rest while a body is on its way. */
  idleMs: number;
}

/** The head of a reply; its body is a stream that fails with TierlineError `upstream_truncated` or `upstream_timeout`. */
export type RawReply = IncomingMessage;

/**
 * Sends a request; resolves when the head of the reply is there. `signal` ends the exchange at any time.
 * Rejects with TierlineError `upstream_unreachable`, `upstream_timeout`, `invalid_request` or `client_gone`.
 */
export type RawUpstream = (request: RawRequest, signal: AbortSignal) => Promise<RawReply>;

export function createRawUpstream(origin: string, { connectMs }: { connectMs: number }): RawUpstream {
  const url = new URL(origin);
  const { request } = url.protocol === 'https:' ? process.getBuiltinModule('node:https') : http;
  const { hostname, port, protocol } = url;
  const place: RequestOptions = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port, agent: false };
  return (asked, signal) => {
    if (signal.aborted) return Promise.reject(new TierlineError('client_gone'));
    let sent: ClientRequest;
    try {
      sent = request({
        ...place,
        method: asked.method,
        path: asked.path,
        headers: ['host', url.host, ...asked.headers],
      });
    } catch (cause) {
      const sentence = 'The request has characters that HTTP does not allow.';
      return Promise.reject(new TierlineError('invalid_request', sentence, { cause }));
    }
    return exchange(sent, asked, { signal, connectMs });
  };
}

function exchange(
  sent: ClientRequest,
  asked: RawRequest,
  { signal, connectMs }: { signal: AbortSignal; connectMs: number },
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    let reply: IncomingMessage | null = null;
    const stop = (error: TierlineError): void => {
      reject(error);
      reply?.destroy(error);
      sent.destroy(error);
    };
    const leave = (): void => stop(new TierlineError('client_gone'));
    signal.addEventListener('abort', leave, { once: true });
    sent.once('close', () => signal.removeEventListener('abort', leave));
    watchConnecting(sent, connectMs, stop);
    sent.setTimeout(asked.firstByteMs);
    sent.on('timeout', () => {
      // Whoever reads slowly is not the provider's fault.
      if (reply !== null && reply.readableLength > 0) sent.setTimeout(asked.idleMs);
      else stop(new TierlineError('upstream_timeout', silence(reply === null, asked)));
    });
    // After the head an error is the reply's: a provider may answer, and close, before it has read everything.
    sent.on('error', (cause) => reject(unreachable(cause)));
    sent.once('response', (response: IncomingMessage) => {
      reply = response;
      sent.setTimeout(asked.idleMs);
      resolve(response);
    });
    send(sent, asked.body);
  });
}

function send(sent: ClientRequest, body: RawRequest['body']): void {
  if (body === null || Buffer.isBuffer(body)) {
    sent.end(body ?? undefined);
    return;
  }
  body.pipe(sent);
  sent.once('close', () => body.unpipe(sent));
}

function watchConnecting(sent: ClientRequest, connectMs: number, stop: (error: TierlineError) => void): void {
  const late = setTimeout(
    () => stop(new TierlineError('upstream_unreachable', 'The connection to the provider timed out.')),
    connectMs,
  );
  const arrived = (): void => clearTimeout(late);
  sent.once('close', arrived);
  sent.once('socket', (socket) => socket.once('encrypted' in socket ? 'secureConnect' : 'connect', arrived));
}

function silence(isBeforeHead: boolean, { firstByteMs, idleMs }: RawRequest): string {
  return isBeforeHead
    ? `The provider did not answer within ${firstByteMs} ms.`
    : `The provider sent nothing for ${idleMs} ms.`;
}

function unreachable(cause: Error): TierlineError {
  if (cause instanceof TierlineError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  return new TierlineError('upstream_unreachable', `The provider could not be reached (${code ?? 'closed'}).`, {
    cause,
  });
}
