// Reads a request body within its limit, and unpacks it when the client sent it compressed.
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { TierlineError } from '../call/errors.ts';

type Unpack = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const UNPACK: ReadonlyMap<string, Unpack> = new Map(
  Object.entries({
    gzip: promisify(zlib.gunzip) as Unpack,
    'x-gzip': promisify(zlib.gunzip) as Unpack,
    deflate: promisify(zlib.inflate) as Unpack,
    br: promisify(zlib.brotliDecompress) as Unpack,
    zstd: promisify(zlib.zstdDecompress) as Unpack,
  }),
);

/**
 * The whole body, unpacked. Rejects with TierlineError `body_too_large`, `unsupported_encoding`, `invalid_encoding`
 * or `client_gone`.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding']?.toLowerCase();
  const plain = collect(request, maxBytes);
  return encoding === undefined || encoding === 'identity' || encoding === ''
    ? plain
    : plain.then((body) => unpack(body, encoding, maxBytes));
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    if (announced > maxBytes) {
      reject(tooLarge(maxBytes));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        request.removeAllListeners('data');
        request.pause();
        reject(tooLarge(maxBytes));
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)));
    request.on('close', () => {
      if (!request.complete) reject(new TierlineError('client_gone'));
    });
  });
}

async function unpack(body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const unpacker = UNPACK.get(encoding);
  if (unpacker === undefined) {
    throw new TierlineError(
      'unsupported_encoding',
      `The content-encoding "${encoding.slice(0, 40)}" is not supported; gzip, deflate, br and zstd are.`,
    );
  }
  try {
    return await unpacker(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(maxBytes);
    throw new TierlineError('invalid_encoding', `The body is not valid ${encoding}.`, { cause });
  }
}

function tooLarge(maxBytes: number): TierlineError {
  return new TierlineError('body_too_large', `The body is larger than ${maxBytes} bytes.`);
}
