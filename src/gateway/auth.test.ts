import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import { createAuthenticate } from './auth.ts';

const authenticate = createAuthenticate([
  { key: 'key-one', tenant: 'acme' },
  { key: 'key-two', tenant: 'globex' },
]);
const refused = (error: unknown): boolean =>
  error instanceof TierlineError && error.code === 'invalid_api_key' && error.status === 401;

test('the key is found wherever SDKs put it', () => {
  assert.equal(authenticate({ authorization: 'Bearer key-one' }), 'acme');
  assert.equal(authenticate({ authorization: 'bearer key-two' }), 'globex');
  assert.equal(authenticate({ 'x-api-key': 'key-two' }), 'globex');
  assert.equal(authenticate({ 'x-goog-api-key': 'key-one' }), 'acme');
  assert.equal(authenticate({ 'api-key': 'key-one' }), 'acme');
});

test('no key, an unknown key and hostile keys are refused', () => {
  for (const key of ['', 'key-on', 'key-one ', `' OR 1=1 --`, '__proto__', 'constructor', 'x'.repeat(7000)]) {
    assert.throws(() => authenticate({ 'x-api-key': key }), refused, key.slice(0, 20));
  }
  assert.throws(() => authenticate({}), refused);
  assert.throws(() => authenticate({ authorization: 'Basic key-one' }), refused);
});

test('the message never repeats the key', () => {
  assert.throws(
    () => authenticate({ 'x-api-key': 'secret-looking' }),
    (error: Error) => !error.message.includes('secret-looking'),
  );
});

test('without configured keys everybody is the default tenant', () => {
  assert.equal(createAuthenticate([])({}), 'default');
});
