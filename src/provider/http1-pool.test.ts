import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net, { type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import type { TierlineError } from '../call/errors.ts';
import { Http1Pool, type PoolExchange } from './http1-pool.ts';

interface Outcome {
  bytes: Buffer;
  ends: number;
  error: TierlineError | null;
}

interface Sent {
  exchange: PoolExchange;
  outcome: Outcome;
  pieces: Buffer[];
  over: Promise<Outcome>;
}

function send(pool: Http1Pool, body: Buffer | string = '{}', onData: () => void = () => {}): Sent {
  const pieces: Buffer[] = [];
  const outcome: Outcome = { bytes: Buffer.alloc(0), ends: 0, error: null };
  const { promise: over, resolve } = Promise.withResolvers<Outcome>();
  const settle = (): void => {
    outcome.bytes = Buffer.concat(pieces);
    outcome.ends += 1;
    resolve(outcome);
  };
  const exchange = pool.send(
    { head: 'POST / HTTP/1.1\r\nhost: a\r\n', body, firstByteMs: 2000, idleMs: 2000 },
    {
      onHead: () => {},
      onData: (bytes) => {
        pieces.push(bytes);
        onData();
      },
      onEnd: settle,
      onError: (error) => {
        outcome.error = error;
        settle();
      },
    },
  );
  return { exchange, outcome, pieces, over };
}

/** A server that is told each whole request of a connection by its body. */
async function withServer(
  answer: (socket: Socket, body: Buffer) => void,
  run: (pool: Http1Pool) => Promise<void>,
  connections = 16,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    let read = Buffer.alloc(0);
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        read = Buffer.concat([read, chunk]);
        for (;;) {
          const end = read.indexOf('\r\n\r\n');
          const size = end < 0 ? 0 : Number(/content-length: (\d+)/.exec(read.toString('latin1', 0, end))?.[1]);
          if (end < 0 || read.length < end + 4 + size) return;
          const body = read.subarray(end + 4, end + 4 + size);
          read = read.subarray(end + 4 + size);
          answer(socket, body);
        }
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pool = new Http1Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    connectMs: 1000,
    connections,
  });
  try {
    await run(pool);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await pool.close();
  }
}

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

function chunk(bytes: Buffer | string): Buffer {
  return Buffer.concat([
    Buffer.from(`${Buffer.byteLength(bytes).toString(16)}\r\n`),
    Buffer.from(bytes as string),
    Buffer.from('\r\n'),
  ]);
}

describe('the one buffer all connections are read into', () => {
  test('law: never mixes replies that come at the same time, and pieces keep their bytes', async () => {
    /** Echoes its request in chunks, with pauses in which the others are read. */
    const answer = async (socket: Socket, body: Buffer): Promise<void> => {
      socket.write(CHUNKED);
      const step = Math.max(1, Math.ceil(body.length / 5));
      for (let at = 0; at < body.length; at += step) {
        socket.write(chunk(body.subarray(at, at + step)));
        await turn();
      }
      socket.write('0\r\n\r\n');
    };
    await withServer(
      (socket, body) => void answer(socket, body),
      async (pool) => {
        const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 60_000, max: 140_000 })), {
          minLength: 1,
          maxLength: 10,
        });
        await fc.assert(
          fc.asyncProperty(sizes, async (made) => {
            const bodies = made.map((size, index) => Buffer.alloc(size, `${index}:`));
            const outcomes = await Promise.all(bodies.map((body) => send(pool, body).over));
            for (const [index, { bytes, error }] of outcomes.entries()) {
              assert.equal(error, null);
              assert.equal(Buffer.compare(bytes, bodies[index] as Buffer), 0);
            }
          }),
          { numRuns: 12 },
        );
      },
    );
  });
});

describe('a request', () => {
  test('arrives as it is, whatever its size and kind, with what is written beside it', async () => {
    const bodies = ['é€𝄞', '\ud800', 'é'.repeat(50_000), Buffer.alloc(65_536, 1), Buffer.alloc(2_000_000, 2), 'x'];
    await withServer(
      (socket, body) =>
        socket.write(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`), body])),
      async (pool) => {
        const outcomes = await Promise.all([...bodies, ...bodies].map((body) => send(pool, body).over));
        for (const [index, { bytes }] of outcomes.entries())
          assert.equal(Buffer.compare(bytes, Buffer.from(bodies[index % bodies.length] as string)), 0);
      },
      3,
    );
  });
});

describe('a reply that ends with its connection', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\n\r\n';

  test('is complete then, also when it all came at once', async () => {
    await withServer(
      (socket) => socket.end(`${HEAD}all of it`),
      async (pool) => {
        for (let index = 0; index < 3; index++) {
          const { bytes, error } = await send(pool).over;
          assert.deepEqual([bytes.toString(), error], ['all of it', null]);
        }
      },
    );
  });

  test('does not end while it is paused, and ends once it goes on', async () => {
    await withServer(
      (socket) => socket.end(Buffer.concat([Buffer.from(HEAD), Buffer.alloc(3_000_000, 'x')])),
      async (pool) => {
        const { promise: paused, resolve } = Promise.withResolvers<void>();
        const one: Sent = send(pool, '{}', () => {
          one.exchange.pause();
          resolve();
        });
        await paused;
        await sleep(20);
        assert.deepEqual([one.pieces.length, one.outcome.ends], [1, 0]);
        while (one.outcome.ends === 0) {
          one.exchange.resume();
          await turn();
        }
        assert.equal((await one.over).bytes.length, 3_000_000);
      },
    );
  });

  test('with a length that it does not reach has been cut off', async () => {
    await withServer(
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'),
      async (pool) => {
        const { error, ends } = await send(pool).over;
        assert.deepEqual([error?.code, ends], ['upstream_truncated', 1]);
      },
    );
  });
});

describe('a piece of a reply', () => {
  test('may be the last the caller wants: nothing comes after an abort in the middle of a read', async () => {
    await withServer(
      (socket) => socket.write(Buffer.concat([Buffer.from(CHUNKED), chunk('a'), chunk('b')])),
      async (pool) => {
        const one: Sent = send(pool, '{}', () => one.exchange.abort());
        await sleep(30);
        assert.deepEqual([one.pieces.map(String), one.outcome.ends], [['ab'], 0]);
      },
    );
  });

  test('may be answered by a pause and a turn later by going on, every time', async () => {
    const body = Buffer.alloc(2_000_000, 'stream ');
    const answer = (socket: Socket): void => {
      socket.write(CHUNKED);
      for (let at = 0; at < body.length; at += 9000) socket.write(chunk(body.subarray(at, at + 9000)));
      socket.write('0\r\n\r\n');
    };
    await withServer(answer, async (pool) => {
      const one: Sent = send(pool, '{}', () => {
        one.exchange.pause();
        setImmediate(() => one.exchange.resume());
      });
      const { bytes, error } = await one.over;
      assert.equal(error, null);
      assert.equal(Buffer.compare(bytes, body), 0);
    });
  });

  test('whose reply ends in a pause leaves a connection that works', async () => {
    await withServer(
      (socket) => socket.write(`${CHUNKED}1\r\na\r\n0\r\n\r\n`),
      async (pool) => {
        for (let index = 0; index < 3; index++) {
          const one: Sent = send(pool, '{}', () => one.exchange.pause());
          assert.equal((await one.over).bytes.toString(), 'a');
        }
      },
      1,
    );
  });
});

test('over TLS requests and replies travel the same way, and a name that is not in the certificate is refused', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tierline-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
  try {
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync('openssl', [...made, ...named, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  } catch {
    t.skip('there is no openssl here to make a certificate with');
    return;
  }
  // Which authorities are trusted is decided when a process starts.
  const child = path.join(import.meta.dirname, 'http1-pool-tls.fixture.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [child, key, certificate], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
    timeout: 20_000,
  });
  assert.deepEqual(JSON.parse(stdout), {
    echoes: 60,
    connections: 4,
    protocols: ['http/1.1'],
    paused: 3_000_000,
    untilClose: 'all of it',
    otherName: 'upstream_unreachable (ERR_TLS_CERT_ALTNAME_INVALID)',
  });
});
