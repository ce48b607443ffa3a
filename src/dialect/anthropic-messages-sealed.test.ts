// Thinking of other providers in the hands of an Anthropic client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../call/json.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import type { ReplyContext } from './dialect.ts';
import type { DialectName, NeutralPart } from './neutral.ts';

const CONTEXT: ReplyContext = { costUsd: () => null, includeUsage: true, createdAtSeconds: 1 };
const THOUGHTS: NeutralPart[] = [
  { type: 'thinking', text: 'a', signature: 'sig', origin: 'gemini' },
  { type: 'thinking', text: 'b', signature: 'own', origin: 'anthropic-messages' },
  { type: 'redacted_thinking', data: 'data', origin: 'openai-responses' },
  { type: 'redacted_thinking', data: 'mine', origin: 'anthropic-messages' },
];
const BLOCKS = [
  { type: 'thinking', thinking: 'a', signature: '~tierline:gemini:thinking:sig' },
  { type: 'thinking', thinking: 'b', signature: 'own' },
  { type: 'redacted_thinking', data: '~tierline:openai-responses:redacted_thinking:data' },
  { type: 'redacted_thinking', data: 'mine' },
];

test('a message hands signatures of others out under a seal', () => {
  const choices = [{ index: 0, parts: THOUGHTS, finish: { reason: 'stop' as const, raw: 'x' } }];
  const written = anthropicMessages.encodeReply({ id: 'i', model: 'm', choices, usage: null }, CONTEXT);
  assert.deepEqual((JSON.parse(written) as JsonObject).content, BLOCKS);
});

test('what comes back under a seal is what it was', () => {
  const messages = [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: BLOCKS },
  ];
  const body = JSON.stringify({ model: 'm', max_tokens: 9, messages });
  assert.deepEqual(anthropicMessages.decodeRequest(Buffer.from(body)).messages[1]?.parts, THOUGHTS);
});

test('thinking that nobody has signed is unsigned again when it comes back', () => {
  const content = [{ type: 'thinking', thinking: 'a', signature: '~tierline:openai-chat:thinking:' }];
  const body = JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'assistant', content }] });
  assert.deepEqual(anthropicMessages.decodeRequest(Buffer.from(body)).messages[0]?.parts, [
    { type: 'thinking', text: 'a', origin: 'openai-chat' },
  ]);
});

test('a stream seals what its provider signed, unless that is Anthropic or not known', () => {
  const streamed = (origin?: DialectName): string => {
    const encoder = anthropicMessages.createEncoder(origin === undefined ? CONTEXT : { ...CONTEXT, origin });
    return (
      encoder.push({ type: 'thinking_signature', choice: 0, signature: 'sig' }) +
      encoder.push({ type: 'redacted_thinking', choice: 0, data: 'data' })
    );
  };
  assert.match(streamed('openai-responses'), /"signature":"~tierline:openai-responses:thinking:sig"/);
  assert.match(streamed('openai-responses'), /"data":"~tierline:openai-responses:redacted_thinking:data"/);
  for (const origin of ['anthropic-messages', undefined] as const) {
    assert.match(streamed(origin), /"signature":"sig"/);
    assert.match(streamed(origin), /"data":"data"/);
  }
});
