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

  test('tools that a search found are named, so that it does not look as if it found none', () => {
    const found = ['WebFetch', 'TodoWrite'].map((tool_name) => ({ type: 'tool_reference', tool_name }));
    const { body, losses } = toOpenai({
      messages: [
        HI,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'ToolSearch', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: found }] },
      ],
      tools: [{ name: 'WebFetch', input_schema: { type: 'object' }, defer_loading: true }],
    });
    const result = body.messages.at(-1);
    assert.equal(result?.content, 'The tool WebFetch can be used.\n\nThe tool TodoWrite can be used.');
    assert.deepEqual(losses, ['messages[2]: tool_reference', 'tools[0]: defer_loading']);
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
});
