import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../call/json.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect, ReplyContext } from './dialect.ts';
import { gemini } from './gemini.ts';
import type { NeutralRequest } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import { joinName } from './openai-responses-namespaces.ts';
import { Translation } from './translation.ts';

const parameters = { type: 'object', properties: { word: { type: 'string' } } };
const fn = (name: string): JsonObject => ({
  type: 'function',
  name,
  description: `d ${name}`,
  parameters,
  strict: false,
});
const DEMO = {
  type: 'namespace',
  name: 'mcp__demo',
  description: 'Tools of demo.',
  tools: [fn('lookup'), fn('count')],
};
const CRM = { type: 'namespace', name: 'crm', description: 'Customers.', tools: [fn('lookup')] };
const CALL = {
  type: 'function_call',
  call_id: 'c1',
  namespace: 'mcp__demo',
  name: 'lookup',
  arguments: '{"word":"a"}',
};
const INPUT = [
  { role: 'user', content: 'Look it up.' },
  CALL,
  { type: 'function_call_output', call_id: 'c1', output: 'meaning of a' },
];
const TARGET = { model: 'm', defaultMaxTokens: 64 };

function read(fields: object): NeutralRequest {
  return openaiResponses.decodeRequest(Buffer.from(JSON.stringify({ model: 'auto', input: 'hi', ...fields })));
}

function cross(fields: object, dialect: Dialect): { body: JsonObject; losses: string[] } {
  const { body, losses } = dialect.encodeRequest(read(fields), TARGET);
  return { body: JSON.parse(body) as JsonObject, losses };
}

function contextOf(request: NeutralRequest): ReplyContext {
  return { costUsd: () => null, includeUsage: true, createdAtSeconds: 0, request };
}

describe('a function of a namespace', () => {
  test('is a tool like any other elsewhere, by the name of its group and its own, and nothing is lost', () => {
    const tools = [fn('shell'), DEMO, CRM];
    const names = ['shell', 'mcp__demo__lookup', 'mcp__demo__count', 'crm__lookup'];
    const anthropic = cross({ tools, input: INPUT }, anthropicMessages);
    const namesOf = (list: unknown): unknown[] => (list as JsonObject[]).map(({ name }) => name);
    assert.deepEqual(namesOf(anthropic.body.tools), names);
    const chat = cross({ tools, input: INPUT }, openaiChat);
    assert.deepEqual(namesOf((chat.body.tools as JsonObject[]).map((tool) => tool.function)), names);
    const google = cross({ tools, input: INPUT }, gemini);
    assert.deepEqual(
      namesOf((google.body.tools as { functionDeclarations: unknown }[])[0]?.functionDeclarations),
      names,
    );
    for (const { losses } of [anthropic, chat, google]) assert.deepEqual(losses, []);
  });

  test('is called by that name in the conversation too', () => {
    const { body } = cross({ tools: [DEMO], input: INPUT }, anthropicMessages);
    const [, said] = body.messages as { content: JsonObject[] }[];
    assert.deepEqual(said?.content, [{ type: 'tool_use', id: 'c1', name: 'mcp__demo__lookup', input: { word: 'a' } }]);
  });

  test('stands in its group again where there are groups, and so does its call', () => {
    const tools = [fn('shell'), DEMO, { type: 'web_search' }, CRM];
    const { body, losses } = cross({ tools, input: INPUT }, openaiResponses);
    assert.deepEqual(body.tools, tools);
    assert.deepEqual((body.input as JsonObject[])[1], CALL);
    assert.deepEqual(losses, []);
  });

  test('is called by its own name in a whole answer of another provider', () => {
    const content = [{ type: 'tool_use', id: 'toolu_1', name: 'mcp__demo__lookup', input: { word: 'b' } }];
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content,
      stop_reason: 'tool_use',
      usage,
    };
    const reply = anthropicMessages.decodeReply(Buffer.from(JSON.stringify(message)));
    const answer = JSON.parse(openaiResponses.encodeReply(reply, contextOf(read({ tools: [DEMO] })))) as JsonObject;
    const [{ type, namespace, name, arguments: given }] = answer.output as [JsonObject];
    assert.deepEqual([type, namespace, name, given], ['function_call', 'mcp__demo', 'lookup', '{"word":"b"}']);
    const unasked = JSON.parse(openaiResponses.encodeReply(reply, contextOf(read({})))) as JsonObject;
    assert.equal((unasked.output as JsonObject[])[0]?.name, 'mcp__demo__lookup');
    assert.equal('namespace' in ((unasked.output as JsonObject[])[0] ?? {}), false);
  });

  test('is called by its own name in every event of a stream', () => {
    const request = read({ tools: [DEMO] });
    const translation = new Translation(null, openaiResponses.createEncoder(contextOf(request)));
    const events = [
      { type: 'start' as const, id: 'x', model: 'm' },
      { type: 'tool_start' as const, choice: 0, tool: 0, id: 'c9', name: 'mcp__demo__count' },
      { type: 'tool_arguments' as const, choice: 0, tool: 0, json: '{}' },
      { type: 'finish' as const, choice: 0, finish: { reason: 'tool_calls' as const, raw: 'tool_use' } },
    ];
    const out = events.map((event) => translation.pushEvent(event) ?? '').join('');
    translation.end();
    const items = `${out}${translation.closing}`
      .split('\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice(6)) as { item?: JsonObject; response?: { output: JsonObject[] } })
      .flatMap(({ item, response }) => [...(item === undefined ? [] : [item]), ...(response?.output ?? [])]);
    assert.equal(items.length, 3, 'added, done, and in the response at the end');
    for (const { namespace, name } of items) assert.deepEqual([namespace, name], ['mcp__demo', 'count']);
  });

  test("is known by its joined name in OpenAI's own answers, whole and streamed", () => {
    const response = { id: 'resp_1', object: 'response', status: 'completed', model: 'm', output: [CALL], usage: null };
    const [choice] = openaiResponses.decodeReply(Buffer.from(JSON.stringify(response))).choices;
    const [call] = choice?.parts ?? [];
    assert.equal(call?.type === 'tool_call' && call.name, 'mcp__demo__lookup');
    const decoder = openaiResponses.createDecoder();
    const data = { type: 'response.output_item.done', output_index: 0, item: CALL };
    const events = decoder.push({ event: data.type, data: JSON.stringify(data) });
    const start = events.find(({ type }) => type === 'tool_start');
    assert.equal(start?.type === 'tool_start' && start.name, 'mcp__demo__lookup');
  });
});

describe('a namespace', () => {
  const custom = { type: 'custom', name: 'patch' };
  for (const [name, tools] of Object.entries({ empty: [], mixed: [fn('f'), custom], broken: 'none' })) {
    test(`(${name}) that is no group of functions is kept whole, and told as a loss elsewhere`, () => {
      const whole = { type: 'namespace', name: 'n', tools };
      assert.deepEqual(cross({ tools: [whole] }, openaiResponses).body.tools, [whole]);
      assert.deepEqual(cross({ tools: [whole] }, anthropicMessages).losses, ['tools[0]: namespace']);
    });
  }
});

test('law: joined names fit every provider, keep their beginning, and differ where their halves do', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,60}$/);
  fc.assert(
    fc.property(word, word, word, (space, member, other) => {
      const name = joinName(space, member);
      assert.ok(name.length <= 64 && /^[\w-]+$/.test(name));
      assert.ok(`${space}__${member}`.startsWith(name.slice(0, 55)));
      assert.equal(joinName(space, other) === name, other === member);
    }),
  );
});
