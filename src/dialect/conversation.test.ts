import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect } from './dialect.ts';
import { Inbound } from './inbound.ts';
import { openaiChat } from './openai-chat.ts';

const read = (dialect: Dialect, fields: object): Inbound =>
  Inbound.read(dialect, Buffer.from(JSON.stringify({ model: 'auto', ...fields })), 64);
const openai = (messages: object[], more: object = {}): Inbound => read(openaiChat, { messages, ...more });
const anthropic = (messages: object[], more: object = {}): Inbound =>
  read(anthropicMessages, { max_tokens: 10, messages, ...more });
const user = (content: unknown) => ({ role: 'user', content });

describe('the beginning of a conversation', () => {
  const system = { role: 'system', content: 'Be brief.' };

  test('is the same in every turn of it, and another one in others', () => {
    const first = openai([system, user('Hello')]);
    const later = openai([system, user('Hello'), { role: 'assistant', content: 'Hi.' }, user('And now?')]);
    assert.equal(later.opening, first.opening);
    assert.notEqual(openai([system, user('Hello!')]).opening, first.opening);
    assert.notEqual(openai([{ ...system, content: 'Be long.' }, user('Hello')]).opening, first.opening);
  });

  test('does not depend on the cache marks that clients move along', () => {
    const marked = [{ type: 'text', text: 'Hello', cache_control: { type: 'ephemeral' } }];
    const first = anthropic([user(marked)], { system: 'Be brief.' });
    const later = anthropic(
      [user([{ type: 'text', text: 'Hello' }]), { role: 'assistant', content: 'Hi.' }, user(marked)],
      { system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }] },
    );
    assert.equal(later.opening, first.opening);
  });

  test('tells pictures apart', () => {
    const of = (url: string) => openai([user([{ type: 'image_url', image_url: { url } }])]).opening;
    assert.notEqual(of('https://x.test/1.png'), of('https://x.test/2.png'));
  });
});

test('the last words of the user are the ask, also behind tool results', () => {
  assert.equal(openai([user('one'), { role: 'assistant', content: 'two' }, user('three')]).ask, 'three');
  const results = [{ type: 'tool_result', tool_use_id: 'a', content: 'ok' }];
  assert.equal(anthropic([user('one'), { role: 'assistant', content: 'x' }, user(results)]).ask, 'one');
  assert.equal(openai([{ role: 'system', content: 'only this' }]).ask, '');
});

test('an answer of a model is a message of the assistant, not the word', () => {
  assert.equal(openai([user('"assistant"')]).hasAnswer, false);
  assert.equal(openai([user('a'), { role: 'assistant', content: 'b' }, user('c')]).hasAnswer, true);
});

describe('a tool loop', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } };
  const calling = { role: 'assistant', content: null, tool_calls: [call, { ...call, id: 'c2' }] };
  const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'ok' });

  test('is open while a model waits for results, and when it has just been given them', () => {
    assert.equal(openai([user('a'), calling]).isInToolLoop, true);
    assert.equal(openai([user('a'), calling, result('c1')]).isInToolLoop, true);
    assert.equal(openai([user('a'), calling, result('c1'), result('c2')]).isInToolLoop, true);
    assert.equal(openai([user('a'), calling, result('c1'), user('well?')]).isInToolLoop, true, 'c2 is still open');
    const use = { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'look', input: {} }] };
    const back = user([
      { type: 'tool_result', tool_use_id: 't', content: 'ok' },
      { type: 'text', text: 'go on' },
    ]);
    assert.equal(anthropic([user('a'), use, back]).isInToolLoop, true);
  });

  test('is over when the model has answered or the user speaks after all results', () => {
    const done = [user('a'), calling, result('c1'), result('c2')];
    assert.equal(openai([...done, { role: 'assistant', content: 'so' }]).isInToolLoop, false);
    assert.equal(openai([...done, user('thanks')]).isInToolLoop, false);
    assert.equal(openai([user('the word "tool_calls"')]).isInToolLoop, false);
  });
});

test('signed blocks are told by the dialect that made them', () => {
  const signed = {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'text', text: 'b' },
    ],
  };
  const hidden = {
    role: 'assistant',
    content: [
      { type: 'redacted_thinking', data: 'xx' },
      { type: 'text', text: 'b' },
    ],
  };
  assert.equal(anthropic([user('a'), signed, user('c')]).signedBy, 'anthropic-messages');
  assert.equal(anthropic([user('a'), hidden, user('c')]).signedBy, 'anthropic-messages');
  assert.equal(anthropic([user('a "signature"'), user('c')]).signedBy, null);
  assert.equal(openai([user([{ type: 'text', text: '"signature": "x"' }])]).signedBy, null);
});

describe('what a request holds', () => {
  test('is found in parts of either dialect, escaped or not, and in results of tools', () => {
    const file = { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } };
    const audio = { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } };
    const all = openai([user([file, audio, { type: 'image_url', image_url: { url: 'https://x.test/a.png' } }])]);
    assert.deepEqual([all.hasDocuments, all.hasAudio, all.hasImages], [true, true, true]);
    const source = { type: 'base64', media_type: 'image/png', data: 'AA==' };
    const nested = user([{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'image', source }] }]);
    const use = { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'look', input: {} }] };
    assert.equal(anthropic([user('a'), use, nested]).imageCount, 1);
    const text = JSON.stringify({
      model: 'auto',
      messages: [user([{ type: 'image_url', image_url: { url: 'https://x.test/a' } }])],
    });
    const escaped = Buffer.from(text.replace('"image_url",', String.raw`"im\u0061ge_url",`));
    assert.equal(Inbound.read(openaiChat, escaped, 64).hasImages, true);
  });

  test('is nothing in plain text, which is not even parsed for it', () => {
    const plain = openai([user('an "image" and a "document" and "input_audio"')]);
    Object.defineProperty(plain, 'neutral', { get: () => assert.fail('it was parsed') });
    assert.deepEqual(
      [
        plain.hasImages,
        plain.hasDocuments,
        plain.hasAudio,
        plain.hasSchema,
        plain.wantsReasoning,
        plain.signedBy,
        plain.hasAnswer,
      ],
      [false, false, false, false, false, null, false],
    );
  });

  test('reasoning is wanted when it is asked for and not turned off', () => {
    assert.equal(openai([user('a')], { reasoning_effort: 'low' }).wantsReasoning, true);
    assert.equal(anthropic([user('a')], { thinking: { type: 'enabled', budget_tokens: 1024 } }).wantsReasoning, true);
    assert.equal(anthropic([user('a')], { thinking: { type: 'disabled' } }).wantsReasoning, false);
  });

  test('a schema is seen wherever the dialect has it', () => {
    const schema = { type: 'object', properties: {} };
    const format = { type: 'json_schema', json_schema: { name: 'x', schema } };
    assert.equal(openai([user('a')], { response_format: format }).hasSchema, true);
    assert.equal(openai([user('a')], { response_format: { type: 'json_object' } }).hasSchema, false);
    assert.equal(
      anthropic([user('a')], { output_config: { format: { type: 'json_schema', schema } } }).hasSchema,
      true,
    );
  });

  test('marks for the cache are seen as a word', () => {
    const part = { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } };
    assert.equal(anthropic([user([part])]).hasCacheMarks, true);
    assert.equal(anthropic([user('a')]).hasCacheMarks, false);
  });
});
