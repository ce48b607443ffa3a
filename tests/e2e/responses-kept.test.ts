// What becomes of a response afterwards, through the built gateway with OpenAI's own SDK: it is read, listed, cancelled and
// deleted where it lies, by the tenant that made it and by nobody else, for as long as the operator says, and after a kill.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import { objectsPath } from '../../src/objects/object-store.ts';
import { clientOf, create, refused, rowOf, type Stateful, startStateful, textOf } from './stateful-gateway.ts';
import { APIS } from './stateful-upstream.ts';
import { fileScope, run, startGateway, temporaryFolder } from './support.ts';

const scope = fileScope();
let stateful: Stateful;
let client: OpenAI;

before(async () => {
  stateful = await startStateful(scope);
  client = stateful.as('acme');
});

const hello = () => ({ text: 'Hello there.' });

beforeEach(() => {
  stateful.upstream.say = hello;
});

const NOT_FOUND = { status: 400, code: 'previous_response_not_found' };
const on = (id: string, model = 'anthropic') => ({ model, input: 'More', previous_response_id: id });

describe('a response that the gateway keeps', () => {
  test('is read as it was answered, with what it was asked, and is gone when it is deleted', async () => {
    const { upstream } = stateful;
    const first = await create(client, { model: 'anthropic', input: 'Hi', instructions: 'Be brief.' });
    const { response } = await create(client, { ...on(first.response.id), input: 'And you?' }, true);
    const visits = upstream.visits.length;
    const read = await client.responses.retrieve(response.id);
    assert.deepEqual([read.id, textOf(read), read.status], [response.id, 'Hello there.', 'completed']);
    const items = [];
    for await (const item of client.responses.inputItems.list(response.id, { order: 'asc', limit: 2 }))
      items.push(item);
    assert.deepEqual(
      items.map((item) => ('role' in item ? item.role : '')),
      ['user', 'assistant', 'user'],
    );
    assert.equal(new Set(items.map(({ id }) => id)).size, 3);
    await refused(client.responses.cancel(response.id), { status: 400, says: /runs in the background/ });
    await client.responses.delete(response.id);
    await refused(client.responses.retrieve(response.id), { status: 404 });
    await refused(client.responses.delete(response.id), { status: 404 });
    await refused(create(client, on(response.id)), NOT_FOUND);
    assert.equal(upstream.visits.length, visits, 'no provider is asked');
    assert.equal(textOf((await create(client, on(first.response.id))).response), 'Hello there.');
  });

  test('cannot be gone on from once it is larger than a body may be, and says so as OpenAI would', async () => {
    const small = await startStateful(scope, { server: { port: 0, max_body: '20KB' } });
    small.upstream.say = () => ({ text: 'x'.repeat(15_000) });
    const asked = { model: 'chat', input: 'y'.repeat(8_000) };
    const { response } = await create(small.as('acme'), asked);
    await refused(create(small.as('acme'), on(response.id, 'chat')), { status: 413, says: /larger than 2\d+ bytes/ });
    assert.equal(small.upstream.visits.length, 1);
  });
});

describe('a response that lies at its provider', () => {
  test('is read, listed and cancelled there', async () => {
    const { upstream } = stateful;
    const { response } = await create(client, { model: 'responses', input: 'Hi', background: true });
    assert.equal(response.status, 'queued');
    assert.equal((await client.responses.retrieve(response.id, { include: [] })).status, 'queued');
    const { data } = await client.responses.inputItems.list(response.id, { limit: 5 });
    assert.deepEqual(data, []);
    assert.equal(upstream.last.path, `/v1/responses/${response.id}/input_items?limit=5`);
    assert.equal((await client.responses.cancel(response.id)).status, 'cancelled');
    assert.equal(upstream.last.path, `/v1/responses/${response.id}/cancel`);
    assert.equal(upstream.last.headers.authorization, 'Bearer k', "the key is the provider's");
  });

  test('is not known any more when it has been deleted there', async () => {
    const { upstream } = stateful;
    const { response } = await create(client, { model: 'responses', input: 'Hi' });
    await client.responses.delete(response.id);
    assert.deepEqual([upstream.last.method, upstream.stored.has(response.id)], ['DELETE', false]);
    const visits = upstream.visits.length;
    await refused(client.responses.retrieve(response.id), { status: 404 });
    await refused(create(client, on(response.id, 'responses')), NOT_FOUND);
    assert.equal(upstream.visits.length, visits, 'the provider is not asked for what is gone');
  });

  test('that the provider does not know any more is its own 404', async () => {
    const { upstream } = stateful;
    const { response } = await create(client, { model: 'responses', input: 'Hi' });
    upstream.stored.delete(response.id);
    for (const act of ['retrieve', 'cancel', 'delete'] as const) {
      await refused(client.responses[act](response.id), { status: 404, says: /not found/ });
    }
    assert.equal(upstream.last.method, 'DELETE', 'the provider was asked');
  });

  test('is gone on from nowhere else, and the ledger says why', async () => {
    const { upstream, gateway } = stateful;
    const { response } = await create(client, { model: 'responses', input: 'Hi' });
    for (const model of ['anthropic', 'other']) {
      const visits = upstream.visits.length;
      const caught = await client.responses.create(on(response.id, model)).catch((error: unknown) => error);
      const { status, message, headers } = caught as Error & { status: number; headers: Headers };
      assert.equal(status, 400);
      assert.match(message, /what the request goes on from lies at up-responses/);
      assert.equal(upstream.visits.length, visits);
      const row = await rowOf(gateway, headers);
      assert.deepEqual([row.status, row.errorCode, row.attempts.length], ['error', 'unsupported', 0]);
      const page = await run(['explain', row.id, '--ledger', gateway.ledgerPath], { cwd: '.' });
      assert.match(page.stdout, /lies at up-responses/);
    }
  });
});

for (const api of APIS) {
  test(`what one tenant was answered by ${api} does not exist for another, and no provider hears of it`, async () => {
    const { upstream, as } = stateful;
    const { response } = await create(client, { model: api, input: 'The secret is 4711.' });
    const visits = upstream.visits.length;
    const stranger = as('globex');
    for (const model of APIS) await refused(create(stranger, on(response.id, model)), NOT_FOUND);
    await refused(create(stranger, on(response.id, api), true), NOT_FOUND);
    await refused(stranger.responses.retrieve(response.id), { status: 404 });
    await refused(stranger.responses.inputItems.list(response.id), { status: 404 });
    await refused(stranger.responses.cancel(response.id), { status: 404 });
    await refused(stranger.responses.delete(response.id), { status: 404 });
    assert.equal(upstream.visits.length, visits);
    assert.equal((await client.responses.retrieve(response.id)).id, response.id);
  });
}

describe('a provider that fails while it holds the conversation', () => {
  const FALLBACK = { default: { model: 'responses', fallback: ['other', 'anthropic'] } };

  for (const keep of ['crossing', 'always'] as const) {
    test(keep === 'always' ? 'is stood in for where all is kept' : 'is stood in for by nobody', async () => {
      const { upstream, as, gateway } = await startStateful(scope, { ...FALLBACK, responses: { keep } });
      const first = await create(as('acme'), { model: 'auto', input: 'My name is Ada.' });
      upstream.say = ({ path, api }) => (path === '/v1/responses' ? { status: 500 } : { text: `Ada, says ${api}` });
      const asked = { model: 'auto', input: 'Who am I?', previous_response_id: first.response.id };
      if (keep === 'crossing') {
        const caught = await as('acme')
          .responses.create(asked)
          .catch((error: unknown) => error);
        const { status, headers } = caught as { status: number; headers: Headers };
        assert.equal(status, 500);
        const row = await rowOf(gateway, headers);
        assert.deepEqual(
          row.attempts.map(({ model }) => model),
          ['responses'],
        );
        const page = await run(['explain', row.id, '--ledger', gateway.ledgerPath], { cwd: '.' });
        assert.match(page.stdout, /anthropic.*lies at up-responses/);
        return;
      }
      const { response, headers } = await create(as('acme'), asked);
      assert.equal(textOf(response), 'Ada, says responses');
      assert.match(upstream.last.path, /^\/other\//);
      assert.match(upstream.last.text, /My name is Ada\./);
      assert.equal((await rowOf(gateway, headers)).model, 'other');
    });
  }
});

describe('where all is kept', () => {
  test('a response that still runs is asked for at its provider, not told as it was', async () => {
    const { upstream, as } = await startStateful(scope, { responses: { keep: 'always' } });
    const { response } = await create(as('acme'), { model: 'responses', input: 'Hi', background: true });
    assert.equal(response.status, 'queued');
    Object.assign(upstream.stored.get(response.id) ?? {}, { status: 'completed' });
    assert.equal((await as('acme').responses.retrieve(response.id)).status, 'completed');
    assert.equal((await as('acme').responses.cancel(response.id)).status, 'cancelled');
  });

  test('what is deleted is deleted at its provider as well', async () => {
    const { upstream, as } = await startStateful(scope, { responses: { keep: 'always' } });
    const { response } = await create(as('acme'), { model: 'responses', input: 'Hi' });
    assert.equal(upstream.stored.has(response.id), true);
    await as('acme').responses.delete(response.id);
    assert.equal(upstream.stored.has(response.id), false);
    await refused(as('acme').responses.retrieve(response.id), { status: 404 });
  });
});

test('a killed gateway knows everything again that it has answered', async () => {
  const folder = temporaryFolder(scope);
  const { upstream } = stateful;
  const first = await startGateway(scope, { folder, config: stateful.config });
  const made = [];
  for (const model of APIS)
    for (const isStream of [false, true]) {
      const text = `${model} ${isStream}`;
      made.push({ model, text, ...(await create(clientOf(first, 'acme'), { model, input: text }, isStream)) });
    }
  await first.stop('SIGKILL');
  const second = await startGateway(scope, { folder });
  for (const { model, text, response } of made) {
    const again = clientOf(second, 'acme');
    assert.equal((await again.responses.retrieve(response.id)).id, response.id);
    await create(again, on(response.id, model));
    if (model === 'responses') assert.equal(upstream.last.body['previous_response_id'], response.id);
    else assert.match(upstream.last.text, new RegExp(`${text}.*Hello there\\..*More`));
    await refused(clientOf(second, 'globex').responses.retrieve(response.id), { status: 404 });
  }
});

test('after its time a response does not exist any more', async () => {
  const { upstream, as } = await startStateful(scope, { responses: { retention: '1s' } });
  for (const model of ['chat', 'responses']) {
    const { response } = await create(as('acme'), { model, input: 'Hi' });
    await create(as('acme'), on(response.id, model));
    await sleep(1100);
    const visits = upstream.visits.length;
    await refused(create(as('acme'), on(response.id, model)), NOT_FOUND);
    await refused(as('acme').responses.retrieve(response.id), { status: 404 });
    assert.equal(upstream.visits.length, visits);
  }
});

test('where nothing is kept, a conversation goes on only where its provider has a store', async () => {
  const { upstream, as } = await startStateful(scope, { responses: { keep: 'never' } });
  for (const model of ['chat', 'anthropic', 'gemini']) {
    const { response } = await create(as('acme'), { model, input: 'Hi' }, model === 'chat');
    await refused(create(as('acme'), on(response.id, model)), NOT_FOUND);
  }
  const { response } = await create(as('acme'), { model: 'responses', input: 'Hi' });
  await create(as('acme'), on(response.id, 'responses'));
  assert.equal(upstream.last.body['previous_response_id'], response.id);
});

test('an answer that cannot be kept is answered all the same, and the operator hears of it', async () => {
  const { gateway, as } = await startStateful(scope);
  const db = new DatabaseSync(objectsPath(gateway.ledgerPath));
  db.exec('DROP TABLE objects');
  db.close();
  for (const isStream of [false, true]) {
    const { response, headers } = await create(as('acme'), { model: 'chat', input: 'Hi' }, isStream);
    assert.equal(textOf(response), 'Hello there.');
    await gateway.printed(new RegExp(`${headers.get('x-tierline-request-id')}.*no such table`), 'stderr');
  }
});
