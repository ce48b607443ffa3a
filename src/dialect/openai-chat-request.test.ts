import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../call/json.ts';
import type { NeutralRequest } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';

const HI = { role: 'user', content: 'hi' };
const decode = (body: unknown): NeutralRequest => openaiChat.decodeRequest(Buffer.from(JSON.stringify(body)));
const read = (fields: object): NeutralRequest => decode({ model: 'm', messages: [HI], ...fields });

describe('reading a chat completion request', () => {
  test('the smallest one', () => {
    assert.deepEqual(read({}), {
      origin: 'openai-chat',
      system: [],
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      tools: [],
      n: 1,
      stream: false,
      includeUsage: false,
      unknown: {},
    });
  });

  test('settings, with nulls as absent and unknown ones kept', () => {
    const request = read({
      temperature: 0.3,
      top_p: 0.9,
      seed: 7,
      stop: 'END',
      max_tokens: 10,
      max_completion_tokens: 55,
      logprobs: true,
      top_logprobs: 2,
      user: 'u1',
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      logit_bias: { 50256: -100 },
      metadata: { k: 'v' },
      reasoning_effort: 'low',
      service_tier: 'auto',
      parallel_tool_calls: false,
      n: 3,
      store: null,
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      response_format: null,
      tools: null,
    });
    assert.deepEqual(
      { ...request, messages: [] },
      {
        origin: 'openai-chat',
        system: [],
        messages: [],
        tools: [],
        temperature: 0.3,
        topP: 0.9,
        seed: 7,
        stop: ['END'],
        maxTokens: 55,
        logprobs: { top: 2 },
        user: 'u1',
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        reasoning: { type: 'effort', effort: 'low' },
        parallelToolCalls: false,
        n: 3,
        stream: true,
        includeUsage: true,
        unknown: {
          logit_bias: { 50256: -100 },
          metadata: { k: 'v' },
          service_tier: 'auto',
          stream_options: { include_obfuscation: false },
        },
      },
    );
  });

  test('leading instructions go before the conversation, later ones keep their place', () => {
    const { system, messages } = decode({
      messages: [
        { role: 'system', content: 'A' },
        { role: 'developer', content: [{ type: 'text', text: 'B' }] },
        HI,
        { role: 'developer', content: 'C' },
      ],
    });
    assert.deepEqual(system, [
      { type: 'text', text: 'A' },
      { type: 'text', text: 'B' },
    ]);
    assert.deepEqual(
      messages.map((message) => message.role),
      ['user', 'system'],
    );
  });

  test('images, files and audio', () => {
    const content = [
      { type: 'text', text: 'look' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'mp3' } },
      { type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } },
    ];
    assert.deepEqual(decode({ messages: [{ role: 'user', content, name: 'Ada' }] }).messages, [
      {
        role: 'user',
        name: 'Ada',
        parts: [
          { type: 'text', text: 'look' },
          { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' }, detail: 'low' },
          { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } },
          {
            type: 'document',
            source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' },
            filename: 'a.pdf',
          },
          { type: 'document', source: { kind: 'file', fileId: 'file-1' } },
          { type: 'audio', data: 'UklGRg==', format: 'mp3' },
          { type: 'unknown', origin: 'openai-chat', json: content[6] },
        ],
      },
    ]);
  });

  test('a tool loop: arguments stay text, a run of tool messages is one turn', () => {
    const big = '{ "z":12345678901234567890,"a":1.0 }';
    const { messages } = decode({
      messages: [
        HI,
        {
          role: 'assistant',
          content: null,
          refusal: null,
          annotations: [],
          reasoning_content: 'hm',
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'f', arguments: big } },
            { id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
          ],
        },
        { role: 'tool', tool_call_id: 'b', content: 'B' },
        { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'A' }] },
        HI,
      ],
    });
    assert.deepEqual(messages.slice(1), [
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'hm', origin: 'openai-chat' },
          { type: 'tool_call', id: 'a', name: 'f', arguments: big },
          { type: 'tool_call', id: 'b', name: 'g', arguments: '{}' },
        ],
      },
      {
        role: 'user',
        parts: [
          { type: 'tool_result', callId: 'b', name: 'g', content: [{ type: 'text', text: 'B' }], isError: false },
          { type: 'tool_result', callId: 'a', name: 'f', content: [{ type: 'text', text: 'A' }], isError: false },
        ],
      },
      { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
    ]);
  });

  test('legacy functions: definition, choice, call and result', () => {
    const request = decode({
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
      messages: [
        HI,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
        { role: 'function', name: 'f', content: 'done' },
      ],
    });
    assert.deepEqual(request.tools, [{ type: 'function', name: 'f', schema: { type: 'object' } }]);
    assert.deepEqual(request.toolChoice, { type: 'tool', name: 'f' });
    const [call, result] = request.messages.slice(1).flatMap((message) => message.parts);
    assert.ok(call?.type === 'tool_call' && result?.type === 'tool_result');
    assert.equal(call.id, result.callId);
    assert.equal(result.name, 'f');
  });

  test('tools, with cache marks and unknown kinds', () => {
    const custom = { type: 'custom', custom: { name: 'c' } };
    const { tools } = read({
      tools: [
        { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' }, strict: true } },
        { type: 'function', function: { name: 'g', timeout: 3 }, cache_control: { type: 'ephemeral', ttl: '1h' } },
        custom,
      ],
    });
    assert.deepEqual(tools, [
      { type: 'function', name: 'f', description: 'd', schema: { type: 'object' }, strict: true },
      { type: 'function', name: 'g', schema: {}, cache: { ttl: '1h' }, extra: { timeout: 3 } },
      { type: 'unknown', origin: 'openai-chat', json: custom },
    ]);
  });

  const choices: [unknown, unknown][] = [
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'any' }],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'tool', name: 'f' },
    ],
    [{ type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } }, undefined],
  ];
  for (const [choice, expected] of choices) {
    test(`tool_choice ${JSON.stringify(choice)}`, () => {
      const request = read({ tool_choice: choice });
      assert.deepEqual(request.toolChoice, expected);
      assert.deepEqual(request.unknown, expected === undefined ? { tool_choice: choice } : {});
    });
  }

  test('output formats', () => {
    assert.deepEqual(read({ response_format: { type: 'json_object' } }).format, { type: 'json' });
    assert.deepEqual(read({ response_format: { type: 'text' } }).format, { type: 'text' });
    const asked = { name: 'p', schema: { type: 'object' }, strict: true, description: 'd' };
    assert.deepEqual(read({ response_format: { type: 'json_schema', json_schema: asked } }).format, {
      type: 'schema',
      ...asked,
    });
    const odd = { type: 'grammar', grammar: 'x' };
    assert.deepEqual(read({ response_format: odd }).unknown, { response_format: odd });
  });

  test('a __proto__ member stays a plain unknown member', () => {
    const source = Buffer.from('{"__proto__":{"polluted":1},"model":"m","messages":[{"role":"user","content":"x"}]}');
    const request = openaiChat.decodeRequest(source);
    assert.ok(Object.hasOwn(request.unknown, '__proto__'));
    assert.equal(({} as JsonObject).polluted, undefined);
    assert.match(
      openaiChat.encodeRequest(request, { model: 'm', defaultMaxTokens: 1 }).body,
      /"__proto__":\{"polluted":1\}/,
    );
  });
});
