import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect } from './dialect.ts';
import { guessDialect, namedDialect, pathOf } from './guess-dialect.ts';

const say = (content: unknown, more: object = {}) => ({ model: 'm', messages: [{ role: 'user', content }], ...more });

test("a body is Anthropic's when something in it is theirs alone", () => {
  const theirs = [
    say('a', { system: 'b' }),
    say('a', { thinking: { type: 'disabled' } }),
    say('a', { stop_sequences: ['x'] }),
    say('a', { tools: [{ name: 't', input_schema: {} }] }),
    say([{ type: 'tool_result', tool_use_id: 'x', content: 'y' }]),
    say([{ type: 'image', source: { type: 'url', url: 'https://x.test' } }]),
  ];
  for (const body of theirs) assert.equal(guessDialect(body).name, 'anthropic-messages', JSON.stringify(body));
});

test('a body is one of the responses API when it has an input and no messages', () => {
  for (const body of [{ input: 'a' }, { input: [] }, { previous_response_id: 'resp_1' }, { conversation: 'conv_1' }])
    assert.equal(guessDialect({ model: 'm', ...body }).name, 'openai-responses', JSON.stringify(body));
  assert.equal(guessDialect(say('a', { input: 'b' })).name, 'openai-chat');
});

test('every client dialect has its path', () => {
  const paths = ['openai', 'responses', 'anthropic'].map((name) => pathOf(namedDialect(name) as Dialect));
  assert.deepEqual(paths, ['/v1/chat/completions', '/v1/responses', '/v1/messages']);
});

test("a body is OpenAI's otherwise", () => {
  const others = [
    say('a'),
    say('a', { max_tokens: 5 }),
    say([{ type: 'image_url', image_url: { url: 'https://x.test' } }]),
    say('a', { tools: [{ type: 'function', function: { name: 't' } }] }),
    'no json',
    [1],
    null,
  ];
  for (const body of others) assert.equal(guessDialect(body).name, 'openai-chat', JSON.stringify(body));
});

test('a dialect has a short and a whole name, and others have none', () => {
  assert.equal(namedDialect('openai')?.name, 'openai-chat');
  assert.equal(namedDialect('openai-chat')?.name, 'openai-chat');
  assert.equal(namedDialect('responses')?.name, 'openai-responses');
  assert.equal(namedDialect('openai-responses')?.name, 'openai-responses');
  assert.equal(namedDialect('anthropic')?.name, 'anthropic-messages');
  assert.equal(namedDialect('anthropic-messages')?.name, 'anthropic-messages');
  for (const name of ['', 'gemini', 'openai-', 'OpenAI']) assert.equal(namedDialect(name), null, name);
});
