import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NeutralPart } from '../dialect/neutral.ts';
import { toSdkContent } from './language-model-reply.ts';

function write(parts: NeutralPart[], version: 'v3' | 'v4' = 'v3') {
  const losses: string[] = [];
  return { content: toSdkContent(parts, version, (line) => losses.push(line)), losses };
}

test('texts, refusals, thoughts and calls keep their order', () => {
  const { content, losses } = write([
    { type: 'thinking', text: 'hm', origin: 'openai-chat' },
    { type: 'text', text: 'a' },
    { type: 'refusal', text: 'no' },
    { type: 'tool_call', id: 'c', name: 't', arguments: '{"n":12345678901234567890}' },
    { type: 'tool_call', id: 'd', name: 't', arguments: '' },
    { type: 'text', text: '' },
  ]);
  assert.deepEqual(content, [
    { type: 'reasoning', text: 'hm' },
    { type: 'text', text: 'a' },
    { type: 'text', text: 'no' },
    { type: 'tool-call', toolCallId: 'c', toolName: 't', input: '{"n":12345678901234567890}' },
    { type: 'tool-call', toolCallId: 'd', toolName: 't', input: '{}' },
  ]);
  assert.deepEqual(losses, []);
});

test('signatures and hidden thoughts travel as metadata, with who made them', () => {
  const { content } = write([
    { type: 'thinking', text: 'hm', signature: 's', origin: 'anthropic-messages' },
    { type: 'redacted_thinking', data: 'd', origin: 'anthropic-messages' },
  ]);
  assert.deepEqual(content, [
    {
      type: 'reasoning',
      text: 'hm',
      providerMetadata: { tierline: { origin: 'anthropic-messages', signature: 's' } },
    },
    {
      type: 'reasoning',
      text: '',
      providerMetadata: { tierline: { origin: 'anthropic-messages', redactedData: 'd' } },
    },
  ]);
});

test('files are base64 in v3 and tagged in v4', () => {
  const parts: NeutralPart[] = [
    { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AQID' } },
    { type: 'audio', data: 'AQID', format: 'wav' },
  ];
  assert.deepEqual(write(parts).content, [
    { type: 'file', mediaType: 'image/png', data: 'AQID' },
    { type: 'file', mediaType: 'audio/wav', data: 'AQID' },
  ]);
  assert.deepEqual(write(parts, 'v4').content, [
    { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AQID' } },
    { type: 'file', mediaType: 'audio/wav', data: { type: 'data', data: 'AQID' } },
  ]);
});

test('what has no place in an answer is told', () => {
  const { content, losses } = write([
    { type: 'image', source: { kind: 'url', url: 'https://x.test' } },
    { type: 'unknown', origin: 'openai-chat', json: {} },
    { type: 'tool_result', callId: 'c', content: [], isError: false },
  ]);
  assert.deepEqual(content, []);
  assert.deepEqual(losses, ['answer: image', 'answer: unknown', 'answer: tool result']);
});
