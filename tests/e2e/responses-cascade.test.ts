// Cascades with clients of the responses API, through the built gateway: whatever becomes of the cheap answer, OpenAI's SDK
// sees one response of one model, which is the one that can be gone on from.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { keyOf, refused, rowOf, type Stateful, startStateful, textOf } from './stateful-gateway.ts';
import { APIS, type Api, type Said, type StatefulVisit } from './stateful-upstream.ts';
import { eventually, fileScope } from './support.ts';

const scope = fileScope();
const CHEAP = { price: { input: 1, output: 2 } };
const STRONG = { price: { input: 10, output: 20 } };
const PROVIDERS: Record<Api, string> = {
  responses: 'up-responses',
  chat: 'up-chat',
  anthropic: 'up-anthropic',
  gemini: 'up-gemini',
};
/** Cheap and strong model: the client's own dialect first, then second, then neither. */
const SETUPS = [
  ['responses', 'anthropic'],
  ['chat', 'responses'],
  ['anthropic', 'gemini'],
] as const;
let stateful: Stateful;

before(async () => {
  /** Digits are not in good answers. */
  const accept = [{ pattern: '^[A-Za-z .]+$' }];
  const tasksOf = ([cheap, strong]: (typeof SETUPS)[number]): [string, object][] => {
    const cascade = [`cheap-${cheap}`, `strong-${strong}`];
    return [
      [`hold-${cheap}`, { accept, route: { cascade } }],
      [`strict-${cheap}`, { accept, route: { cascade, otherwise: 'error' } }],
      [`first-${cheap}`, { accept, route: { cascade, stream: { first_tokens: 2 } } }],
      [`early-${cheap}`, { accept, route: { cascade, stream: 'early' } }],
    ];
  };
  const models = APIS.flatMap((api) => [
    [`cheap-${api}`, { use: `${PROVIDERS[api]}/cheap`, ...CHEAP }],
    [`strong-${api}`, { use: `${PROVIDERS[api]}/strong`, ...STRONG }],
  ]);
  stateful = await startStateful(scope, {
    models: Object.fromEntries(models) as object,
    default: 'cheap-chat',
    baseline: 'strong-responses',
    tasks: Object.fromEntries(SETUPS.flatMap(tasksOf)),
  });
  // The first calls of a process are slow, and signs of life would come where a test wants none.
  for (const [cheap] of SETUPS) await hear(`hold-${cheap}`, 'warm up');
});

beforeEach(() => {
  stateful.upstream.say = () => ({ text: 'Hello there.' });
});

const isCheap = ({ body, path }: StatefulVisit): boolean => body['model'] === 'cheap' || path.includes('/cheap:');

/** The cheap model says this, the strong one gives a good answer. */
function cheaply(said: Said, waitMs = 0): void {
  stateful.upstream.say = async (visit) => {
    if (!isCheap(visit)) return { text: 'Strong answer.' };
    await sleep(waitMs);
    return said;
  };
}

interface Heard {
  /** The response at the end; null when there was none. */
  last: OpenAI.Responses.Response | null;
  deltas: string;
  error: unknown;
  /** The bytes of the answer. */
  raw: string;
  headers: Headers;
}

async function hear(task: string, input: string, more: object = {}): Promise<Heard> {
  const heard: Heard = { last: null, deltas: '', error: null, raw: '', headers: new Headers() };
  let whole: Promise<void> = Promise.resolve();
  const client = new OpenAI({
    baseURL: `${stateful.gateway.url}/v1`,
    apiKey: keyOf('acme'),
    maxRetries: 2,
    fetch: async (...args) => {
      const response = await fetch(...args);
      heard.headers = response.headers;
      const [one, two] = (response.body as ReadableStream).tee();
      whole = gather(two as ReadableStream<Uint8Array>, heard);
      return new Response(one, { status: response.status, headers: response.headers });
    },
  });
  try {
    const stream = await client.responses.create({ model: `auto/${task}`, input, stream: true, ...more });
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') heard.deltas += event.delta;
      if (event.type === 'response.completed') heard.last = event.response;
    }
  } catch (error) {
    heard.error = error;
  }
  await whole;
  return heard;
}

/** Reads to the end, or until the SDK has had enough: it leaves a stream in which it has read an error. */
async function gather(body: ReadableStream<Uint8Array>, into: { raw: string }): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for await (const bytes of body) into.raw += decoder.decode(bytes, { stream: true });
  } catch {
    // What came until then is what the client saw.
  }
}

const costOf = (response: OpenAI.Responses.Response | null): number | undefined =>
  (response?.usage as unknown as { cost?: number } | undefined)?.cost;

for (const [cheap, strong] of SETUPS) {
  describe(`from ${cheap} to ${strong}`, () => {
    test('a refused answer is never seen: comments, then one response of the strong model', async () => {
      const { upstream, gateway } = stateful;
      cheaply({ text: 'Room 9.' }, 250);
      const { last, error, raw, headers } = await hear(`hold-${cheap}`, 'Where?');
      assert.equal(error, null);
      assert.ok(last);
      assert.equal(textOf(last), 'Strong answer.');
      const first = raw.search(/^(event|data):/m);
      assert.match(raw.slice(0, first), /^(: keep-alive\n\n)+$/, 'a waiting client hears that it is alive');
      assert.doesNotMatch(raw.slice(first), /^:/m);
      assert.doesNotMatch(raw, /Room/);
      assert.equal(raw.match(/^event: response\.created$/gm)?.length, 1);
      const row = await rowOf(gateway, headers);
      assert.deepEqual([row.dialect, row.model, row.status], ['openai-responses', `strong-${strong}`, 'ok']);
      assert.deepEqual([row.escalated, row.losses, row.costBasis], [true, [], 'measured']);
      assert.deepEqual(
        row.attempts.map(({ model, status, costNanoUsd }) => [model, status, costNanoUsd]),
        [
          [`cheap-${cheap}`, 'ok', 14_000],
          [`strong-${strong}`, 'ok', 140_000],
        ],
      );
      assert.equal(row.attempts[0]?.verdicts?.find(({ pass }) => !pass)?.gate, 'pattern');
      assert.deepEqual([row.costNanoUsd, costOf(last)], [154_000, 0.000154]);
      upstream.say = () => ({ text: 'Yes.' });
      const more = { previous_response_id: last.id };
      assert.equal((await hear(`hold-${cheap}`, 'Sure?', more)).error, null);
      if (strong === 'responses') {
        assert.equal(upstream.last.body['previous_response_id'], last.id);
        assert.equal(upstream.last.body['model'], 'strong', 'the cheap one is elsewhere');
      } else assert.match(upstream.last.text, /Where\?.*Strong answer\..*Sure\?/);
    });

    test('a good cheap answer is held to its end, and is the response that is kept', async () => {
      const { upstream, gateway, as } = stateful;
      const visits = upstream.visits.length;
      const { last, deltas, headers } = await hear(`hold-${cheap}`, 'Hi');
      assert.ok(last);
      assert.equal(textOf(last), 'Hello there.');
      assert.equal(deltas, 'Hello there.');
      assert.equal(upstream.visits.length, visits + 1);
      const row = await rowOf(gateway, headers);
      assert.deepEqual([row.model, row.escalated, row.costNanoUsd], [`cheap-${cheap}`, false, 14_000]);
      assert.equal((await as('acme').responses.retrieve(last.id)).id, last.id);
    });

    test('what nobody may have is an error, whole and streamed, early and late, and leaves nothing to go on from', async () => {
      const { upstream, gateway, as } = stateful;
      for (const pauseMs of [0, 250]) {
        upstream.say = async () => {
          await sleep(pauseMs);
          return { text: 'Room 9.' };
        };
        const visits = upstream.visits.length;
        const { last, error, headers, raw } = await hear(`strict-${cheap}`, 'Where?');
        assert.equal(last, null);
        assert.ok(error instanceof OpenAI.APIError, String(error));
        assert.match(error.message, /did not pass its gates: pattern/);
        assert.equal(upstream.visits.length, visits + 2, 'no SDK tries again, it would be paid again');
        assert.doesNotMatch(raw, /Room/);
        const row = await rowOf(gateway, headers);
        assert.deepEqual([row.status, row.errorCode, row.httpStatus], ['error', 'answer_refused', 502]);
        assert.deepEqual([row.attempts.length, row.costNanoUsd], [2, 154_000]);
        for (const id of raw.match(/resp_\w+/g) ?? [])
          await refused(as('acme').responses.retrieve(id), { status: 404 });
      }
      const whole = as('acme').responses.create({ model: `auto/strict-${cheap}`, input: 'Where?' });
      await refused(whole, { status: 502, code: 'answer_refused' });
    });

    test('after its first tokens, or early, an answer that fails no gate flows', async () => {
      const { gateway } = stateful;
      for (const task of ['first', 'early']) {
        const { last, headers } = await hear(`${task}-${cheap}`, 'Hi');
        assert.ok(last);
        assert.equal(textOf(last), 'Hello there.');
        const row = await rowOf(gateway, headers);
        assert.deepEqual([row.model, row.attempts.length], [`cheap-${cheap}`, 1]);
        cheaply({ text: '9 is the room.' });
        const other = await hear(`${task}-${cheap}`, 'Where?');
        assert.ok(other.last);
        assert.equal(textOf(other.last), 'Strong answer.');
        assert.doesNotMatch(other.raw, /room/);
        assert.equal(other.raw.match(/^event: response\.created$/gm)?.length, 1);
        stateful.upstream.say = () => ({ text: 'Hello there.' });
      }
    });
  });
}

for (const api of APIS) {
  test(`a client that leaves an answer of ${api} in its middle has one row, and nothing is kept`, async () => {
    const { upstream, gateway, as } = stateful;
    upstream.say = () => ({ text: 'This takes a while to say.', pauseMs: 100 });
    const session = `leaves ${api}`;
    const client = as('acme');
    const headers = { 'x-tierline-session': session };
    const stream = await client.responses.create({ model: `cheap-${api}`, input: 'Hi', stream: true }, { headers });
    let id = '';
    for await (const event of stream) {
      if (event.type === 'response.created') id = event.response.id;
      if (event.type === 'response.output_text.delta') break;
    }
    stream.controller.abort();
    assert.match(id, /^resp_/);
    const { last } = upstream;
    await eventually(() => last.isLeft);
    const row = await eventually(() => gateway.rows().find((one) => one.session === session));
    assert.deepEqual([row.status, row.errorCode, row.dialect], ['client_gone', 'client_gone', 'openai-responses']);
    // Anthropic says at the beginning what it has read; of the others nobody knows, which is not nothing.
    if (api === 'anthropic') assert.ok((row.costNanoUsd ?? 0) > 0);
    else assert.deepEqual([row.costNanoUsd, row.costBasis], [null, 'unknown']);
    const visits = upstream.visits.length;
    await refused(client.responses.retrieve(id), { status: 404 });
    await refused(client.responses.create({ model: `cheap-${api}`, input: 'More', previous_response_id: id }), {
      status: 400,
      code: 'previous_response_not_found',
    });
    assert.equal(upstream.visits.length, visits);
  });
}

test('a response in the background cannot be checked, and is refused before anything is sent', async () => {
  const { as, upstream, gateway } = stateful;
  const visits = upstream.visits.length;
  const asked = as('acme').responses.create({ model: 'auto/hold-responses', input: 'later', background: true });
  await refused(asked, { status: 400, code: 'unsupported', says: /background: the task has checks/ });
  assert.equal(upstream.visits.length, visits);
  const { data, response } = await as('acme')
    .responses.create({ model: 'cheap-responses', input: 'later', background: true })
    .withResponse();
  assert.equal(data.status, 'queued');
  const row = await rowOf(gateway, response.headers);
  assert.deepEqual([row.status, row.costNanoUsd, row.costBasis, row.usage], ['ok', null, 'unknown', null]);
});
