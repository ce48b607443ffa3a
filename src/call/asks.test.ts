import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicMessages } from '../dialect/anthropic-messages.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { Inbound } from '../dialect/inbound.ts';
import { openaiChat } from '../dialect/openai-chat.ts';
import { type AskedFor, hintAsks, isAskedFor, sayAsks } from './asks.ts';

const TOOL = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } };

function inboundOf(members: object, dialect = openaiChat): Inbound {
  const body = { model: 'auto', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], ...members };
  return Inbound.read(dialect, Buffer.from(JSON.stringify(body)), 64);
}

test('a plain request asks for nothing, and that is certain', () => {
  const { asks, listed } = inboundOf({});
  assert.equal(asks, '');
  assert.equal(listed, 1);
  for (const what of ['tools', 'schema', 'reasoning', 'images', 'documents', 'audio', 'signed'] as const)
    assert.equal(isAskedFor(asks, what), false, what);
});

test('tools are seen in the bytes, an empty list of them is none', () => {
  assert.equal(inboundOf({ tools: [TOOL] }).asks, 'tools');
  assert.equal(inboundOf({ tools: [] }).asks, '');
  const body = Buffer.from('{"model":"auto","tools": [ \n ],"messages":[{"role":"user","content":"hi"}]}');
  assert.equal(Inbound.read(openaiChat, body, 64).asks, '');
});

test('what only decoding would tell is said to be possible', () => {
  const { asks } = inboundOf({ response_format: { type: 'json_object' } });
  assert.equal(asks, 'schema?');
  assert.equal(isAskedFor(asks, 'schema'), null);
  assert.equal(isAskedFor(asks, 'tools'), false);
  const parts = inboundOf({ messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] });
  assert.equal(parts.asks, 'parts?');
  for (const what of ['images', 'documents', 'audio', 'signed'] as const)
    assert.equal(isAskedFor(parts.asks, what), null, what);
});

test('once it has been decoded for another reason, everything is certain', () => {
  const schema = { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object' } } };
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } };
  const inbound = inboundOf({
    tools: [TOOL],
    response_format: schema,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }, image] }],
  });
  assert.equal(inbound.asks, 'tools schema? parts?');
  assert.equal(inbound.neutral.messages.length, 1);
  assert.equal(inbound.asks, 'tools schema images');
  assert.equal(isAskedFor(inbound.asks, 'audio'), false);
});

test('what the hints call certain is what the decoded request says, whatever it holds', () => {
  const members: object[] = [
    {},
    { tools: [] },
    { response_format: { type: 'json_object' } },
    { reasoning_effort: 'low' },
    { thinking: { type: 'enabled', budget_tokens: 2000 } },
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] },
  ];
  const words: AskedFor[] = ['tools', 'schema', 'reasoning', 'images', 'documents', 'audio', 'signed'];
  const tools = new Map<Dialect, object>([
    [openaiChat, TOOL],
    [anthropicMessages, { name: 'f', input_schema: { type: 'object' } }],
  ]);
  for (const [dialect, tool] of tools) {
    for (const one of [...members, { tools: [tool] }]) {
      const inbound = inboundOf(one, dialect);
      const hinted = inbound.asks;
      const exact = sayAsks(inbound);
      for (const word of words) {
        const hint = isAskedFor(hinted, word);
        assert.notEqual(isAskedFor(exact, word), null);
        if (hint !== null) assert.equal(hint, isAskedFor(exact, word), `${JSON.stringify(one)} ${word}`);
      }
    }
  }
});

test('every combination of hints has its words', () => {
  assert.equal(hintAsks({ hasTools: false, mayHaveSchema: false, mayReason: false, mayHaveParts: false }), '');
  assert.equal(
    hintAsks({ hasTools: true, mayHaveSchema: true, mayReason: true, mayHaveParts: true }),
    'tools schema? reasoning? parts?',
  );
});
