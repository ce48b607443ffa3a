// For a test: a TLS server and a pool in one process, which trusts the certificate by its environment. Prints what came.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TierlineError } from '../call/errors.ts';
import { Http1Pool, type PoolExchange } from './http1-pool.ts';

const [, , key = '', certificate = ''] = process.argv;
const PAUSED_BYTES = 3_000_000;
const protocols = new Set<unknown>();
let connections = 0;

const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
  protocols.add((request.socket as TLSSocket).alpnProtocol);
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/close') {
      request.socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
      return;
    }
    if (request.url === '/large') chunks.push(Buffer.alloc(PAUSED_BYTES));
    for (const chunk of chunks) response.write(chunk);
    response.end();
  });
});
server.on('secureConnection', () => {
  connections += 1;
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const pool = new Http1Pool(`https://localhost:${port}`, { connectMs: 3000, connections: 4 });

function ask(
  from: Http1Pool,
  target: string,
  { body = '', onData = () => {} }: { body?: string; onData?: (exchange: PoolExchange) => void } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const head = `POST ${target} HTTP/1.1\r\nhost: localhost\r\n`;
    const exchange = from.send(
      { head, body, firstByteMs: 5000, idleMs: 5000 },
      {
        onHead: () => {},
        onData: (bytes) => {
          pieces.push(bytes);
          onData(exchange);
        },
        onEnd: () => resolve(Buffer.concat(pieces)),
        onError: reject,
      },
    );
  });
}

const bodies = Array.from({ length: 60 }, (_, index) => `${index}é`.repeat(index % 6 === 0 ? 20_000 : index + 1));
const replies = await Promise.all(bodies.map((body) => ask(pool, '/echo', { body })));
const echoes = replies.filter((reply, index) => reply.toString() === bodies[index]).length;
const used = connections;
const paused = await ask(pool, '/large', {
  onData: (exchange) => {
    exchange.pause();
    setImmediate(() => exchange.resume());
  },
});
const untilClose = await ask(pool, '/close');
const stranger = new Http1Pool(`https://127.0.0.1:${port}`, { connectMs: 3000, connections: 1 });
const otherName = await ask(stranger, '/echo').then(String, (error: TierlineError) => {
  return `${error.code} (${(error.cause as NodeJS.ErrnoException).code})`;
});
console.log(
  JSON.stringify({
    echoes,
    connections: used,
    protocols: [...protocols],
    paused: paused.length,
    untilClose: untilClose.toString(),
    otherName,
  }),
);
server.closeAllConnections();
server.close();
await Promise.all([pool.close(), stranger.close()]);
