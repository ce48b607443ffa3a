import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withLastTurn } from './last-turn.ts';

const text = (value: string) => ({ type: 'text', text: value });

test('a text is replaced, in the last turn of the user that has one', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'two' },
    { role: 'user', content: 'three' },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'result' }] },
  ];
  const changed = withLastTurn({ temperature: 0, messages }, 'new');
  assert.deepEqual(changed, { temperature: 0, messages: messages.with(3, { role: 'user', content: 'new' }) });
});

test('of parts the first text is replaced, other texts go, and pictures stay', () => {
  const image = { type: 'image_url', image_url: { url: 'https://x/y.png' } };
  const changed = withLastTurn({ messages: [{ role: 'user', content: [image, text('a'), text('b')] }] }, 'new');
  assert.deepEqual(changed, { messages: [{ role: 'user', content: [image, text('new')] }] });
});

test('so is the input of a response, as a text and as items', () => {
  assert.deepEqual(withLastTurn({ input: 'old', instructions: 'i' }, 'new'), { input: 'new', instructions: 'i' });
  const items = [{ role: 'user', content: [{ type: 'input_text', text: 'old' }] }, { type: 'reasoning' }];
  assert.deepEqual(withLastTurn({ input: items }, 'new'), {
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'new' }] }, { type: 'reasoning' }],
  });
});

test('a request without words of a user has nothing to replace', () => {
  assert.equal(withLastTurn({ messages: [{ role: 'assistant', content: 'x' }] }, 'new'), null);
  assert.equal(withLastTurn({ messages: [{ role: 'user', content: [{ type: 'image' }] }] }, 'new'), null);
  assert.equal(withLastTurn({}, 'new'), null);
});
