// Requests that are malformed, hostile or ask for what cannot be: each gets the right status and an error in its own
// dialect, none reaches a provider, and the gateway goes on serving.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.ts';
import type { WireName } from './scripted-upstream.ts';
import { fileScope } from './support.ts';
import { ask, bodyOf, expectError, PATHS, sendRaw } from './wire-client.ts';

const KEY = 'client-key-1';
const LIMIT = 64 * 1024;
const WIRES: readonly WireName[] = ['openai', 'anthropic'];

const scope = fileScope();
let scripted: ScriptedGateway;

before(async () => {
  scripted = await startScriptedGateway(scope, {
    server: { port: 0, max_body: LIMIT, max_depth: 100 },
    keys: [KEY],
    tasks: { careful: { strict: true, route: 'anthropic' } },
  });
});

interface Post {
  path?: string;
  method?: string;
  headers?: Record<string, string | null>;
}

/** A whole HTTP request as bytes; a header of null is left out. */
function post(wire: WireName, body: string | Buffer, { path, method = 'POST', headers = {} }: Post = {}): Buffer {
  const all: Record<string, string | null> = {
    host: 'gateway',
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    authorization: `Bearer ${KEY}`,
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}\r\n`]));
  const head = `${method} ${path ?? PATHS[wire]} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}

/** Both dialects are served as if nothing had been, and nothing but that has reached the provider. */
async function expectServes(visitsBefore: number): Promise<void> {
  const { gateway, upstream } = scripted;
  assert.equal(upstream.visits.length, visitsBefore, 'nothing reached the provider');
  for (const wire of WIRES) {
    const good = await ask(gateway.url, { wire, model: wire, text: 'hi', headers: { 'x-api-key': KEY } });
    assert.equal(good.status, 200, good.text);
  }
}

async function refused(
  wire: WireName,
  status: number,
  bytes: Buffer | (string | Buffer)[],
): Promise<ReturnType<typeof expectError>> {
  const { gateway, upstream } = scripted;
  const visits = upstream.visits.length;
  const answer = await sendRaw(gateway.port, bytes);
  const error = expectError(answer, wire, status);
  assert.match(answer.headers['x-tierline-request-id'] as string, /^req_/);
  await expectServes(visits);
  return error;
}

const message = '"messages":[{"role":"user","content":"hi"}]';
const deep = '['.repeat(100_000);

interface BadBody {
  name: string;
  body: (wire: WireName) => string | Buffer;
  code: string;
  /** What the message has to say. */
  says?: RegExp;
}

const BAD_BODIES: readonly BadBody[] = [
  { name: 'an empty body', code: 'invalid_json', body: () => '', says: /empty/ },
  { name: 'a body of spaces', code: 'invalid_json', body: () => '  \n ' },
  { name: 'half an object', code: 'invalid_json', body: () => '{"model":"openai","messages":[' },
  { name: 'a trailing comma', code: 'invalid_json', body: () => `{"model":"openai",${message},}` },
  { name: 'two objects', code: 'invalid_json', body: () => `{"model":"openai",${message}}{}` },
  { name: 'NaN', code: 'invalid_json', body: () => `{"model":"openai",${message},"temperature":NaN}` },
  { name: 'an array', code: 'invalid_request', body: () => '[]' },
  { name: 'null', code: 'invalid_request', body: () => 'null' },
  { name: 'no model', code: 'invalid_request', body: () => `{${message}}`, says: /model/ },
  { name: 'a model that is a number', code: 'invalid_request', body: () => `{"model":7,${message}}`, says: /model/ },
  { name: 'no messages', code: 'invalid_request', body: () => '{"model":"openai"}', says: /messages/ },
  {
    name: 'messages that are a text',
    code: 'invalid_request',
    body: () => '{"model":"openai","messages":"hi"}',
    says: /messages/,
  },
  {
    name: 'no message at all',
    code: 'invalid_request',
    body: () => '{"model":"openai","messages":[]}',
    says: /messages/,
  },
  {
    name: 'a message that is a number',
    code: 'invalid_request',
    body: () => '{"model":"openai","messages":[1]}',
    says: /messages\[0\]/,
  },
  {
    name: 'a role that is null',
    code: 'invalid_request',
    body: () => '{"model":"openai","messages":[{"role":null,"content":"x"}]}',
    says: /role/,
  },
  {
    name: 'a stream flag that is a text',
    code: 'invalid_request',
    body: () => `{"model":"openai",${message},"stream":"yes"}`,
    says: /stream/,
  },
  {
    name: 'nesting 100,000 deep',
    code: 'too_deep',
    body: () => Buffer.from(`{"model":"openai","messages":${deep}`).subarray(0, LIMIT),
  },
  {
    name: 'nesting deep inside a message',
    code: 'too_deep',
    body: () => `{"model":"openai","messages":[{"role":"user","content":${'['.repeat(200)}${']'.repeat(200)}}]}`,
  },
  {
    name: 'bytes that are no UTF-8',
    code: 'invalid_encoding',
    body: () =>
      Buffer.concat([
        Buffer.from(`{"model":"openai",${message},"user":"`),
        Buffer.from([0xc3, 0x28, 0xff]),
        Buffer.from('"}'),
      ]),
  },
  {
    name: 'a model given twice',
    code: 'ambiguous_body',
    body: (wire) => `{"model":"${wire}",${message},"model":"pair"}`,
  },
  { name: 'a model in escapes', code: 'ambiguous_body', body: (wire) => `{"mod\\u0065l":"${wire}",${message}}` },
  { name: 'messages given twice', code: 'ambiguous_body', body: (wire) => `{"model":"${wire}",${message},${message}}` },
];

for (const wire of WIRES) {
  for (const { name, body, code, says } of BAD_BODIES) {
    test(`${wire}: ${name} is a 400`, async () => {
      const error = await refused(wire, 400, post(wire, body(wire)));
      if (wire === 'openai') assert.equal(error.code, code, error.message);
      assert.equal(error.type, 'invalid_request_error');
      if (says !== undefined) assert.match(error.message, says);
    });
  }

  test(`${wire}: a body over the limit is a 413, announced or in chunks`, async () => {
    const large = Buffer.alloc(4 * LIMIT, 0x20);
    const announced = post(wire, large);
    await refused(wire, 413, announced);
    const chunk = `${large.length.toString(16)}\r\n`;
    const chunked = post(wire, '', { headers: { 'content-length': null, 'transfer-encoding': 'chunked' } });
    await refused(wire, 413, [chunked, chunk, large, '\r\n0\r\n\r\n']);
    // A client that waits for leave to send never sends it.
    const expecting = post(wire, '', { headers: { 'content-length': String(large.length), expect: '100-continue' } });
    assert.match((await refused(wire, 413, expecting)).message, new RegExp(String(LIMIT)));
  });

  test(`${wire}: a client that sends a large body to its end still gets its 413 or 401`, async () => {
    const { gateway } = scripted;
    for (let round = 0; round < 5; round++) {
      const text = 'x'.repeat(8 * 1024 * 1024);
      const answer = await ask(gateway.url, { wire, model: wire, text, headers: { 'x-api-key': KEY } });
      expectError(answer, wire, 413);
      expectError(await ask(gateway.url, { wire, model: wire, text, headers: { 'x-api-key': 'wrong' } }), wire, 401);
    }
  });

  test(`${wire}: compressed bodies are unpacked within the limit`, async () => {
    const { gateway, upstream } = scripted;
    const gzip = { headers: { 'content-encoding': 'gzip' } };
    const packed = gzipSync(bodyOf({ wire, model: wire, text: `packed ${wire}` }));
    const good = await sendRaw(gateway.port, post(wire, packed, gzip));
    assert.equal(good.status, 200, good.text);
    const visit = upstream.visitsOf(`packed ${wire}`)[0];
    assert.equal(visit?.headers['content-encoding'], undefined, 'the provider gets it unpacked');
    assert.match((await refused(wire, 400, post(wire, packed.subarray(0, 30), gzip))).message, /gzip/);
    await refused(wire, 400, post(wire, 'no gzip at all', gzip));
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20));
    assert.ok(bomb.length < LIMIT);
    await refused(wire, 413, post(wire, bomb, gzip));
    await refused(wire, 415, post(wire, packed, { headers: { 'content-encoding': 'lzma' } }));
    await refused(wire, 415, post(wire, packed, { headers: { 'content-encoding': 'gzip, gzip' } }));
    await refused(wire, 415, post(wire, packed, { headers: { 'content-encoding': '__proto__' } }));
  });

  test(`${wire}: no key, a wrong key and a hostile key are a 401 that repeats none of it`, async () => {
    const body = bodyOf({ wire, model: wire, text: 'hi' });
    const keys = [
      null,
      '',
      'Bearer',
      'Bearer wrong-key-77',
      `Bearer ${KEY}x`,
      `Basic ${KEY}`,
      'Bearer __proto__',
      `Bearer ${'k'.repeat(8000)}`,
      'Bearer \xff\xfe"\'<script>',
    ];
    for (const authorization of keys) {
      const error = await refused(wire, 401, post(wire, body, { headers: { authorization } }));
      assert.doesNotMatch(error.message, /wrong-key|kkkk|script/);
    }
    await refused(wire, 401, post(wire, 'not even json', { headers: { authorization: null } }));
  });

  test(`${wire}: more than one choice from an Anthropic model is a 400 that names n`, async () => {
    if (wire === 'anthropic') return;
    const error = await refused(
      wire,
      400,
      post(wire, bodyOf({ wire, model: 'anthropic', text: 'hi', more: { n: 2 } })),
    );
    assert.match(error.message, /\bn\b/);
    assert.deepEqual([error.code, error.param], ['unsupported', 'n']);
  });

  test(`${wire}: a path that is no route is a 404 that names the routes of calls`, async () => {
    const path = wire === 'openai' ? '/v1/chat/completion' : '/v1/messages/nope';
    const error = await refused(wire, 404, post(wire, bodyOf({ wire, model: wire, text: 'hi' }), { path }));
    assert.match(error.message, /\/v1\/chat\/completions, \/v1\/responses or \/v1\/embeddings .*\/v1\/messages/);
  });

  test(`${wire}: unknown models and tasks are a 404 that says what there is`, async () => {
    const unknown = await refused(wire, 404, post(wire, bodyOf({ wire, model: 'gpt-nope', text: 'hi' })));
    assert.match(unknown.message, /gpt-nope.*openai, anthropic, pair, auto/s);
    const task = await refused(wire, 404, post(wire, bodyOf({ wire, model: 'auto/nope', text: 'hi' })));
    assert.match(task.message, /nope.*careful/s);
    for (const model of ['__proto__', 'constructor', '../../etc/passwd', 'http://127.0.0.1:1/v1', '\u0000']) {
      await refused(wire, 404, post(wire, bodyOf({ wire, model, text: 'hi' })));
    }
  });
}
