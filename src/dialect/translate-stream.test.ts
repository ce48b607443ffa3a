import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { JsonObject } from '../call/json.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect, ReplyContext, SseEvent } from './dialect.ts';
import type { NeutralEvent } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';

const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1_700_000_000 };

const decode = (dialect: Dialect, events: (JsonObject | string)[]): NeutralEvent[] => {
  const decoder = dialect.createDecoder();
  return events.flatMap((event) =>
    decoder.push({ event: '', data: typeof event === 'string' ? event : JSON.stringify(event) }),
  );
};

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

const chunk = (delta: object, finish_reason: string | null = null, index = 0): JsonObject => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 5,
  model: 'gpt-x',
  choices: [{ index, delta: delta as JsonObject, logprobs: null, finish_reason }],
  usage: null,
});
const usageChunk: JsonObject = {
  ...chunk({}),
  choices: [],
  usage: { prompt_tokens: 100, completion_tokens: 7, total_tokens: 107, prompt_tokens_details: { cached_tokens: 80 } },
};
const toolStart = (index: number, id: string, name: string): object => ({
  tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
});
const toolArgs = (index: number, args: string): object => ({ tool_calls: [{ index, function: { arguments: args } }] });

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
describe('streams from one dialect to the other', () => {
  const OPENAI = [
    chunk({ role: 'assistant', content: null }),
    chunk({ reasoning_content: 'hm' }),
    chunk({ content: 'Grüße ' }),
    chunk({ content: '世界' }),
    chunk(toolStart(0, 'a', 'f')),
    chunk(toolArgs(0, '{"big":1234567890123')),
    chunk(toolArgs(0, '4567890}')),
    chunk(toolStart(1, 'b', 'g')),
    chunk({}, 'tool_calls'),
    usageChunk,
    '[DONE]',
  ];
  const ANTHROPIC = [
    message(),
    blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
    blockDelta(0, { type: 'thinking_delta', thinking: 'hm' }),
    blockDelta(0, { type: 'signature_delta', signature: 'c2ln' }),
    blockStop(0),
    blockStart(1, { type: 'text', text: '' }),
    blockDelta(1, { type: 'text_delta', text: 'Grüße ' }),
    blockDelta(1, { type: 'text_delta', text: '世界' }),
    blockStop(1),
    blockStart(2, { type: 'tool_use', id: 'a', name: 'f', input: {} }),
    blockDelta(2, { type: 'input_json_delta', partial_json: '{"big":1234567890123' }),
    blockDelta(2, { type: 'input_json_delta', partial_json: '4567890}' }),
    blockStop(2),
    blockStart(3, { type: 'tool_use', id: 'b', name: 'g', input: {} }),
    blockStop(3),
    messageDelta('tool_use'),
    { type: 'message_stop' },
  ];
  const serve = (body: string) => async (): Promise<Response> =>
    new Response(body, { headers: { 'content-type': 'text/event-stream' } });

  test("OpenAI's stream is understood by Anthropic's client", async () => {
    const body = encode(anthropicMessages, decode(openaiChat, OPENAI));
    const client = new Anthropic({ apiKey: 'k', baseURL: 'http://gateway.test', fetch: serve(body), maxRetries: 0 });
    const stream = client.messages.stream({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] });
    const final = await stream.finalMessage();
    assert.deepEqual(
      final.content.map(({ type, ...block }) => [type, 'input' in block ? block.input : Object.values(block)]),
      [
        ['thinking', ['hm', '']],
        ['text', ['Grüße 世界']],
        // The client itself reads numbers as JavaScript does.
        ['tool_use', { big: Number('12345678901234567890') }],
        ['tool_use', {}],
      ],
    );
    assert.equal(final.stop_reason, 'tool_use');
    assert.equal(final.usage.input_tokens, 20);
    assert.equal(final.usage.cache_read_input_tokens, 80);
    assert.equal(final.usage.output_tokens, 7);
    assert.ok(body.includes('1234567890123') && body.includes('4567890}'));
  });

  test("Anthropic's stream is understood by OpenAI's client", async () => {
    const body = encode(openaiChat, decode(anthropicMessages, ANTHROPIC));
    const client = new OpenAI({ apiKey: 'k', baseURL: 'http://gateway.test/v1', fetch: serve(body), maxRetries: 0 });
    const stream = client.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
    const final = await stream.finalChatCompletion();
    const [choice] = final.choices;
    assert.equal(choice?.message.content, 'Grüße 世界');
    assert.equal(choice?.finish_reason, 'tool_calls');
    assert.deepEqual(
      choice?.message.tool_calls?.map(
        (call) => call.type === 'function' && [call.id, call.function.name, call.function.arguments],
      ),
      [
        ['a', 'f', '{"big":12345678901234567890}'],
        ['b', 'g', '{}'],
      ],
    );
    assert.equal(final.usage?.total_tokens, 107);
    assert.match(body, /"reasoning_content":"hm"/);
  });

  test('there and back again it is the same stream of neutral events, but for ids, signature and kind of finish', () => {
    const sse = parseSse(encode(openaiChat, decode(anthropicMessages, ANTHROPIC)));
    const back = decode(
      openaiChat,
      sse.map(({ data }) => data),
    );
    const forth = decode(anthropicMessages, ANTHROPIC);
    const shape = (events: NeutralEvent[]): unknown[] =>
      events
        .filter((event) => event.type !== 'thinking_signature' && event.type !== 'usage')
        .map((event) => (event.type === 'finish' ? { ...event, finish: event.finish.reason } : event))
        .filter((event) => event.type !== 'tool_arguments' || event.json !== '{}');
    assert.deepEqual(shape(back), shape(forth));
  });
});
