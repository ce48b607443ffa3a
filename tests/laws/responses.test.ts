// Laws of the responses API: items that are read are written as they were, and what a model thought finds back to it through
// the hands of a client that speaks another dialect.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../../src/call/json.ts';
import { anthropicMessages } from '../../src/dialect/anthropic-messages.ts';
import type { ReplyContext } from '../../src/dialect/dialect.ts';
import { gemini } from '../../src/dialect/gemini.ts';
import type { DialectName, NeutralPart, NeutralReply, NeutralRequest } from '../../src/dialect/neutral.ts';
import { openaiChat } from '../../src/dialect/openai-chat.ts';
import { openaiResponses } from '../../src/dialect/openai-responses.ts';
import { request, spelling, strip, words } from './neutral-arbitrary.ts';

const TARGET = { model: 'm', defaultMaxTokens: 4096 };
const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1 };

const read = (body: object): NeutralRequest => openaiResponses.decodeRequest(Buffer.from(JSON.stringify(body)));
const write = (neutral: NeutralRequest) => openaiResponses.encodeRequest(neutral, TARGET);

const id = fc.stringMatching(/^[a-z]{1,8}$/);
const image: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'low' },
  { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
  { type: 'input_image', file_id: 'file_1', detail: 'auto' },
  { type: 'input_file', file_url: 'https://example.com/a.pdf' },
  { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
  { type: 'input_text', text: 'marked', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } },
);
const text = words.map((text) => ({ type: 'input_text', text }));
const input = fc.oneof(
  words,
  fc.tuple(text, fc.array(fc.oneof(text, image), { minLength: 1, maxLength: 3 })).map((p) => p.flat()),
);
const said = fc.oneof(
  words,
  fc.tuple(words, words).map(([text, refusal]) => [
    { type: 'output_text', text, annotations: [] },
    { type: 'refusal', refusal },
  ]),
);

const message = fc.record({
  type: fc.constant('message'),
  role: fc.constantFrom('user', 'system', 'developer'),
  content: input,
});
const answer = fc.oneof(
  fc.record({ type: fc.constant('message'), role: fc.constant('assistant'), content: said }),
  fc.record({
    type: fc.constant('message'),
    role: fc.constant('assistant'),
    content: words,
    phase: fc.constantFrom('commentary', 'final_answer'),
  }),
);
const call = fc.record(
  { type: fc.constant('function_call'), call_id: id, name: id, arguments: spelling, namespace: id },
  { requiredKeys: ['type', 'call_id', 'name', 'arguments'] },
);
const output = fc.record({
  type: fc.constant('function_call_output'),
  call_id: id,
  output: fc.oneof(input, fc.constant('')),
});
const summary = fc.array(
  words.map((text) => ({ type: 'summary_text', text })),
  { maxLength: 3 },
);
const reasoning = fc.oneof(
  fc.record({ type: fc.constant('reasoning'), summary, encrypted_content: id }),
  fc.record({ type: fc.constant('reasoning'), summary, id }),
  fc.record({
    type: fc.constant('reasoning'),
    summary,
    encrypted_content: id,
    content: words.map((text) => [{ type: 'reasoning_text', text }]),
  }),
);
const other: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
  { type: 'custom_tool_call', call_id: 'c', name: 'patch', input: '*** Begin' },
  { type: 'custom_tool_call_output', call_id: 'c', output: 'done' },
  { type: 'item_reference', id: 'msg_1' },
  { type: 'compaction', encrypted_content: 'x' },
  { type: 'mcp_approval_response', approval_request_id: 'a', approve: true },
  { type: 'additional_tools', role: 'developer', tools: [] },
);
const items = fc.array(fc.oneof(message, answer, call, output, reasoning, other), { minLength: 1, maxLength: 8 });

test('items are written as they were read, in their order', () => {
  fc.assert(
    fc.property(items, fc.option(words), (items, instructions) => {
      const body = { model: 'm', input: items, ...(instructions === null ? {} : { instructions }) };
      const written = write(read(body));
      assert.deepEqual(JSON.parse(written.body), strip(body));
      assert.deepEqual(written.losses, []);
    }),
  );
});

const SIGNERS: DialectName[] = ['anthropic-messages', 'gemini', 'openai-chat', 'openai-responses'];
const thought: fc.Arbitrary<NeutralPart> = fc.oneof(
  fc.record({
    type: fc.constant('thinking' as const),
    text: fc.oneof(words, fc.constant('')),
    signature: id,
    origin: fc.constantFrom(...SIGNERS),
  }),
  fc.record({
    type: fc.constant('redacted_thinking' as const),
    data: id,
    origin: fc.constant('anthropic-messages' as const),
  }),
  fc.record({ type: fc.constant('thinking' as const), text: words, origin: fc.constant('openai-chat' as const) }),
);
const replyParts = fc
  .tuple(fc.array(thought, { maxLength: 3 }), words, fc.array(spelling, { maxLength: 2 }))
  .map(([thoughts, text, calls]): NeutralPart[] => [
    ...thoughts,
    { type: 'text', text },
    ...calls.map((json, index) => ({ type: 'tool_call' as const, id: `call_${index}`, name: 'f', arguments: json })),
  ]);
const toReply = (parts: NeutralPart[]): NeutralReply => {
  const finish = { reason: 'stop' as const, raw: 'x' };
  return { id: 'r', model: 'm', choices: [{ index: 0, parts, finish }], usage: null };
};

test('what any model thought, said and called comes back with the items that the client was given', () => {
  fc.assert(
    fc.property(replyParts, (parts) => {
      const { output } = JSON.parse(openaiResponses.encodeReply(toReply(parts), CONTEXT)) as { output: JsonObject[] };
      const again = read({ model: 'm', input: [{ role: 'user', content: 'q' }, ...output] });
      assert.deepEqual(again.messages[1], strip({ role: 'assistant', parts }));
    }),
  );
});

test('what OpenAI encrypted comes back through an Anthropic client, and goes to OpenAI alone', () => {
  fc.assert(
    fc.property(words, id, words, (summary, encrypted, text) => {
      const own = {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: summary }],
        encrypted_content: encrypted,
      };
      const output = [
        { ...own, id: 'rs_1' },
        { type: 'message', content: [{ type: 'output_text', text }] },
      ];
      const reply = openaiResponses.decodeReply(Buffer.from(JSON.stringify({ status: 'completed', output })));
      const { content } = JSON.parse(anthropicMessages.encodeReply(reply, CONTEXT)) as { content: JsonObject[] };
      const messages = [
        { role: 'user', content: 'q' },
        { role: 'assistant', content },
        { role: 'user', content: 'q' },
      ];
      const sent = Buffer.from(JSON.stringify({ model: 'm', max_tokens: 99, messages }));
      const again = anthropicMessages.decodeRequest(sent);
      const { input } = JSON.parse(write(again).body) as { input: JsonObject[] };
      assert.deepEqual(input[1], own);
      for (const dialect of [anthropicMessages, gemini, openaiChat]) {
        const { body, losses } = dialect.encodeRequest(again, TARGET);
        assert.ok(losses.includes('messages[1]: signed thinking'), dialect.name);
        assert.ok(!body.includes('tierline:'), dialect.name);
      }
    }),
  );
});

test('a thought goes to its maker, or is told as lost', () => {
  const dialects = {
    'openai-chat': openaiChat,
    'anthropic-messages': anthropicMessages,
    gemini,
    'openai-responses': openaiResponses,
  };
  fc.assert(
    fc.property(request, thought, fc.constantFrom(...SIGNERS), (drawn, thought, to) => {
      const messages = [
        { role: 'user' as const, parts: [{ type: 'text' as const, text: 'ASK' }] },
        { role: 'assistant' as const, parts: [thought, { type: 'text' as const, text: 'ANSWER' }] },
        { role: 'user' as const, parts: [{ type: 'text' as const, text: 'ASK' }] },
      ];
      const { body, losses } = dialects[to as keyof typeof dialects].encodeRequest({ ...drawn, messages }, TARGET);
      const isTold = losses.some((loss) => /^messages\[1\]: .*thinking/.test(loss));
      const mark =
        thought.type === 'thinking' ? (thought.signature ?? thought.text) : (thought as { data: string }).data;
      const isSent = JSON.stringify((JSON.parse(body) as JsonObject)[LIST[to] as string]).includes(
        JSON.stringify(mark),
      );
      assert.ok(isTold || isSent);
      if (isTold) return;
      const { origin } = thought as { origin: DialectName };
      assert.equal(origin, to);
    }),
  );
});

test('pictures in the results of calls cross between messages and responses', () => {
  const picture: NeutralPart = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AAAA' } };
  fc.assert(
    fc.property(request, words, fc.constantFrom(anthropicMessages, openaiResponses), (drawn, text, origin) => {
      const content: NeutralPart[] = [{ type: 'text', text }, picture];
      const messages: NeutralRequest['messages'] = [
        { role: 'user', parts: [{ type: 'text', text }, picture] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'a', name: 'f', arguments: '{}' }] },
        { role: 'user', parts: [{ type: 'tool_result', callId: 'a', name: 'f', content, isError: false }] },
      ];
      const other = origin === openaiResponses ? anthropicMessages : openaiResponses;
      const { body, losses } = other.encodeRequest({ ...drawn, messages, origin: origin.name, unknown: {} }, TARGET);
      assert.deepEqual(other.decodeRequest(Buffer.from(body)).messages, messages);
      assert.ok(!losses.some((loss) => loss.startsWith('messages')), losses.join('; '));
    }),
  );
});

const LIST: Partial<Record<DialectName, string>> = {
  'openai-chat': 'messages',
  'anthropic-messages': 'messages',
  gemini: 'contents',
  'openai-responses': 'input',
};
