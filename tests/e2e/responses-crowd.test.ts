// Many conversations by id at once, and requests for responses that are malformed or hostile: nobody gets what is another's, no
// answer is a failure of the gateway, and no provider hears of what is refused.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { create, keyOf, rowOf, type Stateful, startStateful, type Tenant, textOf } from './stateful-gateway.ts';
import { APIS, type StatefulVisit } from './stateful-upstream.ts';
import { fileScope } from './support.ts';
import { errorIn, sendRaw } from './wire-client.ts';

const scope = fileScope();
let stateful: Stateful;

before(async () => {
  stateful = await startStateful(scope, { server: { port: 0, max_body: '200KB' } });
});

const CONVERSATIONS = 200;
const TURNS = 3;

/** Every word of any conversation in what a provider is sent. */
const wordsIn = ({ text }: StatefulVisit): string[] => text.match(/secret-\w+-\d+-\d/g) ?? [];

test(`${CONVERSATIONS} conversations of two tenants at once: each hears its own words, and all of them`, async () => {
  const { upstream, gateway, as } = stateful;
  const from = upstream.visits.length;
  // A provider that gives few ids, as some do: what it calls its answer must not matter.
  let answers = 0;
  upstream.nextId = () => String(answers++ % 50);
  const native = new Set<string>();
  upstream.say = (visit) => ({ text: `You said ${wordsIn(visit).join(', ')}.` });
  const clients = { acme: as('acme'), globex: as('globex') };
  const talk = async (index: number): Promise<void> => {
    const tenant: Tenant = index % 2 === 0 ? 'acme' : 'globex';
    const model = ['chat', 'anthropic', 'gemini'][index % 3] as string;
    const words: string[] = [];
    let previous: string | null = null;
    for (let turn = 0; turn < TURNS; turn++) {
      const word = `secret-${tenant}-${index}-${turn}`;
      words.push(word);
      const asked = { model, input: word, ...(previous === null ? {} : { previous_response_id: previous }) };
      const { response, headers } = await create(clients[tenant], asked, index % 4 < 2);
      const heard = [...new Set(textOf(response).match(/secret-\w+-\d+-\d/g))].sort();
      assert.deepEqual(heard, words, `conversation ${index}`);
      assert.equal(native.has(response.id), false, 'no id is given out twice');
      native.add(response.id);
      previous = response.id;
      if (turn === TURNS - 1) assert.equal((await rowOf(gateway, headers)).tenant, tenant);
    }
  };
  // All of them end before one is told of: what still runs must not reach into the tests behind.
  const ends = await Promise.allSettled(Array.from({ length: CONVERSATIONS }, (_, index) => talk(index)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const visits = upstream.visits.slice(from);
  assert.equal(visits.length, CONVERSATIONS * TURNS);
  for (const visit of visits) {
    const conversations = new Set(wordsIn(visit).map((word) => word.replace(/-\d$/, '')));
    assert.equal(conversations.size, 1, [...conversations].join());
  }
});

/** A whole request as bytes. */
function request(line: string, body: string | null): string {
  const length =
    body === null ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  const head = `host: gateway\r\nconnection: close\r\nauthorization: Bearer ${keyOf('acme')}\r\n${length}`;
  return `${line} HTTP/1.1\r\n${head}\r\n${body ?? ''}`;
}

async function expectRefused(line: string, body: string | null, expected: [number, string | null]): Promise<void> {
  const { upstream, gateway } = stateful;
  const visits = upstream.visits.length;
  const answer = await sendRaw(gateway.port, request(line, body));
  const told = `${line} ${(body ?? '').slice(0, 200)}: ${answer.text}`;
  assert.equal(answer.status, expected[0], told);
  const { code, message } = errorIn('openai', answer.text);
  assert.equal(code, expected[1], told);
  assert.ok(message.length < 400, 'what was sent is not repeated at length');
  assert.equal(upstream.visits.length, visits, told);
}

describe('the id of an earlier response', () => {
  const WRONG: [unknown, [number, string]][] = [
    ...[5, true, ['resp_1'], { id: 'resp_1' }, []].map((id): [unknown, [number, string]] => [
      id,
      [400, 'invalid_request'],
    ]),
    ...[
      '',
      ' ',
      'x'.repeat(10_000),
      'resp_1/../resp_2',
      '../../files',
      'resp_1\u0000',
      '\u0000',
      "' OR 1=1 --",
      '%',
      '\ud800',
    ].map((id): [unknown, [number, string]] => [id, [400, 'previous_response_not_found']]),
  ];

  for (const [id, expected] of WRONG) {
    test(`that is ${JSON.stringify(id).slice(0, 30)} is refused`, async () => {
      for (const model of APIS) {
        for (const more of [{ input: 'Hi' }, { input: [] }, {}, { input: 'Hi', stream: true }]) {
          const body = JSON.stringify({ model, ...more, previous_response_id: id });
          await expectRefused('POST /v1/responses', body, expected);
        }
      }
    });
  }

  test('may not be said twice', async () => {
    const body = '{"model":"chat","input":"Hi","previous_response_id":null,"previous_response_id":"resp_1"}';
    await expectRefused('POST /v1/responses', body, [400, 'ambiguous_body']);
    const escaped = '{"model":"chat","input":"Hi","previous_response_id":null,"previous_response\\u005fid":"resp_1"}';
    await expectRefused('POST /v1/responses', escaped, [400, 'ambiguous_body']);
  });

  test('that is good is enough: a request need not say more', async () => {
    const { upstream, as } = stateful;
    for (const model of APIS) {
      const { response } = await create(as('acme'), { model, input: 'Where is my parcel?' });
      for (const more of [{}, { input: [] }]) {
        await create(as('acme'), { model, previous_response_id: response.id, ...more });
        if (model !== 'responses') assert.match(upstream.last.text, /Where is my parcel\?/);
      }
    }
  });
});

test('an input with nothing in it is refused where there is nothing to go on from', async () => {
  for (const model of APIS) {
    for (const input of [[], null]) {
      await expectRefused('POST /v1/responses', JSON.stringify({ model, input }), [400, 'invalid_request']);
    }
  }
});

test('many names of items do not make a body larger than it may be', async () => {
  const { upstream, as } = stateful;
  upstream.say = () => ({ text: 'x'.repeat(5_000) });
  const { response } = await create(as('acme'), { model: 'chat', input: 'Hi' });
  const named = { type: 'item_reference', id: response.output[0]?.id };
  const body = JSON.stringify({ model: 'chat', input: Array.from({ length: 1_000 }, () => named) });
  await expectRefused('POST /v1/responses', body, [413, 'body_too_large']);
});

describe('a route to a response', () => {
  const PATHS = [
    '..',
    '%2e%2e',
    '.',
    '%2e',
    'a%2Fb',
    '%00',
    'a%00b',
    '%',
    '%zz',
    'x'.repeat(10_000),
    'resp_1;a',
    '*',
    '~',
  ];

  for (const id of PATHS) {
    test(`that names ${id.slice(0, 30)} finds nothing`, async () => {
      for (const [method, rest] of [
        ['GET', ''],
        ['DELETE', ''],
        ['GET', '/input_items'],
        ['POST', '/cancel'],
        ['GET', '?stream=true'],
      ] as const) {
        await expectRefused(`${method} /v1/responses/${id}${rest}`, method === 'POST' ? '{}' : null, [
          404,
          'not_found',
        ]);
      }
    });
  }

  test('that leads further, or nowhere, is none', async () => {
    for (const path of ['/', '//', '/a/b', '/a/input_items/b', '/../models', '/a//input_items', '/a/INPUT_ITEMS'])
      await expectRefused(`GET /v1/responses${path}`, null, [404, 'not_found']);
    for (const line of [
      'PUT /v1/responses/a',
      'POST /v1/responses/a',
      'PATCH /v1/responses/a',
      'GET /v1/responses/a/cancel',
    ])
      await expectRefused(line, null, [405, 'method_not_allowed']);
  });
});
