// For tests: lanes on a real port with node:http behind them, and clients that speak bytes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { type LaneOptions, type LaneRequest, Lanes } from './lane.ts';
import type { Responder } from './responder.ts';

export interface Answer {
  status: number;
  reason: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface Site {
  lanes: Lanes;
  server: http.Server;
  /** What came over lanes. */
  requests: LaneRequest[];
  /** What node:http was given, as method, target and body. */
  others: string[];
  /** The gateway's ends of the connections. */
  sockets: Socket[];
  connect: () => Promise<Client>;
}

/** Answers calls at once with what they were, unless told otherwise; node:http answers in the same words. */
export async function withLanes(options: Partial<LaneOptions>, run: (site: Site) => Promise<void>): Promise<void> {
  const requests: LaneRequest[] = [];
  const others: string[] = [];
  const sockets: Socket[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const said = `${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`;
      others.push(said);
      response.end(`node ${said}`);
    });
  });
  const toNode = server.listeners('connection') as ((socket: Socket) => void)[];
  const { onRequest = echo, ...rest } = options;
  const lanes = new Lanes({
    isCall: ({ target }) => target.startsWith('/call'),
    isClosing: () => false,
    handOver: (socket) => {
      for (const listener of toNode) listener.call(server, socket);
    },
    ...rest,
    onRequest: (request, responder) => {
      requests.push(request);
      onRequest(request, responder);
    },
  });
  server.removeAllListeners('connection').on('connection', (socket: Socket) => {
    sockets.push(socket);
    lanes.accept(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clients: Client[] = [];
  const connect = async (): Promise<Client> => {
    const client = new Client(net.connect((server.address() as AddressInfo).port, '127.0.0.1'));
    clients.push(client);
    await once(client.socket, 'connect');
    return client;
  };
  try {
    await run({ lanes, server, requests, others, sockets, connect });
  } finally {
    for (const client of clients) client.socket.destroy();
    lanes.closeAll();
    server.closeAllConnections();
    server.close();
  }
}

export function echo({ target, body }: LaneRequest, responder: Responder): void {
  responder.send(200, [], `lane POST ${target} ${body.toString()}`);
}

export class Client {
  readonly socket: Socket;
  isClosed = false;
  private chunks: Buffer[] = [];
  private size = 0;
  private readonly found: Answer[] = [];
  /** Where the next answer begins, and how many bytes there have to be before it is worth a look. */
  private at = 0;
  private wanted = 1;

  constructor(socket: Socket) {
    this.socket = socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.size += chunk.length;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  get bytes(): Buffer {
    if (this.chunks.length > 1) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0] ?? Buffer.alloc(0);
  }

  /** The first answers, as soon as there are `count`; it is an error when there is anything behind them. */
  async answers(count: number): Promise<Answer[]> {
    const isThere = (): boolean => this.look() >= count;
    await eventually(isThere, () => `${count} answers, had ${this.found.length} and ${this.size - this.at} bytes`);
    assert.equal(this.found.length, count);
    assert.equal(this.at, this.size, 'bytes that belong to no answer');
    return [...this.found];
  }

  private look(): number {
    while (this.size >= this.wanted) {
      const next = readAnswer(this.bytes, this.at);
      if (typeof next === 'number') this.wanted = Math.max(next, this.size + 1);
      else {
        this.found.push(next.answer);
        this.at = next.end;
        this.wanted = next.end + 1;
      }
    }
    return this.found.length;
  }

  async texts(count: number): Promise<string[]> {
    return (await this.answers(count)).map(({ body }) => body.toString());
  }

  /** Sends each piece in a packet of its own, as far as anybody can say. */
  async sendPieces(pieces: readonly (Buffer | string)[]): Promise<void> {
    for (const piece of pieces) {
      this.socket.write(piece);
      await turn();
    }
  }
}

export function call(body: string, target = '/call'): string {
  return `POST ${target} HTTP/1.1\r\nhost: a\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export function get(target: string): string {
  return `GET ${target} HTTP/1.1\r\nhost: a\r\n\r\n`;
}

export async function eventually(isSo: () => boolean, what: () => string = () => String(isSo)): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > deadline) assert.fail(`did not come: ${what()}`);
    await turn();
  }
}

/** Some turns in which something would happen if it did. */
export async function aWhile(): Promise<void> {
  for (let index = 0; index < 20; index++) await turn();
}

/**
 * The answer at `at`, or how many bytes it takes at least. A reader that shares nothing with the one that wrote them.
 */
function readAnswer(bytes: Buffer, at: number): { answer: Answer; end: number } | number {
  const end = bytes.indexOf('\r\n\r\n', at, 'latin1');
  if (end < 0) return 0;
  const [first = '', ...lines] = bytes.toString('latin1', at, end).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) (.*)$/.exec(first);
  assert.ok(status, `no status line: ${first}`);
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(': ')).toLowerCase(), line.slice(line.indexOf(': ') + 2)]),
  );
  const isChunked = headers['transfer-encoding'] === 'chunked';
  const body = isChunked ? chunked(bytes, end + 4) : sized(bytes, end + 4, headers);
  if (typeof body === 'number') return body;
  const answer = { status: Number(status[1]), reason: status[2] as string, headers, body: body.bytes };
  return { answer, end: body.end };
}

interface Body {
  bytes: Buffer;
  end: number;
}

function sized(bytes: Buffer, from: number, headers: Record<string, string>): Body | number {
  const end = from + Number(headers['content-length']);
  return bytes.length < end ? end : { bytes: bytes.subarray(from, end), end };
}

function chunked(bytes: Buffer, from: number): Body | number {
  const parts: Buffer[] = [];
  let at = from;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd < 0) return 0;
    const line = bytes.toString('latin1', at, lineEnd);
    assert.match(line, /^[0-9a-f]+$/);
    const size = Number.parseInt(line, 16);
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return end;
    assert.equal(bytes.toString('latin1', end - 2, end), '\r\n');
    if (size === 0) return { bytes: Buffer.concat(parts), end };
    parts.push(bytes.subarray(lineEnd + 2, end - 2));
    at = end;
  }
}
