import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toUsage } from '../call/usage.ts';
import type { Dialect, ReplyContext, SseEvent } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';
import { writeOpenaiUsage } from './openai-chat-usage.ts';

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

describe('writing a chat completion stream', () => {
  test('is exactly the protocol', () => {
    const head = '"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"gpt-x"';
    const line = (delta: string, reason = 'null'): string =>
      `data: {${head},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${reason}}]}\n\n`;
    assert.equal(
      encode(openaiChat, ANSWER, { ...CONTEXT, includeUsage: false }),
      [
        line('{"role":"assistant","content":null,"reasoning_content":"hm"}'),
        line('{"content":"Hel"}'),
        line('{"content":"lo."}'),
        line('{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}'),
        line('{"tool_calls":[{"index":0,"function":{"arguments":"{\\"x\\""}}]}'),
        line('{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}'),
        line('{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}]}'),
        line('{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}'),
        line('{}', '"tool_calls"'),
        'data: [DONE]\n\n',
      ].join(''),
    );
  });

  test('usage has its own last chunk when asked for, and is null in all others', () => {
    const events = parseSse(encode(openaiChat, ANSWER, { ...CONTEXT, costUsd: () => 0.5 })).map((event) => event.json);
    const [done, usage, ...others] = events.toReversed();
    assert.deepEqual(done, {});
    assert.deepEqual(usage?.choices, []);
    assert.deepEqual(usage?.usage, { ...writeOpenaiUsage(USAGE), cost: 0.5 });
    assert.ok(others.every((event) => event.usage === null));
  });

  test('unknown usage has no chunk', () => {
    const events = parseSse(encode(openaiChat, [START, text('x'), finish('stop'), { type: 'end' }]));
    assert.equal(events.length, 3);
  });

  test('every choice has its role once and its finish once', () => {
    const events = parseSse(
      encode(openaiChat, [
        START,
        text('a', 1),
        text('b', 0),
        { ...finish('stop'), choice: 1 } as NeutralEvent,
        text('late', 1),
        finish('length'),
        finish('stop'),
        { type: 'end' },
      ]),
    );
    const choices = events.flatMap(
      ({ json }) => (json.choices ?? []) as { index: number; delta: object; finish_reason: string }[],
    );
    assert.deepEqual(
      choices.map(({ index, delta, finish_reason }) => [index, delta, finish_reason]),
      [
        [1, { role: 'assistant', content: 'a' }, null],
        [0, { role: 'assistant', content: 'b' }, null],
        [1, {}, 'stop'],
        [0, {}, 'length'],
      ],
    );
  });

  test('an empty answer still has a role and an empty text', () => {
    const [first] = parseSse(encode(openaiChat, [START, finish('stop'), { type: 'end' }]));
    const choice = ((first as { json: Record<string, unknown> }).json.choices as { delta: object }[])[0];
    assert.deepEqual(choice?.delta, { role: 'assistant', content: '' });
  });

  test('a refusal in words finishes with stop, one without with content_filter', () => {
    const reason = (events: NeutralEvent[]): string | undefined =>
      /"finish_reason":"(\w+)"/.exec(encode(openaiChat, [START, ...events]))?.[1];
    assert.equal(reason([{ type: 'refusal', choice: 0, text: 'No.' }, finish('refusal')]), 'stop');
    assert.equal(reason([text('I'), finish('refusal')]), 'content_filter');
  });

  test('logprobs stand in their own chunk, a ping is a comment', () => {
    const written = encode(openaiChat, [
      START,
      text('x'),
      { type: 'logprobs', choice: 0, json: { content: [] } },
      { type: 'ping' },
    ]);
    assert.match(written, /"delta":\{\},"logprobs":\{"content":\[\]\}/);
    assert.ok(written.endsWith(': ping\n\n'));
  });
});

describe('a stream without a finish', () => {
  test('never gets one', () => {
    const written = encode(openaiChat, [START, text('x'), { type: 'usage', usage: USAGE }, { type: 'end' }]);
    assert.doesNotMatch(written, /DONE|message_stop|message_delta|"finish_reason":"/);
    assert.equal(encode(openaiChat, [{ type: 'error', error: { status: 500, message: 'x' } }]), '');
  });
});
