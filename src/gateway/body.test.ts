import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { TierlineError } from '../call/errors.ts';
import { readBody } from './body.ts';

let server: http.Server;
let url = '';

before(async () => {
  server = http.createServer((request, response) => {
    readBody(request, 1000).then(
      (body) => response.end(body),
      (error: unknown) => {
        response.writeHead(error instanceof TierlineError ? error.status : 500, { connection: 'close' });
        response.end(error instanceof TierlineError ? error.code : String(error));
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

async function send(body: Buffer | string, headers: Record<string, string> = {}): Promise<[number, string]> {
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers });
  return [response.status, await response.text()];
}

test('a plain body comes back whole', async () => {
  assert.deepEqual(await send('{"a":"é"}'), [200, '{"a":"é"}']);
  assert.deepEqual(await send(''), [200, '']);
});

test('every encoding that clients use is unpacked', async () => {
  const text = 'hello '.repeat(100);
  assert.deepEqual(await send(zlib.gzipSync(text), { 'content-encoding': 'gzip' }), [200, text]);
  assert.deepEqual(await send(zlib.deflateSync(text), { 'content-encoding': 'deflate' }), [200, text]);
  assert.deepEqual(await send(zlib.brotliCompressSync(text), { 'content-encoding': 'br' }), [200, text]);
  assert.deepEqual(await send(zlib.zstdCompressSync(text), { 'content-encoding': 'zstd' }), [200, text]);
  assert.deepEqual(await send(text, { 'content-encoding': 'identity' }), [200, text]);
});

test('a body over the limit is refused, announced or not, packed or not', async () => {
  assert.deepEqual(await send('x'.repeat(1001)), [413, 'body_too_large']);
  assert.equal((await send('x'.repeat(1000)))[0], 200);
  assert.deepEqual(await send(zlib.gzipSync('x'.repeat(1_000_000)), { 'content-encoding': 'gzip' }), [
    413,
    'body_too_large',
  ]);
  const status = await new Promise<number | undefined>((resolve) => {
    const request = http.request(url, { method: 'POST' }, (response) => resolve(response.statusCode));
    request.on('error', () => resolve(undefined));
    for (let index = 0; index < 3; index++) request.write('x'.repeat(500));
    request.end();
  });
  assert.equal(status, 413);
});

test("what cannot be unpacked is the caller's fault", async () => {
  assert.deepEqual(await send('not gzip', { 'content-encoding': 'gzip' }), [400, 'invalid_encoding']);
  assert.deepEqual(await send('x', { 'content-encoding': 'rot13' }), [415, 'unsupported_encoding']);
});
