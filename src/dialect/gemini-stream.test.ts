import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toUsage } from '../call/usage.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect, ReplyContext } from './dialect.ts';
import { gemini } from './gemini.ts';
import type { NeutralEvent } from './neutral.ts';
import { openaiChat } from './openai-chat.ts';
import type { StreamFacts } from './pipe.ts';
import { Translation } from './translation.ts';

const ARGS = '{ "z":12345678901234567890,\n"a":1.0 }';
const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1_700_000_000 };
const HEAD = { modelVersion: 'gemini-2.5-flash', responseId: 'r1' };

const chunk = (parts: object[], rest: object = {}, last: object = {}): string =>
  JSON.stringify({ candidates: [{ content: { role: 'model', parts }, index: 0, ...rest }], ...HEAD, ...last });

function decode(...chunks: string[]): NeutralEvent[] {
  const decoder = gemini.createDecoder();
  return chunks.flatMap((data) => decoder.push({ event: '', data }));
}

/** The whole way of a translated stream. */
function translate(to: Dialect, chunks: string[]): { state: string; facts: StreamFacts; text: string } {
  const pipe = new Translation(gemini.createDecoder(), to.createEncoder(CONTEXT));
  let text = '';
  for (const data of chunks) text += pipe.push(Buffer.from(`data: ${data}\r\n\r\n`)) ?? '';
  pipe.end();
  return { state: pipe.state, facts: pipe.facts, text: text + (pipe.closing ?? '') };
}

describe('a stream of Gemini', () => {
  test('thoughts, text, finish and the usage that counts last', () => {
    const interim = { usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 } };
    const usageMetadata = { promptTokenCount: 4, candidatesTokenCount: 2, thoughtsTokenCount: 3, totalTokenCount: 9 };
    const events = decode(
      chunk([{ text: 'hm', thought: true }], {}, interim),
      chunk([{ text: 'Hel' }]),
      chunk([{ text: 'lo.', thoughtSignature: 'secret' }]),
      chunk([{ text: '' }], { finishReason: 'STOP' }, { usageMetadata }),
    );
    assert.deepEqual(events, [
      { type: 'start', id: 'r1', model: 'gemini-2.5-flash' },
      { type: 'thinking', choice: 0, text: 'hm' },
      { type: 'usage', usage: toUsage({ inputTokens: 4 }) },
      { type: 'part_end', choice: 0 },
      { type: 'text', choice: 0, text: 'Hel' },
      { type: 'text', choice: 0, text: 'lo.' },
      { type: 'part_end', choice: 0 },
      { type: 'finish', choice: 0, finish: { reason: 'stop', raw: 'STOP' } },
      { type: 'usage', usage: toUsage({ inputTokens: 4, outputTokens: 5, reasoningTokens: 3 }) },
    ]);
    assert.ok(!JSON.stringify(events).includes('secret'));
  });

  test('calls in chunks of their own, arguments byte for byte', () => {
    const call = (name: string, args: string, rest = '') =>
      `{"candidates":[{"content":{"parts":[{"functionCall":{"name":"${name}","args":${args}},"thoughtSignature":"s"}]},"index":0${rest}}],"responseId":"r1"}`;
    const events = decode(chunk([{ text: 'Let me see.' }]), call('f', ARGS), call('g', '{}', ',"finishReason":"STOP"'));
    assert.deepEqual(events.slice(2), [
      { type: 'part_end', choice: 0 },
      { type: 'tool_start', choice: 0, tool: 0, id: 'call_r1_0', name: 'f' },
      { type: 'tool_arguments', choice: 0, tool: 0, json: ARGS },
      { type: 'part_end', choice: 0 },
      { type: 'tool_start', choice: 0, tool: 1, id: 'call_r1_1', name: 'g' },
      { type: 'tool_arguments', choice: 0, tool: 1, json: '{}' },
      { type: 'part_end', choice: 0 },
      { type: 'finish', choice: 0, finish: { reason: 'tool_calls', raw: 'STOP' } },
    ]);
  });

  test('a stream without a finish is not finished, whoever listens', () => {
    for (const to of [openaiChat, anthropicMessages]) {
      const pipe = translate(to, [
        chunk([{ text: 'Hel' }]),
        chunk([{ text: 'lo' }], { finishReason: 'FINISH_REASON_UNSPECIFIED' }),
      ]);
      assert.equal(pipe.state, 'failed');
      assert.ok(!/\[DONE\]|message_stop|end_turn|"stop"/.test(pipe.text), pipe.text);
    }
  });

  test('a finished stream is whole in the dialects of the clients', () => {
    const chunks = [
      chunk([{ text: 'Hé' }]),
      chunk(
        [{ text: '' }],
        { finishReason: 'MAX_TOKENS' },
        { usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 7 } },
      ),
    ];
    const chat = translate(openaiChat, chunks);
    assert.equal(chat.state, 'finished');
    assert.equal(chat.facts.finishReason, 'MAX_TOKENS');
    assert.match(
      chat.text,
      /"content":"Hé"[\s\S]*"finish_reason":"length"[\s\S]*"prompt_tokens":11,"completion_tokens":7[\s\S]*\[DONE\]/,
    );
    const claude = translate(anthropicMessages, chunks);
    assert.match(claude.text, /text_delta","text":"Hé"[\s\S]*"stop_reason":"max_tokens"[\s\S]*message_stop/);
  });

  test('an error in the middle fails the stream with what the provider said', () => {
    const error = JSON.stringify({ error: { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' } });
    const pipe = translate(openaiChat, [chunk([{ text: 'Hel' }]), error]);
    assert.equal(pipe.state, 'failed');
    assert.deepEqual(pipe.facts.error, { status: 503, message: 'Overloaded', type: 'UNAVAILABLE', code: 503 });
  });

  test('a blocked prompt is a refusal', () => {
    const promptFeedback = { blockReason: 'SAFETY', blockReasonMessage: 'Not this.' };
    assert.deepEqual(decode(JSON.stringify({ promptFeedback, ...HEAD })).slice(1), [
      { type: 'refusal', choice: 0, text: 'Not this.' },
      { type: 'part_end', choice: 0 },
      { type: 'finish', choice: 0, finish: { reason: 'refusal', raw: 'SAFETY' } },
    ]);
  });

  test('several candidates keep apart, and each finishes once', () => {
    const both = (text: string, finishReason?: string) =>
      JSON.stringify({
        candidates: [0, 1].map((index) => ({ content: { parts: [{ text: `${text}${index}` }] }, index, finishReason })),
      });
    const events = decode(both('a'), both('b', 'STOP'), both('', 'STOP'));
    const told = (choice: number) =>
      events.map((event) => (event.type === 'text' && event.choice === choice ? event.text : '')).join('');
    assert.ok(told(0).startsWith('a0b0') && told(1).startsWith('a1b1'));
    assert.equal(events.filter((event) => event.type === 'finish').length, 2);
  });

  const odd: [string, string, number][] = [
    ['words to keep the line alive', 'ping', 0],
    ['a list', '[]', 0],
    ['a broken object', '{"candidates":[', 1],
    ['a broken call', '{"candidates":[{"content":{"parts":[{"functionCall":{}}]}}]}', 1],
  ];
  for (const [name, data, errors] of odd) {
    test(`${name} gives ${errors === 0 ? 'nothing' : 'an error'}`, () => {
      assert.deepEqual(
        decode(data).map(({ type }) => type),
        errors === 0 ? [] : ['error'],
      );
    });
  }

  test('fields and parts to come are tolerated', () => {
    const events = decode(
      chunk([{ hologram: {} }, { text: 'a' }], { safetyRatings: [], citationMetadata: {} }, { x: 1 }),
    );
    assert.deepEqual(events.slice(1), [{ type: 'text', choice: 0, text: 'a' }]);
  });
});

describe('a stream for a Gemini client', () => {
  const encode = (...events: NeutralEvent[]): string[] => {
    const encoder = gemini.createEncoder({ ...CONTEXT, costUsd: () => 0.25 });
    return events.map((event) => encoder.push(event));
  };

  test('calls come whole, finish and usage in the last chunk', () => {
    const usage = toUsage({ inputTokens: 1, outputTokens: 2 });
    const head = '"modelVersion":"m","responseId":"id"';
    assert.deepEqual(
      encode(
        { type: 'start', id: 'id', model: 'm' },
        { type: 'thinking', choice: 0, text: 'hm' },
        { type: 'thinking_signature', choice: 0, signature: 'own' },
        { type: 'part_end', choice: 0 },
        { type: 'text', choice: 0, text: 'Hi' },
        { type: 'tool_start', choice: 0, tool: 0, id: 'c', name: 'f' },
        { type: 'tool_arguments', choice: 0, tool: 0, json: ARGS.slice(0, 5) },
        { type: 'tool_arguments', choice: 0, tool: 0, json: ARGS.slice(5) },
        { type: 'part_end', choice: 0 },
        { type: 'finish', choice: 0, finish: { reason: 'tool_calls', raw: 'tool_use' } },
        { type: 'usage', usage },
        { type: 'end' },
      ),
      [
        '',
        `data: {"candidates":[{"content":{"parts":[{"text":"hm","thought":true}],"role":"model"},"index":0}],${head}}\r\n\r\n`,
        `data: {"candidates":[{"content":{"parts":[{"text":"","thought":true,"thoughtSignature":"own"}],"role":"model"},"index":0}],${head}}\r\n\r\n`,
        '',
        `data: {"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"index":0}],${head}}\r\n\r\n`,
        '',
        '',
        '',
        `data: {"candidates":[{"content":{"parts":[{"functionCall":{"id":"c","name":"f","args":${ARGS.replace('\n', ' ')}}}],"role":"model"},"index":0}],${head}}\r\n\r\n`,
        '',
        '',
        `data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],` +
          `"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2,"totalTokenCount":3,"cost":0.25},${head}}\r\n\r\n`,
      ],
    );
  });

  test('an empty call is {}, and an end without a finish writes nothing', () => {
    const [, , call] = encode(
      { type: 'tool_start', choice: 0, tool: 0, id: 'c', name: 'f' },
      { type: 'ping' },
      { type: 'tool_start', choice: 0, tool: 1, id: 'd', name: 'g' },
    );
    assert.match(call ?? '', /"name":"f","args":\{\}/);
    assert.deepEqual(encode({ type: 'text', choice: 0, text: 'a' }, { type: 'end' }).at(-1), '');
  });
});
