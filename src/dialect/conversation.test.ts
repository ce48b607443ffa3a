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

describe('the beginning of a conversation does not depend on what clients put into instructions at each turn', () => {
  const of = (system: string) => anthropic([user('Hello')], { system }).opening;

  test('the date and the time', () => {
    const night = of('Be brief.\nToday is Monday, November 30, 2026, 23:59:59 PM. Zone: CET');
    assert.equal(of('Be brief.\nToday is Tuesday, December 1, 2026, 12:00:01 AM. Zone: CET'), night);
    assert.equal(
      of('Be brief.\nToday is Wed, Sept. 2, 2026, 1:00 am. Zone: CET'),
      of('Be brief.\nToday is Sat, Jan. 31, 2027, 9:30 pm. Zone: CET'),
    );
    assert.notEqual(of('Be long.\nToday is Monday, November 30, 2026, 23:59:59 PM. Zone: CET'), night);
  });

  test('ids and hashes with a digit in them', () => {
    assert.equal(of('Request a3f-9c, attempt 1: answer.'), of('Request 7d0-bb, attempt 22: answer.'));
  });

  test("Claude Code's line of attribution, whose hash may have no digit", () => {
    const blocks = (hash: string) => [
      { type: 'text', text: `x-anthropic-billing-header: cc_version=2.1.77.ab; cc_entrypoint=cli; cch=${hash};` },
      { type: 'text', text: 'You are Claude Code.' },
    ];
    const opening = (hash: string) => anthropic([user('Hello')], { system: blocks(hash) }).opening;
    assert.equal(opening('abcde'), opening('fedcb'));
  });

  test('but on every number that the user says', () => {
    assert.notEqual(anthropic([user('Ticket 4711')]).opening, anthropic([user('Ticket 4712')]).opening);
    assert.notEqual(openai([user('on Monday')]).opening, openai([user('on Friday')]).opening);
  });

  test('and a long text without a blank is read in one go', () => {
    assert.equal(of(`${'a'.repeat(1_000_000)} ${'1'.repeat(1_000_000)}`), of(`${'a'.repeat(1_000_000)} 2`));
  });
});

describe('the first exchange', () => {
  const call = (id: string, args: string) => ({ id, type: 'function', function: { name: 'look', arguments: args } });
  const answer = (content: string | null, ...tool_calls: object[]) => ({
    role: 'assistant',
    content,
    ...(tool_calls.length === 0 ? {} : { tool_calls }),
  });

  test('is not there before the first answer', () => {
    assert.equal(openai([user('a')]).firstExchange, null);
    assert.notEqual(openai([user('a'), answer('b')]).firstExchange, null);
  });

  test('is the same in every later turn, whatever becomes of instructions, thinking, blanks and spelling of arguments', () => {
    const first = openai([
      { role: 'system', content: 'x' },
      user('a'),
      answer('b ', call('c1', '{"n":1}')),
    ]).firstExchange;
    const later = [
      user('a'),
      answer('b', call('c1', '{ "n": 1.0 }')),
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
    ];
    assert.equal(openai([{ role: 'system', content: 'y' }, ...later, answer('so')]).firstExchange, first);
    const thought = { type: 'thinking', thinking: 'hm', signature: 's' };
    const told = (...more: object[]) =>
      anthropic([user('a'), { role: 'assistant', content: [...more, { type: 'text', text: 'b' }] }, user('c')]);
    assert.equal(told(thought).firstExchange, told().firstExchange);
  });

  test('tells conversations with one beginning apart by their answers, calls and pictures', () => {
    const all = [
      openai([user('a'), answer('b')]),
      openai([user('a'), answer('c')]),
      openai([user('b'), answer('b')]),
      openai([user('a'), answer(null, call('c1', '{}'))]),
      openai([user('a'), answer(null, call('c2', '{}'))]),
      openai([user([{ type: 'image_url', image_url: { url: 'https://x.test/1' } }]), answer('b')]),
      openai([user([{ type: 'image_url', image_url: { url: 'https://x.test/2' } }]), answer('b')]),
    ];
    assert.equal(new Set(all.map(({ firstExchange }) => firstExchange)).size, all.length);
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
    const hidden = (text: string) => text.replace('"cache_control"', String.raw`"cache\u005fcontrol"`);
    const escaped = (content: unknown) =>
      Inbound.read(
        anthropicMessages,
        Buffer.from(hidden(JSON.stringify({ model: 'm', max_tokens: 9, messages: [user(content)] }))),
        64,
      );
    assert.equal(escaped([part]).hasCacheMarks, true, 'behind escapes too');
    assert.equal(escaped('the word "cache_control"').hasCacheMarks, false, 'and not as words of the user');
  });
});
