import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SchemaCache } from './schema-cache.ts';

const schema = (value: number): object => ({ const: value });

test('the same text is compiled once, whichever object holds it', () => {
  const cache = new SchemaCache();
  assert.equal(cache.get(schema(1)), cache.get(schema(1)));
  assert.notEqual(cache.get(schema(1)), cache.get(schema(2)));
});

test('the one that has not been used for longest goes first', () => {
  const cache = new SchemaCache({ entries: 2 });
  const [one, two] = [cache.get(schema(1)), cache.get(schema(2))];
  assert.equal(cache.get(schema(1)), one);
  cache.get(schema(3));
  assert.equal(cache.get(schema(1)), one);
  assert.notEqual(cache.get(schema(2)), two);
});

test('a schema that cannot be compiled is not tried again', () => {
  const cache = new SchemaCache();
  const first = cache.get({ type: 'strin' });
  assert.equal(first.ok, false);
  assert.equal(cache.get({ type: 'strin' }), first);
});

test('a schema that is too long is not compiled at all', () => {
  const cache = new SchemaCache({ maxLength: 20 });
  assert.equal(cache.get({ const: 'a' }).ok, true);
  assert.deepEqual(cache.get({ const: 'a'.repeat(20) }), { ok: false, problem: 'is longer than 20 characters' });
});
