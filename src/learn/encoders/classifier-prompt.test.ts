import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classifierPrompt, DEFAULT_PROMPT, NEEDS, RATING_DIMENSIONS, readRating } from './classifier-prompt.ts';

test('the request is one line of JSON between the orders, whatever it says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (request) => {
      const lines = classifierPrompt('Rate it.', request).split('\n');
      assert.equal(lines.length, 9);
      assert.deepEqual(JSON.parse(lines[5] as string), { request });
      assert.doesNotMatch(lines[5] as string, /[\u2028\u2029\u0085<>]/);
    }),
  );
});

test('the orders are the default ones or those of the operator; the form of the reply is always asked for', () => {
  const own = classifierPrompt('Sag, wie schwer es ist.', 'hi');
  assert.ok(own.startsWith('Sag, wie schwer es ist.\n\nThe next line is a JSON document'));
  assert.ok(own.endsWith('"needs": [<those of the words above that are needed>]}'));
  for (const need of NEEDS) assert.ok(own.includes(need));
  assert.ok(classifierPrompt(DEFAULT_PROMPT, 'hi').startsWith('You estimate how hard requests are'));
});

test('a rating becomes numbers from 0 to 1, difficulty first', () => {
  const expected = Float32Array.of(0.7, 0, 1, 1, 0, 0, 0, 0);
  assert.equal(expected.length, RATING_DIMENSIONS);
  for (const reply of [
    '{"difficulty": 7, "needs": ["math", "code"]}',
    ' {"needs": ["code", "math", "patience"], "difficulty": 7.0}\n',
    '```json\n{"difficulty": 7, "needs": ["math", "code"]}\n```',
  ])
    assert.deepEqual(readRating(reply), expected, reply);
  assert.deepEqual(readRating('{"difficulty": 0, "needs": []}'), new Float32Array(RATING_DIMENSIONS));
});

test('anything else is no rating', () => {
  for (const reply of [
    '',
    'easy',
    '7',
    '{"difficulty": 7}',
    '{"difficulty": "7", "needs": []}',
    '{"difficulty": 11, "needs": []}',
    '{"difficulty": -1, "needs": []}',
    '{"difficulty": null, "needs": []}',
    '{"difficulty": 7, "needs": "math"}',
    '{"difficulty": 7, "needs": [], "reason": "x"}',
    'Sure: {"difficulty": 7, "needs": []}',
    '[{"difficulty": 7, "needs": []}]',
  ])
    assert.equal(readRating(reply), null, reply);
});
