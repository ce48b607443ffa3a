// What a provider answered to a request for files or batches, on its way to the client: small objects whole, contents as they
// come. A client that leaves ends the exchange with the provider.
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { TierlineError } from '../../call/errors.ts';
import { type JsonObject, parseObject } from '../../call/json.ts';
import { withoutCredentials } from '../../dialect/upstream-error.ts';
import type { Connection } from '../../provider/connection.ts';
import type { RawReply } from '../../provider/raw-upstream.ts';
import { providerHeaders } from '../headers.ts';
import type { Responder } from '../responder.ts';
import { YoungCollector } from '../young-collector.ts';

/** Objects and lists of them; contents are never held. */
const MAX_OBJECT_BYTES = 32 * 1024 * 1024;

/** Is told of everything that streams through, in either direction. */
export const passing = new YoungCollector();

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export function isOk({ statusCode = 0 }: RawReply): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** The whole reply. Rejects with TierlineError `upstream_truncated`, `upstream_timeout` or `upstream_malformed`. */
export async function readWhole(reply: RawReply): Promise<Reply> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of decoded(reply) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_OBJECT_BYTES)
        throw new TierlineError('upstream_malformed', 'The provider answered with too much.');
      chunks.push(chunk);
    }
  } catch (error) {
    reply.destroy();
    throw brokenOff(error);
  }
  return { status: reply.statusCode ?? 502, headers: reply.headers, body: Buffer.concat(chunks) };
}

/** Throws TierlineError `upstream_malformed`. */
export function readObject({ body }: Reply): JsonObject {
  const object = parseObject(body.toString('utf8'));
  if (object !== null) return object;
  throw new TierlineError('upstream_malformed', 'The provider answered with something that is no JSON object.');
}

/** Hands a whole reply on; an error without the provider's credentials, which some repeat. */
export function sendReply(
  responder: Responder,
  { status, headers, body }: Reply,
  by: { id: string; connection: Connection },
): void {
  const isError = status >= 400;
  responder.send(status, headersFor(headers, by.id), isError ? redacted(body, by.connection) : body);
}

function redacted(body: Buffer, { secrets }: Connection): string {
  return withoutCredentials(
    secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), body.toString('utf8')),
  );
}

function headersFor(headers: IncomingHttpHeaders, id: string): string[] {
  const type = headers['content-type'] ?? 'application/json';
  return [...providerHeaders(headers), 'content-type', type, 'x-tierline-request-id', id];
}

/** Sees what goes by, and is waited for before the end. */
export interface Watch {
  push: (chunk: Buffer) => void;
  end: () => Promise<void>;
}

/**
 * Hands contents on as they come, no faster than the client reads. Rejects with TierlineError `upstream_truncated`,
 * `upstream_timeout` or `client_gone`; what has gone out by then stays without its end.
 */
export async function streamReply(
  responder: Responder,
  reply: RawReply,
  { id, watch }: { id: string; watch: Watch | null },
): Promise<void> {
  const headers = headersFor(reply.headers, id);
  const length = reply.headers['content-encoding'] === undefined ? reply.headers['content-length'] : undefined;
  if (length !== undefined) headers.push('content-length', length);
  const contents: AsyncIterable<Buffer> = decoded(reply);
  responder.begin(reply.statusCode ?? 200, headers);
  try {
    for await (const chunk of contents) {
      passing.add(chunk.length);
      watch?.push(chunk);
      if (!responder.write(chunk)) await drained(responder);
      if (responder.isGone) throw new TierlineError('client_gone');
    }
    await watch?.end();
  } catch (error) {
    reply.destroy();
    throw brokenOff(error);
  }
  responder.end(null);
}

function drained(responder: Responder): Promise<void> {
  return new Promise((resolve) => {
    const earlier = responder.onGone;
    const go = (): void => {
      responder.onDrain = null;
      responder.onGone = earlier;
      resolve();
    };
    responder.onDrain = go;
    responder.onGone = () => {
      earlier?.();
      go();
    };
    if (responder.isGone) go();
  });
}

function brokenOff(cause: unknown): TierlineError {
  if (cause instanceof TierlineError) return cause;
  return new TierlineError('upstream_truncated', 'The provider closed the connection in the middle of its answer.', {
    cause,
  });
}

/** We ask for no packing; some pack all the same. */
function decoded(reply: RawReply): Readable {
  const decoder = decoderOf(reply.headers['content-encoding']?.toLowerCase() ?? '');
  if (decoder === null) return reply;
  reply.once('error', (error) => decoder.destroy(error));
  return reply.pipe(decoder);
}

function decoderOf(
  encoding: string,
): ReturnType<typeof zlib.createGunzip> | ReturnType<typeof zlib.createBrotliDecompress> | null {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return zlib.createInflate();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      return zlib.createZstdDecompress();
    case '':
    case 'identity':
      return null;
    default:
      throw new TierlineError('upstream_malformed', `The provider answered in the unknown encoding "${encoding}".`);
  }
}
