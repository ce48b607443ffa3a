import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { namedDialect } from '../../../dialect/guess-dialect.ts';
import { Inbound } from '../../../dialect/inbound.ts';
import { readMessages, toAsked, toMessages } from './conversation.ts';

describe('a conversation', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'First?' },
    { role: 'assistant', content: 'One.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image', image: 'x' },
        { type: 'text', text: 'here' },
      ],
    },
    { role: 'assistant', content: 'Two.' },
    { role: 'assistant', content: 'Three.' },
  ];

  test('is the last turn of the user, what is said before it, and the answer to it', () => {
    const read = readMessages(messages);
    assert.ok(read !== null);
    assert.deepEqual(toAsked(read), {
      prompt: 'Look\nhere',
      request: { characters: 31, turns: 3, images: true },
      answer: 'Two.',
    });
  });

  test('has the facts that the router finds in such a request', () => {
    const body = { model: 'auto', messages: messages.slice(0, 3).concat({ role: 'user', content: 'And now?' }) };
    const dialect = namedDialect('openai') ?? assert.fail();
    const view = Inbound.read(dialect, Buffer.from(JSON.stringify(body)), 64);
    const asked = toAsked(readMessages(body.messages) ?? assert.fail());
    assert.deepEqual(asked?.request, {
      characters: view.text.length,
      turns: view.messageCount,
      images: view.hasImages,
    });
    assert.equal(asked?.prompt, view.ask);
  });

  test('may end without an answer', () => {
    assert.equal(toAsked(toMessages(['a', 'b'], ['x']))?.answer, null);
    assert.equal(toAsked(toMessages(['a', 'b'], ['x', 'y']))?.answer, 'y');
    assert.equal(toAsked(toMessages(['a', 'b'], ['x', 'y']))?.request.turns, 3);
  });

  test('is none where the user says nothing, and where it has no roles', () => {
    assert.equal(toAsked([{ role: 'assistant', text: 'Hello?', hasImage: false }]), null);
    for (const value of [null, 'text', [], [{ content: 'x' }], [{ role: 'user', content: 7 }], ['x']])
      assert.equal(readMessages(value), null, JSON.stringify(value));
  });
});
