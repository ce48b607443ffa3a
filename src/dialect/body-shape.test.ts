import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { Inbound } from './inbound.ts';
import { openaiResponses } from './openai-responses.ts';

const read = (body: object): Inbound =>
  Inbound.read(openaiResponses, Buffer.from(JSON.stringify({ model: 'm', ...body })), 64);

test('a response needs something to answer: an input, or what lies elsewhere', () => {
  for (const good of [
    { input: '' },
    { input: [{ role: 'user', content: 'Hi' }] },
    { previous_response_id: 'resp_1' },
    { input: [], conversation: 'conv_1' },
    { input: null, prompt: { id: 'p' } },
  ])
    assert.equal(read(good).model, 'm');
  for (const [bad, says] of [
    [{}, /input is missing/],
    [{ input: null, previous_response_id: null }, /input is missing/],
    [{ input: [] }, /input must not be empty/],
    [{ input: [], conversation: null }, /input must not be empty/],
    [{ input: 5, previous_response_id: 'resp_1' }, /input must be a string or an array of items/],
    [{ input: ['Hi'] }, /input\[0\] must be an object/],
  ] as const) {
    assert.throws(
      () => read(bad),
      (error) => error instanceof TierlineError && error.code === 'invalid_request' && says.test(error.message),
      JSON.stringify(bad),
    );
  }
});
