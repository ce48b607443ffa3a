import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { View } from '../call/view.ts';
import { Inbound } from './inbound.ts';
import type { NeutralPart, NeutralRequest } from './neutral.ts';
import { NeutralInbound } from './neutral-inbound.ts';
import { neutralWire } from './neutral-wire.ts';
import { openaiChat } from './openai-chat.ts';

const EMPTY: NeutralRequest = {
  origin: 'neutral',
  system: [],
  messages: [],
  tools: [],
  n: 1,
  stream: false,
  includeUsage: true,
  unknown: {},
};

function read(request: Partial<NeutralRequest>, metadata: Record<string, string> = {}): NeutralInbound {
  return new NeutralInbound({ model: 'auto', request: { ...EMPTY, ...request }, metadata });
}

const said = (...parts: NeutralPart[]): NeutralInbound => read({ messages: [{ role: 'user', parts }] });

test('a view of a neutral request tells the same as one of its bytes', () => {
  const body = {
    model: 'auto',
    stream: true,
    max_tokens: 7,
    reasoning_effort: 'low',
    metadata: { team: 'x' },
    tools: [{ type: 'function', function: { name: 't', parameters: { type: 'object' } } }],
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } },
    messages: [
      { role: 'system', content: 'Be short.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
        ],
      },
      { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 't', arguments: '{}' } }] },
      { role: 'tool', tool_call_id: 'c', content: 'done' },
    ],
  };
  const bytes = Inbound.read(openaiChat, Buffer.from(JSON.stringify(body)), 32);
  const neutral = new NeutralInbound({ model: 'auto', request: bytes.neutral, metadata: { team: 'x' } });
  const names = [
    'model',
    'stream',
    'text',
    'messageCount',
    'hasTools',
    'hasImages',
    'hasSchema',
    'imageCount',
    'hasDocuments',
    'hasAudio',
    'wantsReasoning',
    'maxOutputTokens',
    'hasCacheMarks',
    'ask',
    'opening',
    'hasAnswer',
    'isInToolLoop',
    'signedBy',
  ] as const satisfies (keyof View)[];
  for (const name of names) assert.deepEqual(neutral[name], bytes[name], name);
  assert.deepEqual({ ...neutral.metadata }, { ...bytes.metadata });
});

describe('of its parts it tells', () => {
  test('pictures, files and sound', () => {
    const source = { kind: 'url', url: 'https://x.test/a' } as const;
    assert.equal(said({ type: 'image', source }).imageCount, 1);
    assert.equal(said({ type: 'document', source }).hasDocuments, true);
    assert.equal(said({ type: 'audio', data: '', format: 'wav' }).hasAudio, true);
    assert.deepEqual([said().hasImages, said().hasDocuments, said().hasAudio], [false, false, false]);
  });

  test('marks for the cache wherever they stand', () => {
    const cache = { ttl: '5m' } as const;
    const marked: NeutralPart = { type: 'text', text: 'a', cache };
    assert.equal(said(marked).hasCacheMarks, true);
    assert.equal(read({ system: [marked] }).hasCacheMarks, true);
    assert.equal(said({ type: 'tool_result', callId: 'c', content: [marked], isError: false }).hasCacheMarks, true);
    assert.equal(read({ tools: [{ type: 'function', name: 't', schema: {}, cache }] }).hasCacheMarks, true);
    assert.equal(said({ type: 'text', text: 'cache_control' }).hasCacheMarks, false);
  });

  test('who has signed a thought', () => {
    const thought: NeutralPart = { type: 'thinking', text: 'a', signature: 's', origin: 'anthropic-messages' };
    assert.equal(read({ messages: [{ role: 'assistant', parts: [thought] }] }).signedBy, 'anthropic-messages');
    assert.equal(said().signedBy, null);
  });
});

test('no text has more tokens than the request has bytes', () => {
  const words = 'ü€𝄞'.repeat(50);
  assert.ok(said({ type: 'text', text: words }).bytes >= Buffer.byteLength(words));
});

test('reasoning that is switched off is not wanted', () => {
  assert.equal(read({ reasoning: { type: 'off' } }).wantsReasoning, false);
  assert.equal(read({ reasoning: { type: 'effort', effort: 'low' } }).wantsReasoning, true);
  assert.equal(read({}).wantsReasoning, false);
});

test('its answers are in the neutral wire, where signed thoughts tell who made them', () => {
  const { dialect } = said();
  assert.equal(dialect, neutralWire);
  const context = {
    costUsd: () => null,
    includeUsage: true,
    createdAtSeconds: 0,
    origin: 'anthropic-messages',
  } as const;
  const encoder = dialect.createEncoder(context);
  assert.match(
    encoder.push({ type: 'thinking_signature', choice: 0, signature: 's' }),
    /"origin":"anthropic-messages"/,
  );
  assert.match(encoder.push({ type: 'redacted_thinking', choice: 0, data: 'd' }), /"origin":"anthropic-messages"/);
  assert.doesNotMatch(encoder.push({ type: 'text', choice: 0, text: 't' }), /origin/);
});
