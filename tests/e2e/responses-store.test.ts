// Conversations that a client goes on with by the id of the last response, through the built gateway with OpenAI's own SDK:
// whoever answers, the provider gets all that was said, and nobody else gets any of it.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, isStepCount, type ModelMessage, streamText, tool } from 'ai';
import type OpenAI from 'openai';
import { z } from 'zod';
import { create, type Got, keyOf, refused, rowOf, type Stateful, startStateful, textOf } from './stateful-gateway.ts';
import { APIS, type Api, type Said, type StatefulVisit } from './stateful-upstream.ts';
import { fileScope } from './support.ts';

const scope = fileScope();
let stateful: Stateful;

before(async () => {
  stateful = await startStateful(scope);
});

const hello = (): Said => ({ text: 'Hello there.' });

beforeEach(() => {
  stateful.upstream.say = hello;
});

const TOOLS: OpenAI.Responses.Tool[] = [
  {
    type: 'function',
    name: 'get_weather',
    strict: false,
    parameters: { type: 'object', properties: { city: { type: 'string' }, report: { type: 'integer' } } },
  },
];
/** Beyond what a number of JavaScript holds. */
const ARGUMENTS = '{"city":"Paris","report":12345678901234567890}';

/** Calls the tool, and says something once there is its result. */
function weather({ text }: StatefulVisit): Said {
  if (text.includes('And tomorrow?')) return { text: 'It will be dry.' };
  if (text.includes('light rain')) return { text: 'It rains.', thought: 'rain it is' };
  return { call: { id: 'call_1', name: 'get_weather', json: ARGUMENTS }, thought: 'look it up' };
}

/** A question, the result of a tool, and one more question, each by the id of the response before. */
async function threeTurns(model: string, isStream: boolean): Promise<{ turns: Got[]; visits: StatefulVisit[] }> {
  const { upstream, as } = stateful;
  const client = as('acme');
  const from = upstream.visits.length;
  upstream.say = weather;
  const first = await create(client, { model, input: 'Weather in Paris?', tools: TOOLS }, isStream);
  const call = first.response.output.find((item) => item.type === 'function_call');
  assert.equal(call?.name, 'get_weather');
  const result = { type: 'function_call_output', call_id: call.call_id, output: 'light rain' } as const;
  const asked = { model, tools: TOOLS, previous_response_id: first.response.id };
  const second = await create(client, { ...asked, input: [result] }, isStream);
  assert.equal(textOf(second.response), 'It rains.');
  const last = { model, input: 'And tomorrow?', previous_response_id: second.response.id };
  const third = await create(client, last, isStream);
  assert.equal(textOf(third.response), 'It will be dry.');
  return { turns: [first, second, third], visits: upstream.visits.slice(from) };
}

/** What every provider without a store is told in the third turn. */
const TOLD: Record<Exclude<Api, 'responses'>, (body: Record<string, unknown>) => void> = {
  chat: (body) => {
    const messages = body['messages'] as Record<string, unknown>[];
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['user', 'assistant', 'tool', 'assistant', 'user'],
    );
    const calls = messages.flatMap((message) => message['tool_calls'] ?? []);
    const [call] = calls as { id: string; function: { arguments: string } }[];
    assert.deepEqual([call?.id, call?.function.arguments], ['call_1', ARGUMENTS]);
    assert.deepEqual([messages[2]?.['tool_call_id'], messages[2]?.['content']], ['call_1', 'light rain']);
  },
  anthropic: (body) => {
    const messages = body['messages'] as { role: string; content: { type: string; signature?: string }[] }[];
    assert.deepEqual(
      messages.map(({ role, content }) => [
        role,
        typeof content === 'string' ? 'text' : content.map(({ type }) => type),
      ]),
      [
        ['user', ['text']],
        ['assistant', ['thinking', 'tool_use']],
        ['user', ['tool_result']],
        ['assistant', ['thinking', 'text']],
        ['user', ['text']],
      ],
    );
    assert.equal(messages[1]?.content[0]?.signature, 'signed look it up');
    assert.equal(messages[3]?.content[0]?.signature, 'signed rain it is');
  },
  gemini: (body) => {
    const contents = body['contents'] as { role: string; parts: Record<string, unknown>[] }[];
    assert.deepEqual(
      contents.map(({ role, parts }) => [role, ...parts.flatMap((part) => Object.keys(part))]),
      [
        ['user', 'text'],
        ['model', 'functionCall'],
        ['user', 'functionResponse'],
        ['model', 'text'],
        ['user', 'text'],
      ],
    );
  },
};

for (const isStream of [false, true]) {
  describe(isStream ? 'streamed' : 'whole', () => {
    for (const api of APIS) {
      test(`three turns with a call between them, by id alone, are one conversation for ${api}`, async () => {
        const { turns, visits } = await threeTurns(api, isStream);
        assert.equal(visits.length, 3);
        assert.ok(visits.every((visit) => visit.api === api));
        const body = visits[2]?.body as Record<string, unknown>;
        const sent = body['previous_response_id'];
        if (api === 'responses') {
          assert.equal(sent, turns[1]?.response.id, 'the reference goes on as it is');
          assert.equal(body['input'], 'And tomorrow?');
        } else {
          assert.equal(sent, undefined);
          TOLD[api](body);
        }
        assert.equal(new Set(turns.map(({ response }) => response.id)).size, 3);
        for (const { response, headers } of turns) {
          const row = await rowOf(stateful.gateway, headers);
          assert.deepEqual([row.dialect, row.model, row.status, row.stream], ['openai-responses', api, 'ok', isStream]);
          assert.deepEqual([row.losses, row.attempts.length], [[], 1]);
          assert.equal(row.costNanoUsd, 14_000);
          assert.equal((response.usage as unknown as { cost: number }).cost, 0.000014);
        }
      });
    }

    test('a conversation that one provider began may be gone on with by any other', async () => {
      const { upstream, as } = stateful;
      const client = as('acme');
      let previous: string | undefined;
      for (const api of ['chat', 'anthropic', 'gemini', 'responses'] as const) {
        upstream.say = () => ({ text: `I am ${api}.` });
        const asked = { model: api, input: `Are you ${api}?`, ...(previous && { previous_response_id: previous }) };
        const { response } = await create(client, asked, isStream);
        previous = response.id;
      }
      assert.match(
        upstream.last.text,
        /Are you chat\?.*I am chat\..*I am anthropic\..*I am gemini\..*Are you responses\?/,
      );
      assert.equal(upstream.last.body['previous_response_id'], null);
    });

    test('what is not to be stored is not gone on from', async () => {
      const { upstream, as } = stateful;
      for (const api of APIS) {
        const { response } = await create(as('acme'), { model: api, input: 'Hi', store: false }, isStream);
        const before = upstream.visits.length;
        await refused(create(as('acme'), { model: api, input: 'More', previous_response_id: response.id }, isStream), {
          status: 400,
          code: 'previous_response_not_found',
        });
        await refused(as('acme').responses.retrieve(response.id), { status: 404 });
        assert.equal(upstream.visits.length, before);
      }
    });
  });
}

describe('whatever ids the provider gives', () => {
  test('no conversation gets into another, of the same tenant or of two', async () => {
    const { upstream, as } = await startStateful(scope);
    upstream.nextId = () => '1';
    upstream.say = ({ text }) => ({ text: `You are ${/I am (\w+)/.exec(text)?.[1]}.` });
    for (const model of ['chat', 'anthropic', 'gemini']) {
      const begun = [];
      for (const [tenant, name] of [
        ['acme', 'Ada'],
        ['acme', 'Bob'],
        ['globex', 'Eve'],
      ] as const) {
        const { response } = await create(as(tenant), { model, input: `I am ${name}` }, name === 'Bob');
        begun.push({ tenant, name, id: response.id });
      }
      for (const { tenant, name, id } of begun) {
        const { response } = await create(as(tenant), { model, input: 'Who am I?', previous_response_id: id });
        assert.equal(textOf(response), `You are ${name}.`);
      }
    }
  });
});

test("the AI SDK's default model, which names what was said by its ids, goes on at any provider", async () => {
  const { upstream, gateway } = stateful;
  const openai = createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: keyOf('acme') });
  const tools = {
    get_weather: tool({ inputSchema: z.looseObject({ city: z.string() }), execute: () => 'light rain' }),
  };
  for (const model of ['chat', 'anthropic', 'gemini']) {
    upstream.say = weather;
    const options = { model: openai(model), tools, stopWhen: isStepCount(3), maxRetries: 0 };
    const messages: ModelMessage[] = [{ role: 'user', content: 'Weather in Paris?' }];
    const first = await generateText({ ...options, messages });
    assert.equal(first.text, 'It rains.');
    messages.push(...first.responseMessages, { role: 'user', content: 'And tomorrow?' });
    const second = streamText({ ...options, messages });
    assert.equal(await second.text, 'It will be dry.');
    assert.match(upstream.last.text, /Weather in Paris\?.*get_weather.*light rain.*It rains\..*And tomorrow\?/);
    assert.doesNotMatch(upstream.last.text, /item_reference/);
    const { as } = stateful;
    const named = {
      type: 'item_reference',
      id: (await create(as('acme'), { model, input: 'Hi' })).response.output[0]?.id,
    };
    const input = [named] as OpenAI.Responses.ResponseInput;
    const visits = upstream.visits.length;
    await refused(create(as('globex'), { model, input }), { status: 400, code: 'unsupported', says: /item_reference/ });
    assert.equal(upstream.visits.length, visits);
  }
});
