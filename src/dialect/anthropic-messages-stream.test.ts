import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../call/json.ts';
import { toUsage } from '../call/usage.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';

const decode = (dialect: Dialect, events: (JsonObject | string)[]): NeutralEvent[] => {
  const decoder = dialect.createDecoder();
  return events.flatMap((event) =>
    decoder.push({ event: '', data: typeof event === 'string' ? event : JSON.stringify(event) }),
  );
};

const message = (rest: object = {}): JsonObject => ({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 20, cache_read_input_tokens: 80, output_tokens: 1 },
    ...rest,
  },
});
const blockStart = (index: number, content_block: JsonObject): JsonObject => ({
  type: 'content_block_start',
  index,
  content_block,
});
const blockDelta = (index: number, delta: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta });
const blockStop = (index: number): JsonObject => ({ type: 'content_block_stop', index });
const messageDelta = (stop_reason: string | null, usage: JsonObject = { output_tokens: 7 }): JsonObject => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage,
});
const USAGE = toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 7 });
const text = (words: string, choice = 0): NeutralEvent => ({ type: 'text', choice, text: words });
const partEnd: NeutralEvent = { type: 'part_end', choice: 0 };
const finish = (reason: 'stop' | 'tool_calls' | 'length' | 'refusal', raw: string = reason): NeutralEvent => ({
  type: 'finish',
  choice: 0,
  finish: { reason, raw },
});

const MESSAGE_START: NeutralEvent[] = [
  { type: 'start', id: 'msg_1', model: 'claude-x' },
  { type: 'usage', usage: { ...USAGE, outputTokens: 1 } },
];

describe('reading a message stream', () => {
  const table: [string, (JsonObject | string)[], NeutralEvent[]][] = [
    [
      'text, ping, finish, usage, end',
      [
        message(),
        { type: 'ping' },
        blockStart(0, { type: 'text', text: '' }),
        blockDelta(0, { type: 'text_delta', text: 'Hello.' }),
        blockStop(0),
        messageDelta('end_turn', { output_tokens: 7, input_tokens: null, cache_read_input_tokens: 80 }),
        { type: 'message_stop' },
      ],
      [
        ...MESSAGE_START,
        { type: 'ping' },
        text('Hello.'),
        partEnd,
        finish('stop', 'end_turn'),
        { type: 'usage', usage: USAGE },
        { type: 'end' },
      ],
    ],
    [
      'thinking with its signature, redacted thinking, tool input in fragments, an empty tool',
      [
        message(),
        blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
        blockDelta(0, { type: 'thinking_delta', thinking: 'hm' }),
        blockDelta(0, { type: 'signature_delta', signature: 'c2ln' }),
        blockStop(0),
        blockStart(1, { type: 'redacted_thinking', data: 'x' }),
        blockStop(1),
        blockStart(2, { type: 'tool_use', id: 'a', name: 'f', input: {} }),
        blockDelta(2, { type: 'input_json_delta', partial_json: '' }),
        blockDelta(2, { type: 'input_json_delta', partial_json: '{"x":' }),
        blockDelta(2, { type: 'input_json_delta', partial_json: '1.0}' }),
        blockStop(2),
        blockStart(3, { type: 'tool_use', id: 'b', name: 'g', input: {} }),
        blockStop(3),
        messageDelta('tool_use'),
      ],
      [
        ...MESSAGE_START,
        { type: 'thinking', choice: 0, text: 'hm' },
        { type: 'thinking_signature', choice: 0, signature: 'c2ln' },
        partEnd,
        { type: 'redacted_thinking', choice: 0, data: 'x' },
        partEnd,
        { type: 'tool_start', choice: 0, tool: 0, id: 'a', name: 'f' },
        { type: 'tool_arguments', choice: 0, tool: 0, json: '{"x":' },
        { type: 'tool_arguments', choice: 0, tool: 0, json: '1.0}' },
        partEnd,
        { type: 'tool_start', choice: 0, tool: 1, id: 'b', name: 'g' },
        partEnd,
        finish('tool_calls', 'tool_use'),
        { type: 'usage', usage: USAGE },
      ],
    ],
    [
      'a whole input at the start of its block is kept byte for byte',
      [
        message({ usage: undefined }),
        '{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f","input":{ "x": 1.0,"big":12345678901234567890 }}}',
        blockStop(0),
      ],
      [
        MESSAGE_START[0] as NeutralEvent,
        { type: 'tool_start', choice: 0, tool: 0, id: 'a', name: 'f' },
        { type: 'tool_arguments', choice: 0, tool: 0, json: '{ "x": 1.0,"big":12345678901234567890 }' },
        partEnd,
      ],
    ],
    [
      'blocks, deltas and events of unknown kinds are passed over',
      [
        blockStart(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{"q":1}' }),
        blockStop(0),
        blockStart(1, { type: 'text', text: 'Hi' }),
        blockDelta(1, { type: 'citations_delta', citation: {} }),
        blockStop(1),
        { type: 'some_day' },
        '[DONE]',
      ],
      [text('Hi'), partEnd],
    ],
    [
      'a finish with its stop sequence, once',
      [
        {
          type: 'message_delta',
          delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
          usage: { output_tokens: 2 },
        },
        messageDelta('end_turn', { output_tokens: 3 }),
        messageDelta(null, { output_tokens: 4 }),
      ],
      [
        { type: 'finish', choice: 0, finish: { reason: 'stop_sequence', raw: 'stop_sequence', stopSequence: 'END' } },
        { type: 'usage', usage: toUsage({ outputTokens: 2 }) },
        { type: 'usage', usage: toUsage({ outputTokens: 3 }) },
        { type: 'usage', usage: toUsage({ outputTokens: 4 }) },
      ],
    ],
    [
      'an error event',
      [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
      [{ type: 'error', error: { status: 529, message: 'Overloaded', type: 'overloaded_error' } }],
    ],
  ];
  for (const [name, events, expected] of table) {
    test(name, () => assert.deepEqual(decode(anthropicMessages, events), expected));
  }

  test('the name line stands in for a missing type', () => {
    const decoder = anthropicMessages.createDecoder();
    assert.deepEqual(decoder.push({ event: 'message_stop', data: '{}' }), [{ type: 'end' }]);
    assert.deepEqual(decoder.push({ event: 'ping', data: '' }), [{ type: 'ping' }]);
  });
});

test('thoughts that nobody has signed are under a seal, which comes last and once', () => {
  const written = (origin: 'openai-chat' | 'anthropic-messages', isSigned: boolean): string[] => {
    const encoder = anthropicMessages.createEncoder({
      costUsd: () => null,
      includeUsage: true,
      createdAtSeconds: 1,
      origin,
    });
    const events: NeutralEvent[] = [
      { type: 'start', id: 'm', model: 'm' },
      { type: 'thinking', choice: 0, text: 'hm' },
      ...(isSigned ? [{ type: 'thinking_signature' as const, choice: 0, signature: 'c2ln' }] : []),
      { type: 'text', choice: 0, text: 'Hi' },
      { type: 'finish', choice: 0, finish: { reason: 'stop', raw: 'stop' } },
      { type: 'end' },
    ];
    const stream = events.map((event) => encoder.push(event)).join('');
    return [...stream.matchAll(/"signature_delta","signature":"([^"]*)"/g)].map((match) => match[1] ?? '');
  };
  assert.deepEqual(written('openai-chat', false), ['~tierline:openai-chat:thinking:']);
  assert.deepEqual(written('openai-chat', true), ['~tierline:openai-chat:thinking:c2ln']);
  assert.deepEqual(written('anthropic-messages', true), ['c2ln']);
  assert.deepEqual(written('anthropic-messages', false), []);
});
