// HTTP that tries to get past the gateway: smuggling, oversized heads, wrong routes and methods, and every field by
// which a client might choose where its request, or the operator's key, is sent.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { before, test } from 'node:test';
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.ts';
import type { WireName } from './scripted-upstream.ts';
import { fileScope } from './support.ts';
import { ask, bodyOf, errorIn, expectError, PATHS, sendRaw } from './wire-client.ts';

const WIRES: readonly WireName[] = ['openai', 'anthropic'];

const scope = fileScope();
let scripted: ScriptedGateway;
/** A server that nothing may ever reach. */
let decoy: string;
let decoyRequests = 0;

before(async () => {
  scripted = await startScriptedGateway(scope, { tasks: { careful: { strict: true, route: 'anthropic' } } });
  const server = createServer((_, response) => {
    decoyRequests += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.after(() => void server.close());
  decoy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

async function expectServes(): Promise<void> {
  for (const wire of WIRES) {
    const good = await ask(scripted.gateway.url, { wire, model: wire, text: 'hi' });
    assert.equal(good.status, 200, good.text);
  }
}

function head(first: string, headers: Record<string, string> = {}): string {
  const lines = Object.entries({ host: 'gateway', connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${first} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

test('bytes that are not proper HTTP are refused and reach nobody', async () => {
  const { gateway, upstream } = scripted;
  const visits = upstream.visits.length;
  const body = bodyOf({ wire: 'openai', model: 'openai', text: 'smuggled' });
  const json = { 'content-type': 'application/json' };
  const length = String(body.length);
  const chunked = { ...json, 'transfer-encoding': 'chunked' };
  const post = `POST ${PATHS.openai}`;
  const cases: Record<string, [status: number, bytes: string]> = {
    'length and chunks': [400, head(post, { ...chunked, 'content-length': length }) + body],
    'two lengths': [
      400,
      `${post} HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: ${length}\r\n\r\n${body}`,
    ],
    'a negative length': [400, head(post, { ...json, 'content-length': '-1' })],
    'a broken chunk': [400, `${head(post, chunked)}zz\r\n${body}`],
    'chunks twice encoded': [400, head(post, { ...json, 'transfer-encoding': 'chunked, identity' }) + body],
    'no HTTP at all': [400, '\u0016\u0003\u0001 hello\r\n\r\n'],
    'a header with a zero byte': [400, head(post, { 'x-api-key': 'a\0b' })],
    'a header of 40 KB': [431, head(post, { 'x-large': 'x'.repeat(40 * 1024) })],
    'a thousand headers of 100 bytes': [
      431,
      head(post, Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x-${i}`, 'y'.repeat(100)]))),
    ],
    'no host': [400, `${post} HTTP/1.1\r\nconnection: close\r\n\r\n`],
  };
  for (const [name, [status, bytes]] of Object.entries(cases)) {
    const answer = await sendRaw(gateway.port, bytes);
    assert.equal(answer.status, status, `${name}: ${answer.text}`);
    // Node answers a missing host itself, without a body.
    if (name !== 'no host') errorIn('openai', answer.text);
  }
  assert.equal(upstream.visits.length, visits);
  await expectServes();
});

test('a packet full of calls without a key, and a long body announced without one, are refused and harm nobody', async () => {
  const key = 'the-key-of-a-client';
  const { gateway, upstream } = await startScriptedGateway(scope, { keys: [key] });
  const call = `POST ${PATHS.openai} HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nx`;
  const many = await sendRaw(gateway.port, [
    call.repeat(800),
    head(`POST ${PATHS.openai}`, { 'content-length': '1' }),
    'x',
  ]);
  assert.equal(many.status, 401, many.text);
  const long = connect(gateway.port, '127.0.0.1');
  long.write(`POST ${PATHS.anthropic} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n`);
  const [answer] = (await once(long, 'data')) as [Buffer];
  long.destroy();
  assert.match(answer.toString(), /^HTTP\/1\.1 401 /, 'before its body has come');
  const running = await ask(gateway.url, {
    wire: 'openai',
    model: 'openai',
    text: 'hi',
    headers: { authorization: `Bearer ${key}` },
  });
  assert.equal(running.status, 200, running.text);
  assert.equal(upstream.visits.length, 1);
});

test("unknown routes and wrong methods are told in the caller's dialect", async () => {
  const { gateway, upstream } = scripted;
  const visits = upstream.visits.length;
  const anthropic = { 'anthropic-version': '2023-06-01' };
  const cases: [first: string, wire: WireName, status: number, headers?: Record<string, string>][] = [
    ['GET /', 'openai', 404],
    ['GET /nope', 'openai', 404],
    ['GET /nope', 'anthropic', 404, anthropic],
    ['POST /v1/moderations', 'openai', 404],
    ['POST /v1/messages/threads', 'anthropic', 404],
    ['POST /v1/chat/completions/../../etc', 'openai', 404],
    ['POST /v1//chat/completions', 'openai', 404],
    [`GET ${PATHS.openai}`, 'openai', 405],
    [`PUT ${PATHS.openai}`, 'openai', 405],
    [`DELETE ${PATHS.anthropic}`, 'anthropic', 405],
    [`GET ${PATHS.anthropic}`, 'anthropic', 405],
    ['POST /v1/models', 'openai', 405],
    ['GET /v1/models/nope', 'openai', 404],
    ['GET /v1/models/%E0%A4%A', 'anthropic', 404, anthropic],
    ['GET /v1/messages/count_tokens', 'anthropic', 405],
  ];
  for (const [first, wire, status, headers] of cases) {
    const answer = await sendRaw(gateway.port, head(first, headers));
    const error = expectError(answer, wire, status);
    if (wire === 'anthropic' && status === 404) assert.equal(error.type, 'not_found_error');
  }
  assert.equal(upstream.visits.length, visits);
  await expectServes();
});

test('a WebSocket is not opened, and the answer says what to do instead', async () => {
  const { gateway, upstream } = scripted;
  const visits = upstream.visits.length;
  const socket = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  for (const path of ['/v1/responses', '/responses', PATHS.openai]) {
    const answer = await sendRaw(gateway.port, [head(`GET ${path}`, socket)]);
    assert.equal(expectError(answer, 'openai', 426).code, 'no_websocket');
    assert.equal(answer.headers.upgrade, 'HTTP/1.1');
    assert.equal(answer.headers.connection, 'upgrade');
  }
  assert.equal(
    expectError(await sendRaw(gateway.port, head('GET /v1/responses')), 'openai', 405).code,
    'method_not_allowed',
  );
  assert.equal(upstream.visits.length, visits);
  await expectServes();
});

test("no field of a request chooses a host or sees the operator's key", async () => {
  const { gateway, upstream } = scripted;
  const { host } = new URL(decoy);
  const urls = { api_base: decoy, base_url: decoy, api_key: 'mine', host, endpoint: decoy, custom_llm_provider: decoy };
  for (const wire of WIRES) {
    for (const model of WIRES) {
      const text = `elsewhere ${wire} ${model}`;
      const headers = {
        host,
        'x-forwarded-host': host,
        'x-api-base': decoy,
        'helicone-target-url': decoy,
        'x-portkey-custom-host': decoy,
        forwarded: `host=${host}`,
      };
      const good = await ask(gateway.url, {
        wire,
        model,
        text,
        more: { ...urls, metadata: { api_base: decoy } },
        headers,
      });
      assert.equal(good.status, 200, good.text);
      const visit = upstream.visitsOf(text)[0];
      assert.equal(visit?.headers.host, new URL(upstream.url).host);
      assert.doesNotMatch(JSON.stringify(visit?.headers), new RegExp(host));
    }
  }
  const body = bodyOf({ wire: 'openai', model: 'openai', text: 'absolute' });
  const json = { 'content-type': 'application/json', 'content-length': String(body.length) };
  for (const target of [
    `${decoy}${PATHS.openai}`,
    `//${host}${PATHS.openai}`,
    `${PATHS.openai}@${host}`,
    `/v1/http://${host}/`,
  ]) {
    const answer = await sendRaw(gateway.port, head(`POST ${target}`, json) + body);
    assert.ok(answer.status >= 400 && answer.status < 500, `${target}: ${answer.status}`);
  }
  const connect = await sendRaw(gateway.port, head(`CONNECT ${host}`));
  assert.notEqual(connect.status, 200);
  assert.equal(upstream.visitsOf('absolute').length, 0);
  assert.equal(decoyRequests, 0, 'nothing reached the other host');
  await expectServes();
});

test('the query of a request cannot change the path or the query the operator set', async () => {
  const { gateway, upstream } = scripted;
  for (const wire of WIRES) {
    const body = bodyOf({ wire, model: wire, text: `query ${wire}` });
    const json = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const answer = await sendRaw(gateway.port, head(`POST ${PATHS[wire]}?beta=true&/../admin`, json) + body);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(upstream.visitsOf(`query ${wire}`)[0]?.path.split('?')[0], PATHS[wire]);
  }
});

test('keys named __proto__ and constructor are data and nothing else', async () => {
  const { gateway, upstream } = scripted;
  const evil = '"__proto__":{"model":"pair","stream":true,"isAdmin":true},"constructor":{"prototype":{"stream":true}}';
  for (const wire of WIRES) {
    for (const model of WIRES) {
      const text = `proto ${wire} ${model}`;
      const body = `{${evil},${bodyOf({ wire, model, text, more: { metadata: { user_id: 'u' } } }).slice(1, -1)},"tools":[]}`;
      const json = { 'content-type': 'application/json', 'content-length': String(body.length) };
      const answer = await sendRaw(gateway.port, head(`POST ${PATHS[wire]}`, json) + body);
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.text, /Hello there/);
      const visit = upstream.visitsOf(text)[0];
      assert.equal(visit?.body.model, model === 'openai' ? 'real-o' : 'real-a');
      if (wire === model)
        assert.ok(visit?.text.includes('"__proto__":{"model":"pair"'), 'the same bytes for the same dialect');
      else assert.match(String(answer.headers['x-tierline-losses']), /__proto__/, 'told as lost when crossing');
    }
  }
  await expectServes();
});

test('strict mode makes a loss of translation a 400 that names it', async () => {
  const { gateway, upstream } = scripted;
  const headers = { 'x-tierline-task': 'careful' };
  const sent = { wire: 'openai', model: 'anthropic', text: 'lossy', more: { logit_bias: { 50: 1 } } } as const;
  const refused = await ask(gateway.url, { ...sent, headers });
  const error = expectError(refused, 'openai', 400);
  assert.equal(error.code, 'lossy_translation');
  assert.match(error.message, /logit_bias/);
  assert.equal(upstream.visitsOf('lossy').length, 0);
  const told = await ask(gateway.url, sent);
  assert.equal(told.status, 200, told.text);
  assert.match(String(told.headers['x-tierline-losses']), /logit_bias/);
});
