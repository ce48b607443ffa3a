import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { emptyPlan } from '../call/plan.ts';
import type { AnswerFacts } from '../call-client.ts';
import { sampleRow } from '../ledger/sample-row.test.ts';
import { ChatError } from './chat-error.ts';
import { InProcessClient } from './in-process-client.ts';

const FACTS: AnswerFacts = { plan: emptyPlan(), model: 'm', attempts: 1, losses: ['top_k'], cost: 1, baseline: 2 };
const NOTHING = { body: null, headers: {}, answer: null };

function recorded(signal?: AbortSignal): InProcessClient {
  const client = new InProcessClient('req_1', signal);
  client.row = sampleRow({ id: 'req_1' });
  return client;
}

async function read(client: InProcessClient): Promise<string[]> {
  const events: string[] = [];
  for await (const event of (await client.answered).events ?? assert.fail('no stream')) events.push(event);
  return events;
}

test('a reply arrives with its headers and losses, and the row is there', async () => {
  const client = recorded();
  client.reply(Buffer.from('{"a":"ü"}'), { 'x-request-id': 'up' }, FACTS);
  assert.deepEqual(await client.answered, {
    headers: { 'x-request-id': 'up' },
    losses: ['top_k'],
    body: '{"a":"ü"}',
    events: null,
  });
  assert.equal((await client.facts).id, 'req_1');
});

describe('a stream', () => {
  test('becomes the data of its events, however the bytes are cut', async () => {
    const client = recorded();
    const events = read(client);
    const bytes = Buffer.from(': ping\n\nevent: a\ndata: {"x":"ü€"}\n\ndata: two\n\n');
    client.begin({});
    for (const byte of bytes) client.write(Buffer.from([byte]));
    client.finish('data: [DONE]\n\n');
    assert.deepEqual(await events, ['{"x":"ü€"}', 'two', '[DONE]']);
  });

  test('ends with its last event also when the blank line behind it is missing', async () => {
    const client = recorded();
    client.begin({});
    client.finish('data: last');
    assert.deepEqual(await read(client), ['last']);
  });

  test('without a first event is an empty stream', async () => {
    const client = recorded();
    client.finish(null);
    assert.deepEqual(await read(client), []);
  });

  test('pauses its provider while nobody reads, and goes on when there is room', async () => {
    const client = recorded();
    client.begin({});
    let drained = 0;
    let written = 0;
    while (client.write(`data: ${written}\n\n`)) written++;
    client.onDrain = () => drained++;
    assert.equal(client.write(': a comment\n\n'), false, 'still no room');
    const { events } = await client.answered;
    for (let at = 0; at <= written; at++) await events?.next();
    assert.equal(drained, 1);
    assert.equal(client.write(': a comment\n\n'), true);
  });

  test('that its reader leaves tells the provider', async () => {
    const client = recorded();
    let gone = 0;
    client.onGone = () => gone++;
    client.begin({});
    client.write('data: 1\n\n');
    for await (const _ of (await client.answered).events ?? []) break;
    assert.deepEqual([gone, client.isGone], [1, true]);
  });
});

describe('a failure', () => {
  const error = new TierlineError('upstream_error', 'over', {
    upstream: { status: 529, message: 'over' },
    retryAfterSeconds: 3,
    param: 'model',
  });
  const context = { body: '{"error":{}}', headers: { 'retry-after': '3' }, answer: FACTS };

  test('keeps everything that is known of the error and of the call', async () => {
    const client = recorded();
    client.fail(error, context);
    await assert.rejects(client.answered, (told) => {
      assert.ok(told instanceof ChatError && told instanceof TierlineError);
      assert.deepEqual([told.code, told.status, told.message, told.param], ['upstream_error', 529, 'over', 'model']);
      assert.deepEqual([told.retryAfterSeconds, told.requestId, told.facts?.id], [3, 'req_1', 'req_1']);
      assert.deepEqual([told.body, told.headers], ['{"error":{}}', { 'retry-after': '3' }]);
      assert.equal(told.cause, error);
      return true;
    });
    assert.equal((await client.facts).id, 'req_1');
  });

  test('in the middle of a stream comes after its events', async () => {
    const client = recorded();
    client.begin({});
    client.write('data: 1\n\n');
    client.fail(error, context);
    const { events } = await client.answered;
    assert.equal((await events?.next())?.value, '1');
    await assert.rejects(async () => events?.next(), { code: 'upstream_error' });
  });

  test('of a call that never had a row leaves no facts', async () => {
    const client = new InProcessClient('req_1');
    client.fail(new TierlineError('internal'), NOTHING);
    await assert.rejects(client.facts, { code: 'internal' });
  });
});

describe('a signal', () => {
  test('ends the call with its reason, and what comes later is not heard', async () => {
    const stop = new AbortController();
    const client = recorded(stop.signal);
    let gone = 0;
    client.onGone = () => gone++;
    stop.abort(new Error('enough'));
    await assert.rejects(client.answered, /enough/);
    assert.deepEqual([gone, client.isGone], [1, true]);
    client.fail(new TierlineError('client_gone'), NOTHING);
    await assert.rejects(client.answered, /enough/);
    assert.equal((await client.facts).id, 'req_1');
  });

  test('ends a stream for its reader too', async () => {
    const stop = new AbortController();
    const client = recorded(stop.signal);
    client.begin({});
    const events = read(client);
    stop.abort(new Error('enough'));
    await assert.rejects(events, /enough/);
  });

  test('that comes after the end changes nothing', async () => {
    const stop = new AbortController();
    const client = recorded(stop.signal);
    client.reply('{}', {}, FACTS);
    stop.abort();
    assert.equal(client.isGone, false);
    assert.equal((await client.answered).body, '{}');
  });
});

test('a sign of life is nothing to a process that waits for itself', async () => {
  const client = recorded();
  client.keepAlive();
  client.finish(null);
  assert.deepEqual(await read(client), []);
});
