import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TierlineError } from '../call/errors.ts';
import { createRawUpstream, type RawReply, type RawRequest, type RawUpstream } from './raw-upstream.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function start(t: TestContext, handler: Handler): Promise<{ send: RawUpstream; port: number }> {
  const server = createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { send: createRawUpstream(`http://127.0.0.1:${port}`, { connectMs: 1000 }), port };
}

const order = (changes: Partial<RawRequest> = {}): RawRequest => ({
  method: 'GET',
  path: '/v1/files?limit=2',
  headers: ['x-a', 'b'],
  body: null,
  firstByteMs: 2000,
  idleMs: 2000,
  ...changes,
});

const stays = new AbortController().signal;

async function textOf(reply: RawReply): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of reply as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return error.code;
  }
  return assert.fail('it succeeded');
}

/** Says what it was sent. */
const echo: Handler = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
  });
};

test('method, path and headers go as they are, and nothing of node’s own but what HTTP needs', async (t) => {
  const { send, port } = await start(t, echo);
  const reply = await send(order({ method: 'DELETE' }), stays);
  const { method, url, headers } = JSON.parse(await textOf(reply)) as Record<string, unknown>;
  assert.deepEqual([method, url], ['DELETE', '/v1/files?limit=2']);
  assert.deepEqual(headers, { host: `127.0.0.1:${port}`, 'x-a': 'b', connection: 'close' });
});

test('a body is sent whole, with its length or in chunks', async (t) => {
  const { send } = await start(t, echo);
  const post = async (body: RawRequest['body'], headers: string[]) =>
    JSON.parse(await textOf(await send(order({ method: 'POST', headers, body }), stays))) as {
      body: string;
      headers: Record<string, string>;
    };
  assert.equal((await post(Buffer.from('abc'), ['content-length', '3'])).body, 'abc');
  const chunked = await post(Readable.from([Buffer.from('ab'), Buffer.from('cd')]), []);
  assert.deepEqual([chunked.body, chunked.headers['transfer-encoding']], ['abcd', 'chunked']);
  const measured = await post(Readable.from([Buffer.from('ab')]), ['content-length', '2']);
  assert.deepEqual([measured.body, measured.headers['transfer-encoding']], ['ab', undefined]);
});

test('a provider that is not there is unreachable, and one that speaks no TLS too', async (t) => {
  const { port } = await start(t, echo);
  const nobody = createRawUpstream('http://127.0.0.1:1', { connectMs: 1000 });
  assert.equal(await codeOf(nobody(order(), stays)), 'upstream_unreachable');
  const tls = createRawUpstream(`https://127.0.0.1:${port}`, { connectMs: 1000 });
  assert.equal(await codeOf(tls(order(), stays)), 'upstream_unreachable');
});

test('silence before the head is a time-out, and so is silence within the body', async (t) => {
  const { send } = await start(t, (request, response) => {
    if (request.url === '/half') response.write('half');
  });
  assert.equal(await codeOf(send(order({ firstByteMs: 60 }), stays)), 'upstream_timeout');
  const reply = await send(order({ path: '/half', idleMs: 60 }), stays);
  assert.equal(await codeOf(textOf(reply)), 'upstream_timeout');
});

test('a client that reads slowly is not taken for a provider that is silent', async (t) => {
  const bytes = 4 * 1024 * 1024;
  const { send } = await start(t, (_, response) => void response.end(Buffer.alloc(bytes)));
  const reply = await send(order({ idleMs: 50 }), stays);
  let seen = 0;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    if (seen === 0) await sleep(250);
    seen += chunk.length;
  }
  assert.equal(seen, bytes);
});

test('whoever leaves ends the exchange at once, before the head and within the body', async (t) => {
  let left = 0;
  const { send } = await start(t, (request, response) => {
    response.on('close', () => left++);
    if (request.url === '/half') response.write('half');
  });
  const early = new AbortController();
  const waiting = codeOf(send(order(), early.signal));
  await sleep(50);
  early.abort();
  assert.equal(await waiting, 'client_gone');
  const late = new AbortController();
  const reply = await send(order({ path: '/half' }), late.signal);
  const reading = codeOf(textOf(reply));
  late.abort();
  assert.equal(await reading, 'client_gone');
  await sleep(50);
  assert.equal(left, 2);
  assert.equal(await codeOf(send(order(), late.signal)), 'client_gone');
});

test('an answer that comes before the body has been read counts', async (t) => {
  const { send } = await start(t, (_, response) => {
    response.writeHead(413, { connection: 'close' }).end('too much');
  });
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) {
      yield Buffer.alloc(65_536);
      await sleep(1);
    }
  }
  const body = Readable.from(endless());
  t.after(() => body.destroy());
  const reply = await send(order({ method: 'POST', headers: [], body }), stays);
  assert.equal(reply.statusCode, 413);
});

test('what HTTP does not allow is the fault of the request', async (t) => {
  const { send } = await start(t, echo);
  assert.equal(await codeOf(send(order({ headers: ['x-a', 'b\r\nx-b: c'] }), stays)), 'invalid_request');
  assert.equal(await codeOf(send(order({ path: '/a b' }), stays)), 'invalid_request');
});
