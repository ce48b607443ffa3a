import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import zlib from 'node:zlib';
import { TierlineError } from '../../call/errors.ts';
import type { Connection } from '../../provider/connection.ts';
import type { Responder } from '../responder.ts';
import { isOk, readObject, readWhole, sendReply, streamReply } from './reply.ts';

/** The reply of a provider that answers so. */
async function replyOf(t: TestContext, answer: (response: ServerResponse) => void): Promise<IncomingMessage> {
  const server = createServer((_, response) => answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const request = get({ port: (server.address() as AddressInfo).port, agent: false });
  const [reply] = (await once(request, 'response')) as [IncomingMessage];
  return reply;
}

class Client implements Responder {
  hasBegun = false;
  isGone = false;
  onGone: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  isFull = false;
  status = 0;
  headers: Record<string, string> = {};
  body = '';
  hasEnded = false;

  send(status: number, headers: readonly string[], body: Buffer | string): void {
    this.begin(status, headers);
    this.end(body);
  }

  begin(status: number, headers: readonly string[]): void {
    this.hasBegun = true;
    this.status = status;
    for (let at = 0; at < headers.length; at += 2) this.headers[headers[at] as string] = headers[at + 1] as string;
  }

  write(bytes: Buffer | string): boolean {
    this.body += String(bytes);
    return !this.isFull;
  }

  end(last: Buffer | string | null): void {
    this.body += last === null ? '' : String(last);
    this.hasEnded = true;
  }
}

const CONNECTION = { secrets: ['provider-secret'] } as unknown as Connection;

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return error.code;
  }
  return assert.fail('it succeeded');
}

test('an object is handed on byte for byte, with the provider’s status, type and request id', async (t) => {
  const reply = await replyOf(t, (response) => {
    response.writeHead(201, { 'content-type': 'application/json; x', 'x-request-id': 'up-1', 'set-cookie': 'a=b' });
    response.end('{ "id": 1.0 }');
  });
  const client = new Client();
  assert.ok(isOk(reply));
  const whole = await readWhole(reply);
  assert.deepEqual(readObject(whole), { id: 1 });
  sendReply(client, whole, { id: 'req_1', connection: CONNECTION });
  assert.deepEqual([client.status, client.body], [201, '{ "id": 1.0 }']);
  assert.equal(client.headers['content-type'], 'application/json; x');
  assert.deepEqual([client.headers['x-request-id'], client.headers['x-tierline-request-id']], ['up-1', 'req_1']);
  assert.equal(client.headers['set-cookie'], undefined);
});

test('an error is handed on without credentials, ours and what looks like one', async (t) => {
  const reply = await replyOf(t, (response) => {
    response.writeHead(401).end('{"error":"provider-secret and sk-abcdefghijklmnop are wrong"}');
  });
  const client = new Client();
  assert.ok(!isOk(reply));
  sendReply(client, await readWhole(reply), { id: 'r', connection: CONNECTION });
  assert.deepEqual([client.status, client.body], [401, '{"error":"[redacted] and [redacted] are wrong"}']);
});

test('what is no JSON object, too large or broken off is the fault of the provider', async (t) => {
  for (const body of ['[]', 'x', '']) {
    const whole = await readWhole(await replyOf(t, (response) => response.end(body)));
    assert.throws(() => readObject(whole), TierlineError);
  }
  const large = await replyOf(t, (response) => response.end(Buffer.alloc(33 * 1024 * 1024)));
  assert.equal(await codeOf(readWhole(large)), 'upstream_malformed');
  const broken = await replyOf(t, (response) => {
    response.write('{"id":');
    setTimeout(() => response.destroy(), 20);
  });
  assert.equal(await codeOf(readWhole(broken)), 'upstream_truncated');
});

test('contents stream through with their length, and whoever watches is waited for before the end', async (t) => {
  const reply = await replyOf(t, (response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': '6' }).end('abcdef');
  });
  const client = new Client();
  let seen = '';
  let hasEndedBefore = true;
  const watch = {
    push: (chunk: Buffer) => void (seen += String(chunk)),
    end: () => {
      hasEndedBefore = client.hasEnded;
      return Promise.resolve();
    },
  };
  await streamReply(client, reply, { id: 'r', watch });
  assert.deepEqual([client.body, seen, client.hasEnded, hasEndedBefore], ['abcdef', 'abcdef', true, false]);
  assert.equal(client.headers['content-length'], '6');
});

test('contents that were packed are unpacked, and have no length any more', async (t) => {
  const packed = zlib.gzipSync('line\n'.repeat(1000));
  const reply = await replyOf(t, (response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
  });
  const client = new Client();
  await streamReply(client, reply, { id: 'r', watch: null });
  assert.equal(client.body, 'line\n'.repeat(1000));
  assert.deepEqual([client.headers['content-length'], client.headers['content-encoding']], [undefined, undefined]);
  const unknown = await replyOf(t, (response) => response.writeHead(200, { 'content-encoding': 'rot13' }).end('x'));
  assert.equal(await codeOf(readWhole(unknown)), 'upstream_malformed');
});

test('a client that reads slowly is waited for, and one that leaves ends it', async (t) => {
  const make = () => replyOf(t, (response) => void response.end(Buffer.alloc(1_000_000, 'x')));
  const client = new Client();
  client.isFull = true;
  const streaming = streamReply(client, await make(), { id: 'r', watch: null });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const had = client.body.length;
  assert.ok(had > 0 && had < 1_000_000, String(had));
  client.isFull = false;
  client.onDrain?.();
  await streaming;
  assert.equal(client.body.length, 1_000_000);

  const leaver = new Client();
  leaver.isFull = true;
  let wasTold = false;
  leaver.onGone = () => (wasTold = true);
  const left = codeOf(streamReply(leaver, await make(), { id: 'r', watch: null }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  leaver.isGone = true;
  leaver.onGone?.();
  assert.equal(await left, 'client_gone');
  assert.ok(wasTold && !leaver.hasEnded);
});

test('contents that break off have no end', async (t) => {
  const reply = await replyOf(t, (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half');
    setTimeout(() => response.destroy(), 20);
  });
  const client = new Client();
  let hasEnded = false;
  const watch = { push: () => {}, end: () => Promise.resolve(void (hasEnded = true)) };
  assert.equal(await codeOf(streamReply(client, reply, { id: 'r', watch })), 'upstream_truncated');
  assert.deepEqual([client.body, client.hasEnded, hasEnded], ['half', false, false]);
});
