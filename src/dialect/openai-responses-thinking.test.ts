import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  encryptedContent,
  readReasoning,
  readSentReasoning,
  type Thought,
  writeOwnReasoning,
  writeReasoning,
} from './openai-responses-thinking.ts';

const origin = 'openai-responses';
const summary = (...texts: string[]) => texts.map((text) => ({ type: 'summary_text', text }));

test('the text of a reasoning item is its summary, or else its content', () => {
  const content = [
    { type: 'reasoning_text', text: 'raw' },
    { type: 'reasoning_text', text: 'er' },
  ];
  assert.equal(readReasoning({ summary: summary('a', 'b') }).text, 'a\n\nb');
  assert.equal(readReasoning({ summary: summary('a'), content }).text, 'a');
  assert.equal(readReasoning({ summary: [], content }).text, 'rawer');
  assert.equal(readReasoning({}).text, '');
});

test('an item of OpenAI is written as it was read', () => {
  const items = [
    { type: 'reasoning', summary: [], encrypted_content: 'enc' },
    { type: 'reasoning', summary: summary('a'), encrypted_content: 'enc' },
    { type: 'reasoning', summary: summary('a', 'b'), encrypted_content: 'enc' },
    { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'raw' }], encrypted_content: 'enc' },
    { type: 'reasoning', summary: summary('a'), content: [{ type: 'reasoning_text', text: 'raw' }], id: 'rs_1' },
  ];
  for (const item of items) assert.deepEqual(writeOwnReasoning(readReasoning(item)), item);
});

test('an id is kept only where it is all that OpenAI has to go by', () => {
  assert.deepEqual(readReasoning({ id: 'rs_1', status: 'completed', summary: [], encrypted_content: 'enc' }), {
    type: 'thinking',
    text: '',
    signature: 'enc',
    origin,
  });
  assert.deepEqual(readReasoning({ id: 'rs_1', summary: [], encrypted_content: null }), {
    type: 'thinking',
    text: '',
    origin,
    extra: { id: 'rs_1' },
  });
});

test('what OpenAI could not recognise is not written for it', () => {
  assert.equal(writeOwnReasoning({ type: 'thinking', text: 'a', origin }), null);
  assert.equal(writeOwnReasoning({ type: 'thinking', text: 'a', signature: 's', origin: 'anthropic-messages' }), null);
  assert.equal(writeOwnReasoning({ type: 'redacted_thinking', data: 'd', origin }), null);
});

test('a client is given the thoughts of every model, and brings them back as they were', () => {
  const thoughts: Thought[] = [
    { type: 'thinking', text: 'a', signature: 'sig:with:colons\n', origin: 'anthropic-messages' },
    { type: 'thinking', text: '', signature: 'sig', origin: 'gemini' },
    { type: 'thinking', text: 'a', origin: 'openai-chat' },
    { type: 'redacted_thinking', data: 'data', origin: 'anthropic-messages' },
    { type: 'thinking', text: 'a', signature: 'enc', origin },
  ];
  for (const thought of thoughts) {
    const item = writeReasoning(thought, 'rs_9');
    assert.equal(item.id, 'rs_9');
    assert.deepEqual(readSentReasoning(item), thought);
  }
});

test('a seal counts in what a client sends only, not in what a provider answers', () => {
  const item = { summary: [], encrypted_content: '~tierline:anthropic-messages:thinking:sig' };
  assert.equal(readReasoning(item).origin, origin);
  assert.equal(readSentReasoning(item).origin, 'anthropic-messages');
});

test('the id that a provider gave unencrypted thoughts stays', () => {
  const item = writeReasoning({ type: 'thinking', text: 'a', origin, extra: { id: 'rs_own' } }, 'rs_9');
  assert.deepEqual(item, { id: 'rs_own', type: 'reasoning', summary: summary('a') });
});

test("OpenAI's own encrypted content has no seal", () => {
  assert.equal(encryptedContent({ kind: 'thinking', origin, text: 'enc' }), 'enc');
  assert.equal(encryptedContent({ kind: 'thinking', origin, text: '' }), '~tierline:openai-responses:thinking:');
  assert.equal(encryptedContent({ kind: 'thinking', origin: 'gemini', text: 's' }), '~tierline:gemini:thinking:s');
});
