import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import type { JsonObject } from '../call/json.ts';
import type { NeutralRequest } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';

const HI = { role: 'user', content: 'hi' };
const decode = (body: unknown): NeutralRequest => openaiChat.decodeRequest(Buffer.from(JSON.stringify(body)));
const read = (fields: object): NeutralRequest => decode({ model: 'm', messages: [HI], ...fields });

function errorOf(run: () => unknown): TierlineError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof TierlineError, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
}

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

describe('refusing what is not a chat completion request', () => {
  const table: [object, string][] = [
    [{}, 'messages'],
    [{ messages: null }, 'messages'],
    [{ messages: 'x' }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: ['x'] }, 'messages[0]'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    [{ messages: [HI, { role: 'robot', content: 'x' }] }, 'messages[1].role'],
    [{ messages: [HI, HI, { role: 'user', content: 5 }] }, 'messages[2].content'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'system', content: null }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [7] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: [{ text: 'x' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages[0].content[0].image_url.url'],
    [{ messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] }, 'messages[0].content[0].file'],
    [{ messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'messages[0].content[0].input_audio.data'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [{ messages: [{ role: 'assistant', tool_calls: {} }] }, 'messages[0].tool_calls'],
    [{ messages: [{ role: 'assistant', tool_calls: [{ id: 'a' }] }] }, 'messages[0].tool_calls[0].function'],
    [{ messages: [{ role: 'assistant', tool_calls: [{ function: {} }] }] }, 'messages[0].tool_calls[0].id'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: {} }] }] },
      'messages[0].tool_calls[0].function.name',
    ],
    [{ messages: [HI], temperature: '1' }, 'temperature'],
    [{ messages: [HI], max_tokens: 0 }, 'max_tokens'],
    [{ messages: [HI], max_completion_tokens: 1.5 }, 'max_completion_tokens'],
    [{ messages: [HI], n: 0 }, 'n'],
    [{ messages: [HI], stream: 'yes' }, 'stream'],
    [{ messages: [HI], stop: [1] }, 'stop'],
    [{ messages: [HI], tools: {} }, 'tools'],
    [{ messages: [HI], tools: [1] }, 'tools[0]'],
    [{ messages: [HI], tools: [{ type: 'function' }] }, 'tools[0].function'],
    [{ messages: [HI], tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ messages: [HI], tool_choice: 5 }, 'tool_choice'],
    [{ messages: [HI], response_format: 'json' }, 'response_format'],
    [{ messages: [HI], response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
  ];
  for (const [body, param] of table) {
    test(`${JSON.stringify(body)} names ${param}`, () => {
      const error = errorOf(() => decode(body));
      assert.equal(error.code, 'invalid_request');
      assert.equal(error.status, 400);
      assert.equal(error.param, param);
      assert.ok(error.message.startsWith(param), error.message);
    });
  }

  test('what is no JSON object', () => {
    assert.equal(errorOf(() => openaiChat.decodeRequest(Buffer.from('{'))).code, 'invalid_json');
    assert.equal(errorOf(() => openaiChat.decodeRequest(Buffer.from('[]'))).code, 'invalid_request');
  });
});
