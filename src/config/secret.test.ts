import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BASE, errorOf } from './sample.test.ts';
import { coverRanges, coverSecrets, hasCredentials, isSecretAt } from './secret.ts';

test('values at the places of secrets are secret', () => {
  assert.equal(isSecretAt(['providers', 'openai', 'api_key'], 'x'), true);
  assert.equal(isSecretAt(['providers', 'openai', 'api_ky'], 'x'), true);
  assert.equal(isSecretAt(['providers', 'openai', 'headers', 'x-org'], 'x'), true);
  assert.equal(isSecretAt(['providers', 'openai', 'options', 'deep', 'apiKey'], 'x'), true);
  assert.equal(isSecretAt(['keys', 0], 'x'), true);
  assert.equal(isSecretAt(['keys', 'name'], 'x'), true);
  assert.equal(isSecretAt(['keys', 0, 'key'], 'x'), true);
  assert.equal(isSecretAt(['token'], 'x'), true);
  assert.equal(isSecretAt(['tasks', 't', 'match', 'header', 'authorization'], 'x'), true);
  assert.equal(isSecretAt(['owner'], 'sk-ant-api03-abcdefghijk123'), true);
});

test('other values are not', () => {
  assert.equal(isSecretAt(['providers', 'openai', 'dialect'], 'openai'), false);
  assert.equal(isSecretAt(['providers', 'openai', 'base_url'], 'https://a.b/v1'), false);
  assert.equal(isSecretAt(['keys', 0, 'tenant'], 'x'), false);
  assert.equal(isSecretAt(['tasks', 't', 'output', 'typical_tokens'], 12), false);
  assert.equal(isSecretAt(['models', 'm', 'use'], 'anthropic/claude-haiku-4-5-20251001'), false);
});

test('addresses with a user, a password or a query are covered', () => {
  assert.equal(hasCredentials('https://user:pw@host/v1'), true);
  assert.equal(hasCredentials('https://token@host'), true);
  assert.equal(hasCredentials('https://host/v1?key=x'), true);
  assert.equal(hasCredentials('https://host/v1'), false);
  assert.equal(hasCredentials('user@host'), false);
});

test('covering keeps the length and the lines', () => {
  assert.equal(coverSecrets('a secret-one b', ['secret-one']), 'a ********** b');
  assert.equal(coverSecrets('longer-secret-2', ['longer-secret', 'longer-secret-2']), '***************');
  assert.equal(coverSecrets('key test', ['test']), 'key test');
  assert.equal(coverRanges('ab\ncd ef', [[1, 5]]), 'a*\n** ef');
  assert.equal(
    coverRanges('abcdef', [
      [3, 5],
      [0, 4],
    ]),
    '*****f',
  );
});

/** Files with a problem near a secret, `SECRET` standing for it. */
const BROKEN = [
  'providers: { openai: { api_key: SECRET, base_ulr: x } }',
  'providers: { openai: { api_ky: SECRET } }',
  'providers: { openai: SECRET }',
  'providers: { opnai: { api_key: SECRET } }',
  'providers: { openai: { api_key: [SECRET] } }',
  'providers: { openai: { api_key: "SECRET with space" } }',
  'providers: { openai: { headers: { x: SECRET, "bad header": y } } }',
  'providers: { openai: { headers: SECRET } }',
  'providers: { openai: { base_url: "https://u:SECRET@h/v1" } }',
  'providers: { openai: { base_url: "https://h/v1?key=SECRET" } }',
  'providers: { openai: { base_url: SECRET } }\nserver: { x: 1 }',
  'providers: { a: { package: "npm:x", options: { apiKey: SECRET }, auth: none } }',
  'providers: { openai: { api_key: ok-key } } # SECRET\nserver: { x: 1 } # SECRET',
  'keys: [SECRET, SECRET]',
  'keys: [{ kee: SECRET, tenant: 5 }]',
  'keys: { "bad name": SECRET }',
  'keys: SECRET',
  'key: SECRET',
  'providers: { openai: { api_key: ${KEY}, x: 1 } }\nmodels: { m: "${KEY}/x", n: "${KEY}" }\nbaseline: ${KEY}',
  'providers: { openai: { api_key: "SECRET } }',
  'providers: { openai: { api_key: SECRET, } ] }',
  'keys:\n  - SECRET\n - SECRET: x',
  'keys: "SECRET" SECRET',
  'keys: |\n  SECRET\n x: SECRET',
  'providers: { openai: { api_key: "SECRET',
  'tasks: { t: { route: small, match: { header: { authorization: SECRET }, x: 1 } } }',
];

test('no message ever shows a secret', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{4}[A-Za-z0-9_-]{6,30}[A-Za-z0-9]$/);
  fc.assert(
    fc.property(secret, fc.constantFrom(...BROKEN), (value, text) => {
      const written = text.replaceAll('SECRET', () => value);
      const whole = text.includes('models:') || text.startsWith('providers') ? written : `${BASE}${written}`;
      const error = errorOf(whole, { KEY: value });
      assert.ok(!error.message.includes(value), `${written}\n\n${error.message}`);
      assert.ok(!JSON.stringify(error.problems).includes(value));
    }),
    { numRuns: 200 },
  );
});
