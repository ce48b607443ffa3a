// node:http with the gateway's limits. What is no well-formed HTTP is refused here; no request comes of it.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { http } from '../wire/node-http.ts';
import { refuseConnection } from './refuse.ts';

const MAX_HEADER_BYTES = 32 * 1024;

export function createHttpServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = http.createServer(
    {
      noDelay: true,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: 75_000,
      headersTimeout: 60_000,
      requestTimeout: 300_000,
    },
    handle,
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseConnection(error, socket));
  return server;
}
