import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import * as fc from 'fast-check';
import type { TierlineError } from '../call/errors.ts';
import {
  createHttpUpstream,
  type Exchange,
  type HttpUpstream,
  type UpstreamRequest,
  type UpstreamSink,
} from './http-upstream.ts';

const REQUEST: UpstreamRequest = { path: '/v1/x', headers: ['a', 'b'], body: '{}', firstByteMs: 2000, idleMs: 2000 };

/** Takes down what happens to one exchange. */
class Log implements UpstreamSink {
  status = 0;
  headers: IncomingHttpHeaders = {};
  chunks: Buffer[] = [];
  error: TierlineError | null = null;
  calls: string[] = [];
  readonly over: Promise<void>;
  onFirst: () => void = () => {};
  private settle: () => void = () => {};

  constructor() {
    this.over = new Promise((resolve) => {
      this.settle = resolve;
    });
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
  onHead(status: number, headers: IncomingHttpHeaders): void {
    this.calls.push('head');
    this.status = status;
    this.headers = headers;
  }
  onData(chunk: Buffer): void {
    if (this.chunks.length === 0) this.calls.push('data');
    this.chunks.push(chunk);
    this.onFirst();
  }
  onEnd(): void {
    this.calls.push('end');
    this.settle();
  }
  onError(error: TierlineError): void {
    this.calls.push('error');
    this.error = error;
    this.settle();
  }
}

interface Site {
  upstream: HttpUpstream;
  send: (changes?: Partial<UpstreamRequest>) => { log: Log; exchange: Exchange };
}

async function using(server: net.Server, run: (site: Site) => Promise<void>, connections = 8): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const upstream = createHttpUpstream(origin, { connectMs: 1000, connections });
  const send: Site['send'] = (changes = {}) => {
    const log = new Log();
    return { log, exchange: upstream.send({ ...REQUEST, ...changes }, log) };
  };
  try {
    await run({ upstream, send });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await upstream.close();
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** A proper server; the handler is called when the request is complete. */
function serve(handler: Handler, run: (site: Site) => Promise<void>, connections?: number): Promise<void> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handler(request, response, Buffer.concat(chunks)));
  });
  return using(server, run, connections);
}

/** A server that answers the first bytes of each request with these, whatever they are. */
function serveBytes(
  answer: (socket: Socket, count: number) => void,
  run: (site: Site) => Promise<void>,
  connections?: number,
): Promise<void> {
  let count = 0;
  const server = net.createServer((socket) => socket.on('data', () => answer(socket, ++count)));
  return using(server, run, connections);
}

describe('a request', () => {
  test('arrives as it is, with its length and the host', async () => {
    const bodies = [Buffer.from('{"é":"\u{1f600}"}'), '{"é":1}', Buffer.alloc(0), Buffer.alloc(300_000, 'x')];
    const seen: [IncomingHttpHeaders, string, string, Buffer][] = [];
    const keep: Handler = ({ headers, method, url }, response, body) => {
      seen.push([headers, method ?? '', url ?? '', body]);
      response.end('ok');
    };
    await serve(keep, async ({ send }) => {
      for (const body of bodies) {
        const { log } = send({
          path: '/v1/x?a=b',
          headers: ['x-one', 'caf\xe9', 'content-type', 'application/json'],
          body,
        });
        await log.over;
        assert.deepEqual([log.calls, log.text], [['head', 'data', 'end'], 'ok']);
      }
    });
    for (const [index, [headers, method, url, body]] of seen.entries()) {
      assert.deepEqual(
        [method, url, headers['x-one'], headers['content-type']],
        ['POST', '/v1/x?a=b', 'caf\xe9', 'application/json'],
      );
      assert.match(headers.host ?? '', /^127\.0\.0\.1:\d+$/);
      assert.deepEqual(body, Buffer.from(bodies[index] ?? ''));
      assert.equal(headers['content-length'], String(body.length));
    }
    assert.equal(seen.length, bodies.length);
  });

  test('never carries a line break out of a header or a path', async () => {
    await serve(
      (_request, response) => response.end(),
      ({ send }) => {
        for (const bad of ['a\r\nx: y', 'a\nb', 'a\0b']) {
          assert.throws(() => send({ headers: ['x', bad] }), { name: 'TierlineError' });
          assert.throws(() => send({ path: `/${bad}` }), { name: 'TierlineError' });
        }
        assert.throws(() => send({ path: '/a b' }), { name: 'TierlineError' });
        return Promise.resolve();
      },
    );
  });

  test('uses a connection again that the one before has left in order', async () => {
    const ports = new Set<number | undefined>();
    const note: Handler = (request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    };
    await serve(note, async ({ send }) => {
      for (let index = 0; index < 5; index++) await send().log.over;
    });
    assert.equal(ports.size, 1);
  });

  test('waits for a connection when all are busy, in order, and never opens more', async () => {
    let open = 0;
    let most = 0;
    const order: string[] = [];
    const slow: Handler = (request, response) => {
      most = Math.max(most, ++open);
      order.push(request.url ?? '');
      setTimeout(() => {
        open--;
        response.end('ok');
      }, 5);
    };
    const paths = Array.from({ length: 9 }, (_, index) => `/${index}`);
    await serve(slow, async ({ send }) => void (await Promise.all(paths.map((path) => send({ path }).log.over))), 2);
    assert.equal(most, 2);
    assert.deepEqual(order.toSorted(), paths);
    assert.deepEqual(order.slice(2, 4).toSorted(), ['/2', '/3']);
  });
});

describe('a reply', () => {
  test('hands on its status and headers, whatever they are', async () => {
    const refuse: Handler = (_request, response) => {
      response.writeHead(429, { 'retry-after': '3', 'X-Request-Id': 'r' });
      response.end('{"error":{}}');
    };
    await serve(refuse, async ({ send }) => {
      const { log } = send();
      await log.over;
      assert.deepEqual([log.status, log.headers['retry-after'], log.headers['x-request-id']], [429, '3', 'r']);
      assert.deepEqual([log.text, log.error], ['{"error":{}}', null]);
    });
  });

  test('may be chunked, have a length, end with the connection or have no body', async () => {
    const replies = [
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\ntrailer: x\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello',
      'HTTP/1.1 200\r\nconnection: close\r\n\r\nhello',
      'HTTP/1.0 200 OK\r\n\r\nhello',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello',
    ];
    for (const reply of replies) {
      const isOpen = /content-length|chunked/.test(reply);
      await serveBytes(
        (socket) => (isOpen ? socket.write(reply) : socket.end(reply)),
        async ({ send }) => {
          const { log } = send();
          await log.over;
          assert.deepEqual([log.status, log.text, log.error], [200, 'hello', null], reply);
        },
      );
    }
    await serveBytes(
      (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
      async ({ send }) => {
        const { log } = send();
        await log.over;
        assert.deepEqual([log.status, log.calls], [204, ['head', 'end']]);
      },
    );
  });

  test('law: is the same however its bytes arrive', async () => {
    const reply = Buffer.from(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nX-A: 2\r\n\r\n5\r\nhello\r\nA\r\n, world é\r\n0\r\n\r\n',
    );
    let cuts: number[] = [];
    const drip = async (socket: Socket): Promise<void> => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), reply.length];
      for (const [index, stop] of at.slice(1).entries()) {
        socket.write(reply.subarray(at[index], stop));
        await sleep(1);
      }
    };
    await serveBytes(
      (socket) => void drip(socket.setNoDelay(true)),
      async ({ send }) => {
        const property = fc.asyncProperty(fc.array(fc.nat(reply.length), { maxLength: 6 }), async (points) => {
          cuts = points;
          const { log } = send();
          await log.over;
          assert.deepEqual([log.status, log.headers['x-a'], log.text], [200, '1, 2', 'hello, world é']);
        });
        await fc.assert(property, { numRuns: 40 });
      },
    );
  });
});

describe('a provider that fails', () => {
  const codeOf = async (log: Log): Promise<string> => {
    await log.over;
    assert.equal(log.calls.filter((call) => call === 'error' || call === 'end').length, 1);
    return log.error?.code ?? 'none';
  };

  test('by refusing the connection is unreachable', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.close();
    await once(server, 'close');
    const upstream = createHttpUpstream(origin, { connectMs: 1000, connections: 1 });
    const log = new Log();
    upstream.send(REQUEST, log);
    assert.equal(await codeOf(log), 'upstream_unreachable');
    assert.match(log.error?.message ?? '', /ECONNREFUSED/);
    await upstream.close();
  });

  test('by closing or resetting before its answer is unreachable', async () => {
    for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
      await serveBytes(end, async ({ send }) => assert.equal(await codeOf(send().log), 'upstream_unreachable'));
    }
  });

  test('by not beginning in time is a time-out', async () => {
    await serveBytes(
      () => {},
      async ({ send }) => {
        const startedAt = performance.now();
        const { log } = send({ firstByteMs: 60 });
        assert.equal(await codeOf(log), 'upstream_timeout');
        assert.ok(performance.now() - startedAt >= 55);
        assert.match(log.error?.message ?? '', /did not begin/);
      },
    );
  });

  test('by pausing for too long in its answer is a time-out, by being slow alone it is not', async () => {
    const drip = async (socket: Socket): Promise<void> => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n');
      for (let index = 0; index < 6; index++) {
        await sleep(40);
        socket.write('x');
      }
    };
    await serveBytes(
      (socket) => void drip(socket),
      async ({ send }) => {
        const { log } = send({ idleMs: 120 });
        assert.equal(await codeOf(log), 'upstream_timeout');
        assert.equal(log.text, 'xxxxxx');
        assert.match(log.error?.message ?? '', /stopped in the middle/);
      },
    );
  });

  test('by ending before the length it told, or before the last chunk, has cut its answer off', async () => {
    for (const head of ['content-length: 100\r\n\r\nhello', 'transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n']) {
      for (const end of ['end', 'resetAndDestroy'] as const) {
        await serveBytes(
          (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${head}`, () => setTimeout(() => socket[end](), 10)),
          async ({ send }) => {
            const { log } = send();
            assert.equal(await codeOf(log), 'upstream_truncated');
            assert.deepEqual([log.text, log.status], ['hello', 200]);
          },
        );
      }
    }
  });

  test('to speak HTTP is malformed', async () => {
    const replies = [
      'SSH-2.0-OpenSSH\r\n\r\n',
      'HTTP/1.1 999999 X\r\n\r\n',
      'HTTP/2 200\r\n\r\n',
      'HTTP/1.1 200 OK\r\nbad header\r\n\r\n',
      'HTTP/1.1 200 OK\r\n: x\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n',
      `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`,
    ];
    for (const reply of replies) {
      await serveBytes(
        (socket) => socket.write(reply),
        async ({ send }) => assert.equal(await codeOf(send().log), 'upstream_malformed', reply.slice(0, 80)),
      );
    }
  });

  test('by answering more than it was asked does not spoil the next exchange', async () => {
    const one = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    await serveBytes(
      (socket) => socket.write(`${one}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`),
      async ({ send }) => {
        for (let index = 0; index < 3; index++) {
          const { log } = send();
          assert.equal(await codeOf(log), 'none');
          assert.equal(log.text, 'ok');
        }
      },
    );
  });

  const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

  test('by closing a kept connection just then is asked again on a new one', async () => {
    await serveBytes(
      (socket, count) => (count === 2 ? socket.destroy() : socket.write(OK)),
      async ({ send }) => {
        await send().log.over;
        const { log } = send();
        assert.equal(await codeOf(log), 'none');
        assert.equal(log.text, 'ok');
      },
    );
  });

  test('and then does not answer there either is timed all the same', async () => {
    await serveBytes(
      (socket, count) => {
        if (count === 1) socket.write(OK);
        else if (count === 2) socket.destroy();
      },
      async ({ send }) => {
        await send().log.over;
        const { log } = send({ firstByteMs: 80 });
        const inTime = await Promise.race([log.over.then(() => true), sleep(1500, false)]);
        assert.equal(inTime, true, 'the second connection is not watched');
        assert.equal(log.error?.code, 'upstream_timeout');
      },
    );
  });
});

describe('a body that is packed', () => {
  const WORDS = 'data: {"é":1}\n\n'.repeat(50);
  const packers: [
    string,
    (bytes: string) => Buffer,
    () => zlib.Gzip | zlib.BrotliCompress | zlib.ZstdCompress,
    number,
  ][] = [
    ['gzip', zlib.gzipSync, zlib.createGzip, zlib.constants.Z_SYNC_FLUSH],
    ['x-gzip', zlib.gzipSync, zlib.createGzip, zlib.constants.Z_SYNC_FLUSH],
    ['GZIP', zlib.gzipSync, zlib.createGzip, zlib.constants.Z_SYNC_FLUSH],
    ['deflate', zlib.deflateSync, zlib.createDeflate, zlib.constants.Z_SYNC_FLUSH],
    ['br', zlib.brotliCompressSync, zlib.createBrotliCompress, zlib.constants.BROTLI_OPERATION_FLUSH],
    ['zstd', zlib.zstdCompressSync, zlib.createZstdCompress, zlib.constants.ZSTD_e_flush],
  ];

  for (const [encoding, pack, createPacker, flush] of packers) {
    test(`with ${encoding} is unpacked, whole and as a stream`, async () => {
      const answer: Handler = (request, response) => {
        response.writeHead(200, { 'content-encoding': encoding });
        if (request.url === '/whole') return void response.end(pack(WORDS));
        const packer = createPacker();
        packer.pipe(response);
        packer.write('first ');
        packer.flush(flush);
        if (request.url === '/stream') setTimeout(() => packer.end('second'), 60);
      };
      await serve(answer, async ({ send }) => {
        const whole = send({ path: '/whole' });
        await whole.log.over;
        assert.deepEqual([whole.log.text, whole.log.error], [WORDS, null]);
        const { log } = send({ path: '/stream' });
        await new Promise<void>((resolve) => {
          log.onFirst = resolve;
        });
        assert.equal(log.text, 'first ', 'the first event is not held back');
        await log.over;
        assert.deepEqual([log.text, log.calls], ['first second', ['head', 'data', 'end']]);
      });
    });

    test(`with ${encoding} and cut off is malformed`, async () => {
      const packed = pack(WORDS);
      const answer: Handler = (_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding });
        response.end(packed.subarray(0, packed.length - 5));
      };
      await serve(answer, async ({ send }) => {
        const { log } = send();
        await log.over;
        assert.equal(log.error?.code, 'upstream_malformed');
      });
    });
  }

  test('in a way nobody knows, or not at all as it says, is malformed', async () => {
    for (const encoding of ['compress', 'gzip, br', 'gzip']) {
      const answer: Handler = (_request, response) => {
        response.writeHead(200, { 'content-encoding': encoding });
        response.end('plain words');
      };
      await serve(answer, async ({ send }) => {
        const { log } = send();
        await log.over;
        assert.equal(log.error?.code, 'upstream_malformed', encoding);
      });
    }
  });

  test('as identity is left alone', async () => {
    const answer: Handler = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'identity' });
      response.end('plain');
    };
    await serve(answer, async ({ send }) => {
      const { log } = send();
      await log.over;
      assert.equal(log.text, 'plain');
    });
  });
});

describe('aborting', () => {
  test('at once sends nothing back, and the next exchange is unharmed', async () => {
    await serve(
      (_request, response) => response.end('ok'),
      async ({ send }) => {
        const gone = send();
        gone.exchange.abort();
        const { log } = send();
        await log.over;
        assert.equal(log.text, 'ok');
        assert.deepEqual(gone.log.calls, []);
      },
    );
  });

  test('in the middle closes the connection, and no callback comes any more', async () => {
    let closed: () => void = () => {};
    const left = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const endless: Handler = (_request, response) => {
      const timer = setInterval(() => response.write('x'), 5);
      response.on('close', () => {
        clearInterval(timer);
        closed();
      });
    };
    await serve(endless, async ({ send }) => {
      const { log, exchange } = send();
      await new Promise<void>((resolve) => {
        log.onFirst = resolve;
      });
      exchange.abort();
      const { length } = log.chunks;
      await left;
      await sleep(20);
      assert.deepEqual([log.chunks.length, log.calls], [length, ['head', 'data']]);
      exchange.abort();
    });
  });

  test('while it waits for a connection never sends the request, and lets the one behind it go', async () => {
    const seen: string[] = [];
    const slow: Handler = (request, response) => {
      seen.push(request.url ?? '');
      setTimeout(() => response.end('ok'), 30);
    };
    await serve(
      slow,
      async ({ send }) => {
        const first = send({ path: '/first' });
        const gone = send({ path: '/gone' });
        const last = send({ path: '/last' });
        gone.exchange.abort();
        await first.log.over;
        await last.log.over;
        assert.deepEqual([seen, gone.log.calls, last.log.text], [['/first', '/last'], [], 'ok']);
      },
      1,
    );
  });

  test('the running one hands its place to the next that still waits', async () => {
    const answer: Handler = (request, response) => {
      if (request.url !== '/hang') response.end('ok');
    };
    await serve(
      answer,
      async ({ send }) => {
        const running = send({ path: '/hang' });
        const gone = send({ path: '/gone' });
        const last = send({ path: '/last' });
        gone.exchange.abort();
        running.exchange.abort();
        const inTime = await Promise.race([last.log.over.then(() => true), sleep(1500, false)]);
        assert.equal(inTime, true, 'the last one still waits');
        assert.equal(last.log.text, 'ok');
      },
      1,
    );
  });
});

describe('pausing', () => {
  test('holds the provider back, and nothing is lost', async () => {
    const size = 20_000_000;
    const answer: Handler = (_request, response) => response.end(Buffer.alloc(size, 'x'));
    await serve(answer, async ({ send }) => {
      const { log, exchange } = send({ idleMs: 100 });
      await new Promise<void>((resolve) => {
        log.onFirst = resolve;
      });
      exchange.pause();
      await sleep(20);
      const before = log.chunks.length;
      await sleep(300);
      assert.equal(log.chunks.length, before, 'nothing comes while paused');
      assert.equal(log.error, null, 'a client that reads slowly is no time-out of the provider');
      exchange.resume();
      await log.over;
      assert.equal(
        log.chunks.reduce((sum, chunk) => sum + chunk.length, 0),
        size,
      );
    });
  });

  test('of an exchange that is over does not hold up the next one on its connection', async () => {
    await serve(
      (_request, response) => response.end('ok'),
      async ({ send }) => {
        const first = send();
        await first.log.over;
        const { log } = send();
        first.exchange.pause();
        const inTime = await Promise.race([log.over.then(() => true), sleep(1000, false)]);
        first.exchange.resume();
        assert.equal(inTime, true, 'the next exchange is paused');
      },
      1,
    );
  });
});

test('closing waits for the running exchange', async () => {
  const answer: Handler = (_request, response) => void setTimeout(() => response.end('late'), 40);
  await serve(answer, async ({ upstream, send }) => {
    const { log } = send();
    await sleep(10);
    await upstream.close();
    assert.deepEqual([log.text, log.calls], ['late', ['head', 'data', 'end']]);
  });
});
