import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toUsage } from '../call/usage.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect, ReplyContext, SseEvent } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';

const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1_700_000_000 };

const encode = (dialect: Dialect, events: NeutralEvent[], context = CONTEXT): string => {
  const encoder = dialect.createEncoder(context);
  return events.map((event) => encoder.push(event)).join('');
};

/** The events of an SSE text: name and data, parsed where it is JSON. */
function parseSse(text: string): (SseEvent & { json: Record<string, unknown> })[] {
  assert.ok(text === '' || text.endsWith('\n\n'), 'whole events only');
  return text
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const match = /^(?:event: (\w+)\n)?data: ([^\n]*)$/.exec(block);
      assert.ok(match !== null, `not an event: ${block}`);
      const data = match[2] as string;
      return { event: match[1] ?? '', data, json: data === '[DONE]' ? {} : JSON.parse(data) };
    });
}

const USAGE = toUsage({ inputTokens: 20, cacheReadTokens: 80, outputTokens: 7 });
const START: NeutralEvent = { type: 'start', id: 'chatcmpl-1', model: 'gpt-x' };
const text = (words: string, choice = 0): NeutralEvent => ({ type: 'text', choice, text: words });
const partEnd: NeutralEvent = { type: 'part_end', choice: 0 };
const finish = (reason: 'stop' | 'tool_calls' | 'length' | 'refusal', raw: string = reason): NeutralEvent => ({
  type: 'finish',
  choice: 0,
  finish: { reason, raw },
});

const ANSWER: NeutralEvent[] = [
  START,
  { type: 'thinking', choice: 0, text: 'hm' },
  { type: 'thinking_signature', choice: 0, signature: 'c2ln' },
  partEnd,
  text('Hel'),
  text('lo.'),
  partEnd,
  { type: 'tool_start', choice: 0, tool: 0, id: 'a', name: 'f' },
  { type: 'tool_arguments', choice: 0, tool: 0, json: '{"x"' },
  { type: 'tool_arguments', choice: 0, tool: 0, json: ':1}' },
  partEnd,
  { type: 'tool_start', choice: 0, tool: 1, id: 'b', name: 'g' },
  partEnd,
  finish('tool_calls'),
  { type: 'usage', usage: USAGE },
  { type: 'end' },
];

describe('writing a message stream', () => {
  test('is exactly the protocol, with usage from behind the finish', () => {
    const zero = '{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0}';
    const usage = (input: number, read: number, output: number): string =>
      `{"input_tokens":${input},"cache_creation_input_tokens":0,"cache_read_input_tokens":${read},"cache_creation":${zero},"output_tokens":${output}}`;
    const line = (type: string, rest = ''): string => `event: ${type}\ndata: {"type":"${type}"${rest}}\n\n`;
    const start = (index: number, block: string): string =>
      line('content_block_start', `,"index":${index},"content_block":${block}`);
    const delta = (index: number, body: string): string =>
      line('content_block_delta', `,"index":${index},"delta":${body}`);
    const stop = (index: number): string => line('content_block_stop', `,"index":${index}`);
    assert.equal(
      encode(anthropicMessages, [ANSWER[0] as NeutralEvent, { type: 'ping' }, ...ANSWER.slice(1)]),
      [
        line(
          'message_start',
          `,"message":{"id":"chatcmpl-1","type":"message","role":"assistant","model":"gpt-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":${usage(0, 0, 0)}}`,
        ),
        line('ping'),
        start(0, '{"type":"thinking","thinking":"","signature":""}'),
        delta(0, '{"type":"thinking_delta","thinking":"hm"}'),
        delta(0, '{"type":"signature_delta","signature":"c2ln"}'),
        stop(0),
        start(1, '{"type":"text","text":""}'),
        delta(1, '{"type":"text_delta","text":"Hel"}'),
        delta(1, '{"type":"text_delta","text":"lo."}'),
        stop(1),
        start(2, '{"type":"tool_use","id":"a","name":"f","input":{}}'),
        delta(2, '{"type":"input_json_delta","partial_json":"{\\"x\\""}'),
        delta(2, '{"type":"input_json_delta","partial_json":":1}"}'),
        stop(2),
        start(3, '{"type":"tool_use","id":"b","name":"g","input":{}}'),
        delta(3, '{"type":"input_json_delta","partial_json":"{}"}'),
        stop(3),
        line('message_delta', `,"delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":${usage(20, 80, 7)}`),
        line('message_stop'),
      ].join(''),
    );
  });

  test('redacted thinking is a block of its own, a refusal is text with the stop reason for it', () => {
    const events = parseSse(
      encode(anthropicMessages, [
        START,
        { type: 'redacted_thinking', choice: 0, data: 'x' },
        { type: 'refusal', choice: 0, text: 'No.' },
        finish('stop'),
        { type: 'end' },
      ]),
    ).map(({ json }) => json);
    assert.deepEqual(events.map((event) => [event.type, event.index]).slice(1, -2), [
      ['content_block_start', 0],
      ['content_block_stop', 0],
      ['content_block_start', 1],
      ['content_block_delta', 1],
      ['content_block_stop', 1],
    ]);
    assert.deepEqual(events.at(-2)?.delta, { stop_reason: 'refusal', stop_sequence: null });
  });

  test('parts may follow one another without a part_end; other choices have no place', () => {
    const events: NeutralEvent[] = [
      START,
      text('a'),
      text('b', 1),
      { type: 'tool_start', choice: 0, tool: 0, id: 'x', name: 'f' },
      text('c'),
      finish('stop'),
      text('late'),
      { type: 'end' },
    ];
    const types = parseSse(encode(anthropicMessages, events)).map(({ json }) => json.type as string);
    assert.equal(types.filter((type) => type === 'content_block_start').length, 3);
    assert.equal(types.filter((type) => type === 'content_block_stop').length, 3);
  });

  test('the cost is in the last usage when it is known', () => {
    const written = encode(anthropicMessages, ANSWER, { ...CONTEXT, costUsd: (usage) => usage.outputTokens / 1000 });
    assert.match(written, /"output_tokens":7,"cost":0.007\}/);
  });
});

describe('a stream without a finish', () => {
  test('never gets one', () => {
    const written = encode(anthropicMessages, [START, text('x'), { type: 'usage', usage: USAGE }, { type: 'end' }]);
    assert.doesNotMatch(written, /DONE|message_stop|message_delta|"finish_reason":"/);
    assert.equal(encode(anthropicMessages, [{ type: 'error', error: { status: 500, message: 'x' } }]), '');
  });
});
