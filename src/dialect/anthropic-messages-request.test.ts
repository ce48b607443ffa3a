import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { NeutralRequest } from './neutral.ts';

const HI = { role: 'user', content: 'hi' };
const TARGET = { model: 'claude-sonnet-4-6', defaultMaxTokens: 4096 };
const decode = (body: unknown): NeutralRequest => anthropicMessages.decodeRequest(Buffer.from(JSON.stringify(body)));
const read = (fields: object): NeutralRequest => decode({ model: 'm', max_tokens: 64, messages: [HI], ...fields });
const again = (request: NeutralRequest): Record<string, unknown> =>
  JSON.parse(anthropicMessages.encodeRequest(request, TARGET).body);

/** What Claude Code really sends. */
const CLAUDE_CODE = {
  model: 'claude-sonnet-4-6',
  max_tokens: 32000,
  metadata: { user_id: '{"device_id":"d"}' },
  thinking: { type: 'adaptive' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  output_config: { effort: 'high' },
  tools: [{ name: 'f', description: 'd', input_schema: { type: 'object', properties: { a: { type: 'string' } } } }],
  system: [
    { type: 'text', text: 'x-anthropic-billing-header: cc' },
    { type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral' } },
  ],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: '<reminder>be nice</reminder>' },
        { type: 'text', text: 'go' },
      ],
    },
    { role: 'system', content: [{ type: 'text', text: 'Mid-conversation instruction.' }] },
  ],
  stream: true,
};

describe('reading a messages request', () => {
  test('the smallest one', () => {
    assert.deepEqual(read({}), {
      origin: 'anthropic-messages',
      system: [],
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      tools: [],
      maxTokens: 64,
      n: 1,
      stream: false,
      includeUsage: true,
      unknown: {},
    });
  });

  test("Claude Code's request comes back from the neutral form as it was", () => {
    assert.deepEqual(again(decode(CLAUDE_CODE)), CLAUDE_CODE);
    assert.deepEqual(anthropicMessages.encodeRequest(decode(CLAUDE_CODE), TARGET).losses, []);
  });

  test('blocks of every kind come back as they were, byte for byte inside tool inputs', () => {
    const input = '{ "z": 12345678901234567890, "a": [1.0, 1e400], "é": "\\u00e9" }';
    const body = `{"model":"claude-sonnet-4-6","max_tokens":64,"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[
      {"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"xyz"},
      {"type":"text","text":"a","citations":[{"type":"char_location"}]},
      {"type":"tool_use","id":"toolu_1","name":"f","input":${input},"cache_control":{"type":"ephemeral","ttl":"1h"}},
      {"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"q"}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":[{"type":"text","text":"21"},
      {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},
      {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="},"title":"t","context":"c"},
      {"type":"document","source":{"type":"content","content":"x"}},
      {"type":"image","source":{"type":"file","file_id":"file_1"}},{"type":"container_upload","file_id":"file_2"}]}]}`;
    const request = anthropicMessages.decodeRequest(Buffer.from(body));
    const written = anthropicMessages.encodeRequest(request, TARGET);
    assert.ok(written.body.includes(`"input":${input}`), written.body);
    const expected = JSON.parse(body);
    expected.messages[0].content = [{ type: 'text', text: 'go' }];
    assert.deepEqual(JSON.parse(written.body), expected);
    assert.deepEqual(written.losses, []);
    const call = request.messages[1]?.parts[3];
    assert.ok(call?.type === 'tool_call');
    assert.equal(call.arguments, input);
  });

  test('a tool result knows the name of its call', () => {
    const { messages } = decode({
      max_tokens: 1,
      messages: [
        HI,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'x' }] },
      ],
    });
    assert.deepEqual(messages[2]?.parts, [
      { type: 'tool_result', callId: 'a', name: 'f', content: [{ type: 'text', text: 'x' }], isError: false },
    ]);
  });

  test('the direct caller of a call and empty citations are no extra fields', () => {
    const block = { type: 'tool_use', id: 'a', name: 'f', input: {}, caller: { type: 'direct' } };
    const content = [{ type: 'text', text: 'x', citations: null }, block];
    const { messages } = read({ messages: [HI, { role: 'assistant', content }] });
    assert.deepEqual(messages[1]?.parts, [
      { type: 'text', text: 'x' },
      { type: 'tool_call', id: 'a', name: 'f', arguments: '{}' },
    ]);
  });

  const thinking: [string, object, unknown, object][] = [
    ['budget', { thinking: { type: 'enabled', budget_tokens: 2048 } }, { type: 'budget', tokens: 2048 }, {}],
    ['off', { thinking: { type: 'disabled' } }, { type: 'off' }, {}],
    ['adaptive', { thinking: { type: 'adaptive' } }, { type: 'adaptive' }, {}],
    ['effort alone', { output_config: { effort: 'low' } }, { type: 'effort', effort: 'low' }, {}],
    [
      'adaptive with display',
      { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'max' } },
      { type: 'adaptive', effort: 'max' },
      { thinking: { display: 'omitted' } },
    ],
    [
      'budget with effort',
      { thinking: { type: 'enabled', budget_tokens: 1024 }, output_config: { effort: 'low' } },
      { type: 'budget', tokens: 1024 },
      { output_config: { effort: 'low' } },
    ],
    ['a new kind', { thinking: { type: 'between_tools' } }, undefined, { thinking: { type: 'between_tools' } }],
  ];
  for (const [name, fields, reasoning, unknown] of thinking) {
    test(`thinking: ${name}`, () => {
      const request = read(fields);
      assert.deepEqual(request.reasoning, reasoning);
      assert.deepEqual(request.unknown, unknown);
      const written = again(request);
      for (const [key, value] of Object.entries(fields)) assert.deepEqual(written[key], value);
    });
  }

  test('structured output in both spellings', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } };
    const expected = { type: 'schema', name: 'output', schema: { type: 'object' }, strict: true };
    assert.deepEqual(read({ output_config: { format } }).format, expected);
    assert.deepEqual(read({ output_format: format }).format, expected);
    assert.deepEqual(again(read({ output_format: format })).output_config, { format });
    const odd = { type: 'grammar' };
    assert.deepEqual(read({ output_config: { format: odd } }).unknown, { output_config: { format: odd } });
  });

  test('tool choice and its limit', () => {
    const tools = [{ name: 'f', input_schema: { type: 'object' } }];
    for (const tool_choice of [
      { type: 'auto', disable_parallel_tool_use: true },
      { type: 'any', disable_parallel_tool_use: false },
      { type: 'tool', name: 'f' },
      { type: 'none' },
      { type: 'some_day' },
    ]) {
      assert.deepEqual(again(read({ tools, tool_choice })).tool_choice, tool_choice);
    }
  });

  test('server tools and unknown fields of tools come back as they were', () => {
    const tools = [
      { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
      { name: 'f', input_schema: { type: 'object' }, defer_loading: true, cache_control: { type: 'ephemeral' } },
    ];
    assert.deepEqual(again(read({ tools })).tools, tools);
  });

  test('references to tools in the result of a tool search come back as they were', () => {
    const content = [
      { type: 'tool_reference', tool_name: 'f', cache_control: { type: 'ephemeral' } },
      { type: 'tool_reference', tool_name: 7 },
    ];
    const messages = [
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'search', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content }] },
    ];
    assert.deepEqual(again(read({ messages: [HI, ...messages] })).messages, [
      { ...HI, content: [{ type: 'text', text: 'hi' }] },
      ...messages,
    ]);
  });

  test('metadata beside the user id is kept', () => {
    const metadata = { user_id: 'u', task: 'triage' };
    assert.equal(read({ metadata }).user, 'u');
    assert.deepEqual(again(read({ metadata })).metadata, metadata);
  });

  test('sampling settings of an Anthropic client are not touched', () => {
    const settings = { temperature: 0.2, top_p: 0.9, top_k: 5, stop_sequences: ['END', ' '] };
    const written = again(read(settings));
    for (const [key, value] of Object.entries(settings)) assert.deepEqual(written[key], value);
  });
});

describe('refusing what is not a messages request', () => {
  const table: [object, string][] = [
    [{ messages: [HI] }, 'max_tokens'],
    [{ messages: [HI], max_tokens: 0 }, 'max_tokens'],
    [{ messages: [HI], max_tokens: '5' }, 'max_tokens'],
    [{ max_tokens: 1 }, 'messages'],
    [{ max_tokens: 1, messages: {} }, 'messages'],
    [{ max_tokens: 1, messages: [] }, 'messages'],
    [{ max_tokens: 1, messages: [null] }, 'messages[0]'],
    [{ max_tokens: 1, messages: [{ role: 'developer', content: 'x' }] }, 'messages[0].role'],
    [{ max_tokens: 1, messages: [HI, { role: 'user' }] }, 'messages[1].content'],
    [{ max_tokens: 1, messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ max_tokens: 1, messages: [{ role: 'user', content: ['x'] }] }, 'messages[0].content[0]'],
    [{ max_tokens: 1, messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [
      { max_tokens: 1, messages: [{ role: 'user', content: [{ type: 'tool_result' }] }] },
      'messages[0].content[0].tool_use_id',
    ],
    [
      { max_tokens: 1, messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a' }] }] },
      'messages[0].content[0].name',
    ],
    [{ max_tokens: 1, messages: [HI], system: 5 }, 'system'],
    [{ max_tokens: 1, messages: [HI], tools: [{ name: 'f' }] }, 'tools[0].input_schema'],
    [{ max_tokens: 1, messages: [HI], tools: [{ input_schema: {} }] }, 'tools[0].name'],
    [{ max_tokens: 1, messages: [HI], tool_choice: 'auto' }, 'tool_choice'],
    [{ max_tokens: 1, messages: [HI], stop_sequences: 5 }, 'stop_sequences'],
    [{ max_tokens: 1, messages: [HI], thinking: true }, 'thinking'],
    [{ max_tokens: 1, messages: [HI], stream: 1 }, 'stream'],
  ];
  for (const [body, param] of table) {
    test(`${JSON.stringify(body)} names ${param}`, () => {
      assert.throws(
        () => decode(body),
        (error) => error instanceof TierlineError && error.code === 'invalid_request' && error.param === param,
      );
    });
  }

  test('broken JSON around a tool_use is invalid JSON', () => {
    assert.throws(
      () => anthropicMessages.decodeRequest(Buffer.from('{"messages":[{"type":"tool_use"')),
      (error) => error instanceof TierlineError && error.code === 'invalid_json',
    );
  });
});
