import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, onlyProblemOf, parse } from './sample.test.ts';

test('a loopback host needs no keys, any other does', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '"::1"']) parse(`${BASE}\nserver: { host: ${host} }`);
  for (const host of ['0.0.0.0', '"::"', '192.168.1.5', 'gateway.internal', '127.evil.com']) {
    assert.match(
      onlyProblemOf(`${BASE}\nserver: { host: ${host} }`),
      /server\.host: opens the gateway to the network/,
      host,
    );
    parse(`${BASE}\nserver: { host: ${host} }\nkeys: [some-key]`);
  }
  assert.match(onlyProblemOf(`${BASE}\nserver: { host: "http://x/" }`), /no host name/);
});

test('client keys come as texts, objects or by name', () => {
  assert.deepEqual(parse(`${BASE}\nkeys: [key-one, { key: key-two, tenant: a }, { key: key-three, name: c }]`).keys, [
    { key: 'key-one', tenant: 'default', name: null },
    { key: 'key-two', tenant: 'a', name: null },
    { key: 'key-three', tenant: 'default', name: 'c' },
  ]);
  assert.deepEqual(parse(`${BASE}\nkeys: { web: key-one, batch: { key: key-two, tenant: b } }`).keys, [
    { key: 'key-one', tenant: 'default', name: 'web' },
    { key: 'key-two', tenant: 'b', name: 'batch' },
  ]);
});

test('client keys that cannot work are refused', () => {
  assert.match(onlyProblemOf(`${BASE}\nkeys: [abc]`), /keys\[0\]: a key has at least 4 characters/);
  assert.match(onlyProblemOf(`${BASE}\nkeys: { web: abc }`), /keys\.web: a key has at least 4 characters/);
  assert.match(onlyProblemOf(`${BASE}\nkeys: [{ key: abc }]`), /keys\[0\]\.key: a key has at least 4/);
  assert.match(onlyProblemOf(`${BASE}\nkeys: [same-key, { key: same-key }]`), /keys\[1\]: is a key that stands/);
  assert.match(onlyProblemOf(`${BASE}\nkeys: ["with space"]`), /no client can send/);
  assert.match(onlyProblemOf(`${BASE}\nkeys: [12345]`), /keys\[0\]: expected a key or .*, found a number/);
  assert.match(onlyProblemOf(`${BASE}\nkeys: secret-key`), /keys: expected a list of keys/);
});
