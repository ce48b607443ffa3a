import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { EncodeTarget } from './dialect.ts';
import { openaiChat } from './openai-chat.ts';

interface Written {
  body: Record<string, unknown> & { messages: { role: string; content: unknown }[] };
  text: string;
  losses: string[];
}

const HI = { role: 'user', content: 'hi' };
const PNG = { type: 'base64', media_type: 'image/png', data: 'AAAA' };

function toOpenai(fields: object, target: Partial<EncodeTarget> = {}): Written {
  const source = Buffer.from(JSON.stringify({ model: 'claude', max_tokens: 256, messages: [HI], ...fields }));
  const whole = { model: 'gpt-mock', defaultMaxTokens: 4096, ...target };
  const { body, losses } = openaiChat.encodeRequest(anthropicMessages.decodeRequest(source), whole);
  return { body: JSON.parse(body), text: body, losses };
}

function errorOf(run: () => unknown): TierlineError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

const call = (id: string, name: string, args: string): object => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

describe('an Anthropic request for an OpenAI model', () => {
  test('system, limits, stop and tool choice are mapped without loss', () => {
    const { body, losses } = toOpenai({
      system: [
        { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'Be kind.' },
      ],
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
      temperature: 0.4,
      service_tier: 'standard_only',
      tools: [{ name: 'f', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
    assert.deepEqual(body, {
      model: 'gpt-mock',
      messages: [{ role: 'system', content: 'Be brief.\n\nBe kind.' }, HI],
      max_completion_tokens: 256,
      stop: ['END'],
      user: 'u1',
      temperature: 0.4,
      service_tier: 'default',
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      tool_choice: 'required',
      parallel_tool_calls: false,
    });
    assert.deepEqual(losses, []);
  });

  test('older servers get max_tokens', () => {
    const { body } = toOpenai({}, { maxTokensField: 'max_tokens' });
    assert.deepEqual([body.max_tokens, body.max_completion_tokens], [256, undefined]);
  });

  test('a stream always asks for usage', () => {
    assert.deepEqual(toOpenai({ stream: true }).body.stream_options, { include_usage: true });
    assert.equal(toOpenai({}).body.stream_options, undefined);
  });

  test('a named tool, and none without tools', () => {
    const tools = [{ name: 'f', input_schema: { type: 'object' } }];
    assert.deepEqual(toOpenai({ tools, tool_choice: { type: 'tool', name: 'f' } }).body.tool_choice, {
      type: 'function',
      function: { name: 'f' },
    });
    assert.equal(toOpenai({ tool_choice: { type: 'none' } }).body.tool_choice, undefined);
  });

  test('a tool loop: two results become two tool messages behind the calls, then the rest of the turn', () => {
    const input = '{ "z":12345678901234567890,"a":1.0 }';
    const source = `{"max_tokens":1,"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[
      {"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"text","text":"Let me "},{"type":"text","text":"see."},
      {"type":"tool_use","id":"a","name":"f","input":${input}},{"type":"tool_use","id":"b","name":"g","input":{}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"21"},
      {"type":"tool_result","tool_use_id":"b","is_error":true,"content":[{"type":"text","text":"no clock"}]},
      {"type":"text","text":"and?"}]}]}`;
    const request = anthropicMessages.decodeRequest(Buffer.from(source));
    const { body, losses } = openaiChat.encodeRequest(request, { model: 'm', defaultMaxTokens: 1 });
    assert.deepEqual(JSON.parse(body).messages, [
      { role: 'user', content: 'go' },
      { role: 'assistant', content: 'Let me see.', tool_calls: [call('a', 'f', input), call('b', 'g', '{}')] },
      { role: 'tool', tool_call_id: 'a', content: '21' },
      { role: 'tool', tool_call_id: 'b', content: 'Error: no clock' },
      { role: 'user', content: 'and?' },
    ]);
    assert.deepEqual(losses, ['messages[1]: signed thinking']);
  });

  test('images in tool results go into the message behind it', () => {
    const { body, losses } = toOpenai({
      messages: [
        HI,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'image', source: PNG }] }],
        },
      ],
    });
    assert.deepEqual(body.messages.slice(2), [
      { role: 'tool', tool_call_id: 'a', content: 'The result is attached to the next message.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Attached to the result of tool call a:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ]);
    assert.deepEqual(losses, []);
  });

  test('a system message in mid-conversation keeps its place', () => {
    const { body, losses } = toOpenai({ messages: [HI, { role: 'system', content: 'Be kind.' }] });
    assert.deepEqual(body.messages, [HI, { role: 'system', content: 'Be kind.' }]);
    assert.deepEqual(losses, []);
  });

  test('images and documents', () => {
    const { body, losses } = toOpenai({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: PNG, cache_control: { type: 'ephemeral' } },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
              title: 't',
            },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'abc' } },
            { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
            { type: 'image', source: { type: 'file', file_id: 'file_1' } },
            { type: 'search_result', content: [] },
          ],
        },
      ],
    });
    assert.deepEqual(body.messages[0]?.content, [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'file', file: { filename: 't', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      { type: 'text', text: 'abc' },
    ]);
    assert.deepEqual(losses, [
      'messages[0]: document by url',
      'messages[0]: image by file id',
      'messages[0]: search_result',
    ]);
  });

  test('a user turn of which nothing is left is refused', () => {
    const content = [{ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }];
    assert.equal(errorOf(() => toOpenai({ messages: [{ role: 'user', content }] })).param, 'messages[0]');
  });

  test('thinking: unsigned text goes back only to those who want it, signed and redacted never', () => {
    const messages = [
      HI,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'ours', signature: '' },
          { type: 'redacted_thinking', data: 'x' },
          { type: 'text', text: 'hello' },
        ],
      },
      HI,
    ];
    const plain = toOpenai({ messages });
    assert.deepEqual(plain.body.messages[1], { role: 'assistant', content: 'hello' });
    assert.deepEqual(plain.losses, ['messages[1]: thinking', 'messages[1]: redacted thinking']);
    const wanted = toOpenai({ messages }, { takesReasoningHistory: true });
    assert.deepEqual(wanted.body.messages[1], { role: 'assistant', content: 'hello', reasoning_content: 'ours' });
    assert.deepEqual(wanted.losses, ['messages[1]: redacted thinking']);
  });

  test('an assistant turn of signed thinking only disappears', () => {
    const assistant = { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 's' }] };
    assert.deepEqual(toOpenai({ messages: [HI, assistant, HI] }).body.messages, [HI, HI]);
  });

  const efforts: [object, unknown, number][] = [
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }, 'high', 0],
    [{ thinking: { type: 'adaptive' } }, undefined, 0],
    [{ output_config: { effort: 'max' } }, 'max', 0],
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, 'low', 1],
    [{ thinking: { type: 'enabled', budget_tokens: 10_000 } }, 'medium', 1],
    [{ thinking: { type: 'enabled', budget_tokens: 32_000 } }, 'high', 1],
    [{ thinking: { type: 'disabled' } }, undefined, 1],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, undefined, 1],
  ];
  for (const [fields, effort, losses] of efforts) {
    test(`${JSON.stringify(fields)} asks for effort ${String(effort)}`, () => {
      const written = toOpenai(fields);
      assert.equal(written.body.reasoning_effort, effort);
      assert.equal(written.losses.length, losses, written.losses.join());
    });
  }

  test('models that cannot be told how much to think are not told', () => {
    const written = toOpenai({ output_config: { effort: 'high' } }, { takesReasoning: false });
    assert.equal(written.body.reasoning_effort, undefined);
    assert.deepEqual(written.losses, ['reasoning effort']);
  });

  test('plain models are not asked to reason, reasoning models get no stop sequences', () => {
    const plain = toOpenai({ output_config: { effort: 'high' } }, { model: 'gpt-4o-mini' });
    assert.deepEqual([plain.body.reasoning_effort, plain.losses], [undefined, ['reasoning effort']]);
    const told = toOpenai({ output_config: { effort: 'high' } }, { model: 'gpt-4o-mini', takesReasoning: true });
    assert.equal(told.body.reasoning_effort, 'high');
    const reasoning = toOpenai({ stop_sequences: ['END'] }, { model: 'gpt-5.5' });
    assert.deepEqual([reasoning.body.stop, reasoning.losses], [undefined, ['stop sequences']]);
  });

  test('names that the client chose cannot break a header', () => {
    assert.deepEqual(toOpenai({ 'a\r\nb: é': 1 }).losses, ['a??b: ?']);
    assert.equal(toOpenai({ ['x'.repeat(1000)]: 1 }).losses[0]?.length, 160);
  });

  test("OpenAI's reasoning models get no sampling settings but the default", () => {
    for (const model of ['gpt-5.4-mini', 'o3', 'openai/gpt-5']) {
      const written = toOpenai({ temperature: 0, top_p: 1 }, { model });
      assert.deepEqual([written.body.temperature, written.losses], [undefined, ['temperature']]);
    }
    assert.equal(toOpenai({ temperature: 0 }, { model: 'gpt-4o' }).body.temperature, 0);
    assert.equal(toOpenai({ temperature: 0 }, { model: 'gpt-5', takesSampling: true }).body.temperature, 0);
  });

  test('structured output is strict where OpenAI can hold the model to it', () => {
    const closed = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    };
    const ask = (schema: object): Written => toOpenai({ output_config: { format: { type: 'json_schema', schema } } });
    assert.deepEqual(ask(closed).body.response_format, {
      type: 'json_schema',
      json_schema: { name: 'output', schema: closed, strict: true },
    });
    assert.deepEqual(ask(closed).losses, []);
    const free = ask({ ...closed, required: [] });
    assert.equal((free.body.response_format as { json_schema: { strict: boolean } }).json_schema.strict, false);
    assert.deepEqual(free.losses, ['output format: strict']);
  });

  test('what OpenAI has nothing for is told by name', () => {
    const { body, losses } = toOpenai({
      top_k: 5,
      context_management: { edits: [] },
      container: 'c',
      metadata: { user_id: 'u', task: 't' },
      stop_sequences: ['1', '2', '3', '4', '5'],
      service_tier: 'batch',
      tools: [
        { type: 'web_search_20250305', name: 'web_search' },
        { name: 'f', input_schema: { type: 'object' }, defer_loading: true, strict: true },
      ],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'x', citations: [{}] }] }],
    });
    assert.deepEqual(body.stop, ['1', '2', '3', '4']);
    assert.deepEqual(losses.toSorted(), [
      'container',
      'context_management',
      'messages[0]: citations',
      'metadata.task',
      'service_tier',
      'stop sequences after the 4th',
      'tools[0]: web_search_20250305',
      'tools[1]: defer_loading',
      'tools[1]: strict',
      'top_k',
    ]);
  });

  test('a user id longer than OpenAI takes is sent as its hash, the same every time', () => {
    const user = (user_id: string): unknown => toOpenai({ metadata: { user_id } }).body.user;
    const long = '{"device_id":"d","session_id":"' + 's'.repeat(80);
    assert.match(String(user(long)), /^[0-9a-f]{64}$/);
    assert.equal(user(long), user(long));
    assert.notEqual(user(long), user(`${long}x`));
    assert.equal(user('u'.repeat(64)), 'u'.repeat(64));
  });

  test('call ids longer than OpenAI takes are shortened alike in call and result', () => {
    const id = `toolu_${'x'.repeat(60)}`;
    const { body } = toOpenai({
      messages: [
        HI,
        { role: 'assistant', content: [{ type: 'tool_use', id, name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'x' }] },
      ],
    });
    const sent = (body.messages[1] as unknown as { tool_calls: { id: string }[] }).tool_calls[0]?.id;
    assert.equal(sent?.length, 40);
    assert.equal((body.messages[2] as unknown as { tool_call_id: string }).tool_call_id, sent);
  });
});
