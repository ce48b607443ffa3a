// What clients and ledger see when a provider fails before the answer begins, through the real process and in both
// dialects on either side.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  expectLeft,
  PAIRS,
  PROVIDER_KEY,
  PROVIDER_TOKEN,
  rowOfSession,
  type ScriptedGateway,
  startScriptedGateway,
} from './scripted-gateway.ts';
import { answer, errorBody, reset, type Script, sendJson } from './scripted-upstream.ts';
import { eventually, fileScope } from './support.ts';
import { ask, expectError, send } from './wire-client.ts';

const scope = fileScope();
let scripted: ScriptedGateway;

before(async () => {
  scripted = await startScriptedGateway(scope);
});

for (const { wire, model, name } of PAIRS) {
  test(`${name}: a rate limit keeps its status and retry-after`, async () => {
    const { play, rowOf, upstream } = scripted;
    const limited: Script = (visit) =>
      sendJson(visit, 429, errorBody(visit.wire, 'slow down'), { 'retry-after': '30' });
    const refused = await play(`429 ${name}`, limited, { wire, model });
    assert.match(expectError(refused, wire, 429).message, /slow down/);
    assert.equal(refused.headers['retry-after'], '30');
    assert.equal(upstream.visitsOf(`429 ${name}`).length, 1, 'half a minute is not waited for');
    const row = await rowOf(refused);
    assert.deepEqual([row.status, row.httpStatus, row.costNanoUsd], ['error', 429, 0]);
  });

  test(`${name}: a failure before the answer is tried again, and both attempts are in the row`, async () => {
    const { play, rowOf } = scripted;
    for (const stream of [false, true]) {
      const once: Script = (visit) =>
        visit.number === 1 ? sendJson(visit, 500, errorBody(visit.wire, 'oops')) : answer(visit);
      const good = await play(`500 then 200 ${name} ${stream}`, once, { wire, model, stream });
      assert.equal(good.status, 200, good.text);
      assert.match(good.text, /Hello/);
      const row = await rowOf(good);
      assert.deepEqual(
        row.attempts.map(({ status, httpStatus }) => `${status} ${httpStatus}`),
        ['error 500', 'ok 200'],
      );
      assert.deepEqual([row.status, row.costBasis, row.costNanoUsd], ['ok', 'measured', 10 * 1000 + 2 * 2000]);
    }
  });

  test(`${name}: a reset connection is a 502 in the caller's dialect`, async () => {
    const { play, rowOf, upstream } = scripted;
    const failed = await play(`reset ${name}`, reset, { wire, model });
    assert.match(expectError(failed, wire, 502).message, /could not be reached/);
    const row = await rowOf(failed);
    assert.deepEqual([row.status, row.errorCode, row.attempts.length], ['error', 'upstream_unreachable', 2]);
    // One more than the attempts at most: a kept-alive connection that was closing is replaced once.
    assert.ok(upstream.visitsOf(`reset ${name}`).length <= 3);
  });

  test(`${name}: a provider that never begins is left, and the client gets a 504`, async () => {
    const { play, rowOf, upstream } = scripted;
    const failed = await play(`never ${name}`, () => {}, { wire, model });
    expectError(failed, wire, 504);
    assert.equal((await rowOf(failed)).errorCode, 'upstream_timeout');
    await eventually(() => upstream.visitsOf(`never ${name}`).every(({ leftAt }) => leftAt !== null));
  });

  test(`${name}: a web page, an empty error and an answer that is no JSON become errors of the dialect`, async () => {
    const { play } = scripted;
    const html = '<html><body>502 Bad Gateway nginx</body></html>';
    const page: Script = ({ response }) => void response.writeHead(502, { 'content-type': 'text/html' }).end(html);
    const paged = await play(`html ${name}`, page, { wire, model });
    assert.doesNotMatch(expectError(paged, wire, 502).message, /</);
    const empty: Script = ({ response }) => void response.writeHead(503).end();
    expectError(await play(`empty ${name}`, empty, { wire, model }), wire, 503);
    const surprise: Script = ({ response }) => void response.writeHead(200).end('surprise');
    expectError(await play(`surprise ${name}`, surprise, { wire, model }), wire, 502);
  });

  test(`${name}: the provider is left when the client stops waiting`, async () => {
    const { gateway, upstream } = scripted;
    const text = `hang ${name}`;
    upstream.on(text, () => {});
    const running = send(gateway.url, { wire, model, text, headers: { 'x-session-id': text } });
    await expectLeft(await eventually(() => upstream.visitsOf(text)[0]), running.leave);
    const row = await rowOfSession(gateway, text);
    assert.deepEqual([row.status, row.errorCode, row.attempts.length], ['client_gone', 'client_gone', 1]);
    assert.equal(row.costBasis, 'unknown', 'what the provider bills for it is not known');
  });

  test(`${name}: a provider that repeats its credentials does not get them to the client or the ledger`, async () => {
    const { play, rowOf } = scripted;
    const told: Script = (visit) => {
      assert.match(JSON.stringify(visit.headers), new RegExp(PROVIDER_KEY));
      const message = `Incorrect API key provided: ${PROVIDER_KEY} with ${PROVIDER_TOKEN}.`;
      sendJson(visit, 401, errorBody(visit.wire, message));
    };
    const refused = await play(`leak ${name}`, told, { wire, model });
    assert.ok(refused.status >= 400, refused.text);
    assert.match(refused.text, /redacted/);
    const shown = JSON.stringify([refused, await rowOf(refused)]);
    assert.doesNotMatch(shown, new RegExp(PROVIDER_KEY));
    assert.doesNotMatch(shown, new RegExp(PROVIDER_TOKEN));
  });

  test(`${name}: the client's own credentials never reach the provider`, async () => {
    const { gateway, upstream } = scripted;
    const text = `credentials ${name}`;
    const headers = { authorization: 'Bearer client-secret', 'x-api-key': 'client-secret', cookie: 'a=client-secret' };
    assert.equal((await ask(gateway.url, { wire, model, text, headers })).status, 200);
    assert.doesNotMatch(JSON.stringify(upstream.visitsOf(text)[0]?.headers), /client-secret/);
  });
}

for (const wire of ['openai', 'anthropic'] as const) {
  test(`${wire} client: another deployment of the model answers when the first fails`, async () => {
    const { play, rowOf, upstream } = scripted;
    for (const stream of [false, true]) {
      const text = `failover ${wire} ${stream}`;
      const script: Script = (visit) =>
        visit.wire === 'openai' ? sendJson(visit, 500, errorBody('openai', 'oops')) : answer(visit);
      const good = await play(text, script, { wire, model: 'pair', stream });
      assert.equal(good.status, 200, good.text);
      assert.deepEqual(
        upstream.visitsOf(text).map((visit) => visit.wire),
        ['openai', 'anthropic'],
      );
      const row = await rowOf(good);
      assert.deepEqual([row.model, row.provider, row.escalated], ['pair', 'up-anthropic', false]);
    }
  });

  test(`${wire} client: the fallback model answers when the first model fails before its first event`, async () => {
    const { play, rowOf } = scripted;
    for (const stream of [false, true]) {
      const script: Script = (visit) =>
        visit.wire === 'openai' ? sendJson(visit, 503, errorBody('openai', 'overloaded')) : answer(visit);
      const good = await play(`fallback ${wire} ${stream}`, script, { wire, model: 'auto', stream });
      assert.equal(good.status, 200, good.text);
      const row = await rowOf(good);
      assert.deepEqual([row.model, row.escalated, row.attempts.length], ['anthropic', true, 3]);
      assert.equal(good.headers['x-tierline-model'], 'anthropic');
    }
  });
}

test('the breaker opens after failures, answers 503 with retry-after, and closes when the provider is well again', async (t) => {
  const breaker = { min_requests: 3, failure_share: 0.5, cooldown: '1s' };
  const { gateway, play, upstream } = await startScriptedGateway(t, { breaker, retries: { max_attempts: 1 } });
  let isWell = false;
  const script: Script = (visit) => (isWell ? answer(visit) : sendJson(visit, 500, errorBody(visit.wire, 'oops')));
  for (let i = 0; i < 3; i++)
    expectError(await play('ill', script, { wire: 'openai', model: 'openai' }), 'openai', 500);
  for (const wire of ['openai', 'anthropic'] as const) {
    const refused = await ask(gateway.url, { wire, model: 'openai', text: 'ill' });
    expectError(refused, wire, 503);
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal(
      (await gateway.row(String(refused.headers['x-tierline-request-id']))).errorCode,
      'upstream_unavailable',
    );
  }
  assert.equal(upstream.visits.length, 3, 'an open breaker sends nothing');
  assert.equal((await ask(gateway.url, { wire: 'openai', model: 'anthropic', text: 'ill too' })).status, 200);
  isWell = true;
  await sleep(1100);
  assert.equal((await ask(gateway.url, { wire: 'openai', model: 'openai', text: 'ill' })).status, 200);
});

test('a request that waits for a connection is not sent once its client has gone, and holds up nobody', async (t) => {
  const { gateway, upstream } = await startScriptedGateway(t, { timeouts: { first_byte: '5s' } }, { connections: 1 });
  const sent = { wire: 'openai', model: 'openai' } as const;
  upstream.on('first', async (visit) => {
    await sleep(400);
    answer(visit);
  });
  const first = ask(gateway.url, { ...sent, text: 'first' });
  await eventually(() => upstream.visitsOf('first').length === 1);
  const gone = send(gateway.url, { ...sent, text: 'gone', headers: { 'x-session-id': 'gone' } });
  await sleep(50);
  const patient = ask(gateway.url, { ...sent, text: 'patient' });
  await sleep(50);
  gone.leave();
  assert.equal((await first).status, 200);
  assert.equal((await patient).status, 200);
  assert.equal(upstream.visitsOf('gone').length, 0, 'nobody wants the answer');
  assert.equal((await rowOfSession(gateway, 'gone')).status, 'client_gone');
});

test('waiting requests are served when the connection before them breaks', async (t) => {
  const { gateway, upstream } = await startScriptedGateway(t, { timeouts: { first_byte: '5s' } }, { connections: 1 });
  const sent = { wire: 'openai', model: 'openai' } as const;
  const first = send(gateway.url, { ...sent, text: 'first' });
  upstream.on('first', () => {});
  await eventually(() => upstream.visitsOf('first').length === 1);
  const gone = send(gateway.url, { ...sent, text: 'gone' });
  await sleep(50);
  const patient = ask(gateway.url, { ...sent, text: 'patient' });
  await sleep(50);
  gone.leave();
  await sleep(50);
  first.leave();
  assert.equal((await patient).status, 200);
  assert.equal(upstream.visitsOf('gone').length, 0);
});
