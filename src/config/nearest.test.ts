import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest } from './nearest.ts';

test('the distance counts insertions, deletions, replacements and swaps', () => {
  assert.equal(editDistance('', ''), 0);
  assert.equal(editDistance('abc', ''), 3);
  assert.equal(editDistance('haiku', 'hiaku'), 1);
  assert.equal(editDistance('port', 'prt'), 1);
  assert.equal(editDistance('host', 'hosts'), 1);
  assert.equal(editDistance('kitten', 'sitting'), 3);
});

test('the distance is symmetric, and zero for equal texts only', () => {
  const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });
  fc.assert(
    fc.property(word, word, (one, other) => {
      const distance = editDistance(one, other);
      assert.equal(distance, editDistance(other, one));
      assert.equal(distance === 0, one === other);
      assert.ok(distance <= Math.max(one.length, other.length));
      assert.ok(distance >= Math.abs(one.length - other.length));
    }),
  );
});

test('typing mistakes find what was meant', () => {
  const keys = ['api_key', 'base_url', 'headers', 'private', 'connections', 'package'];
  assert.equal(nearest('api_ky', keys), 'api_key');
  assert.equal(nearest('apikey', keys), 'api_key');
  assert.equal(nearest('baseUrl', keys), 'base_url');
  assert.equal(nearest('BASE-URL', keys), 'base_url');
  assert.equal(nearest('header', keys), 'headers');
  assert.equal(nearest('url', keys), 'base_url');
  assert.equal(nearest('sped', ['seed', 'speed']), 'speed');
});

test('what resembles nothing gets no suggestion', () => {
  assert.equal(nearest('zebra', ['api_key', 'base_url']), null);
  assert.equal(nearest('x', ['host', 'port']), null);
  assert.equal(nearest('on', ['auto', 'off']), null, 'the opposite of what was meant');
  assert.equal(nearest('anything', []), null);
});

test('an exact name, separators aside, is always the nearest', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{3,9}$/), { minLength: 1 }), fc.nat(), (names, pick) => {
      const wanted = names[pick % names.length] as string;
      assert.equal(nearest(wanted.toUpperCase(), names), wanted);
    }),
  );
});
