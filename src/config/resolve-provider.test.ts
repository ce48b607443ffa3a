import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpProviderConfig, ProviderConfig } from './config.ts';
import { onlyProblemOf, parse, problemsOf } from './sample.test.ts';
import type { Environment } from './source.ts';
import { WELL_KNOWN } from './well-known.ts';

const fileWith = (providers: string): string => `providers: ${providers}\nmodels: { m: simulated/x }\n`;

/** The provider `name`, written as given. */
function provider(name: string, written: string, env: Environment = {}): ProviderConfig {
  const found = parse(fileWith(`{ simulated: {}, ${name}: ${written} }`), env).providers.get(name);
  assert.ok(found);
  return found;
}

function http(name: string, written: string, env: Environment = {}): HttpProviderConfig {
  const found = provider(name, written, env);
  assert.ok(found.kind === 'http');
  return found;
}

const problem = (name: string, written: string, env: Environment = {}): string =>
  onlyProblemOf(fileWith(`{ simulated: {}, ${name}: ${written} }`), env);

test('well-known names need nothing but a key', () => {
  assert.deepEqual(http('openai', '{ api_key: key-of-openai }'), {
    kind: 'http',
    name: 'openai',
    dialects: ['openai-chat', 'openai-responses', 'openai-embeddings'],
    baseUrl: 'https://api.openai.com/v1',
    query: {},
    hasModelInPath: false,
    apiKey: 'key-of-openai',
    auth: 'bearer',
    headers: {},
    isPrivate: false,
    region: null,
    anthropicVersion: '2023-06-01',
    anthropicBeta: [],
    connections: 256,
  });
  const anthropic = http('anthropic', '{ api_key: k }');
  assert.deepEqual([anthropic.dialects, anthropic.auth], [['anthropic-messages'], 'x-api-key']);
  const google = http('google', '{ api_key: k }');
  assert.deepEqual([google.dialects, google.auth], [['gemini'], 'x-goog-api-key']);
});

test('servers that are compatible with OpenAI have chat and embeddings; /responses where that is known or said', () => {
  const spoken = (name: string, written: string): readonly string[] => http(name, written).dialects;
  const chat = ['openai-chat', 'openai-embeddings'];
  const both = ['openai-chat', 'openai-responses', 'openai-embeddings'];
  assert.deepEqual(spoken('groq', '{ api_key: k }'), chat);
  assert.deepEqual(spoken('groq', '{ api_key: k, responses: true }'), both);
  assert.deepEqual(spoken('openai', '{ api_key: k, responses: false }'), chat);
  assert.deepEqual(spoken('openai', '{ api_key: k, responses: only }'), ['openai-responses', 'openai-embeddings']);
  assert.deepEqual(spoken('mine', '{ dialect: openai, base_url: "http://h/v1" }'), chat);
  const azure = 'base_url: "https://r.openai.azure.com", api_key: k';
  assert.deepEqual(spoken('azure', `{ ${azure} }`), both);
  assert.deepEqual(spoken('azure', `{ ${azure}, api_version: 2024-10-21 }`), chat);
  assert.match(problem('anthropic', '{ api_key: k, responses: true }'), /responses: has no meaning in the anthropic/);
  assert.match(problem('openai', '{ api_key: k, responses: perhaps }'), /expected true, false or only/);
  assert.match(problem('openai', '{ api_key: k, responses: yes }'), /false or only, found a text .*Write true/);
});

test('every well-known provider works with its usual variable alone', () => {
  for (const [name, { keyVariables, baseUrl }] of WELL_KNOWN) {
    if (baseUrl === null) continue;
    for (const variable of keyVariables) {
      const found = http(name, '', { [variable]: 'key-from-env' });
      assert.equal(found.apiKey, 'key-from-env', name);
      assert.equal(found.baseUrl, baseUrl);
    }
    if (keyVariables.length === 0) assert.equal(http(name, '').auth, 'none');
    else assert.match(problem(name, '{}'), new RegExp(`providers.${name}: needs a key .*${keyVariables[0]}`));
  }
});

test('the usual variable is never sent to an address of the operator', () => {
  const env = { OPENAI_API_KEY: 'key-from-env' };
  assert.equal(http('openai', '{ base_url: "http://127.0.0.1:9/v1" }', env).apiKey, null);
  assert.equal(http('openai', '{ base_url: "https://api.openai.com.evil.example/v1" }', env).auth, 'none');
  assert.equal(http('openai', '{ base_url: "https://api.openai.com/v1/" }', env).apiKey, 'key-from-env');
  assert.equal(http('openai', '{ dialect: anthropic, base_url: "http://h" }', env).apiKey, null);
});

test('a configured key goes before the variable', () => {
  assert.equal(http('openai', '{ api_key: " mine " }', { OPENAI_API_KEY: 'other' }).apiKey, 'mine');
  assert.equal(http('openai', '{ api_key: 12345 }').apiKey, '12345');
});

test('base addresses are taken with and without version and slash', () => {
  const base = (dialect: string, url: string): string =>
    http('x', `{ dialect: ${dialect}, base_url: "${url}" }`).baseUrl;
  assert.equal(base('openai', 'http://h:8000/v1/'), 'http://h:8000/v1');
  assert.equal(base('openai', 'http://h'), 'http://h');
  assert.equal(base('openai', 'https://h/openai'), 'https://h/openai');
  assert.equal(base('anthropic', 'http://h'), 'http://h/v1');
  assert.equal(base('anthropic', 'http://h/v1'), 'http://h/v1');
  assert.equal(base('anthropic', 'https://api.deepseek.com/anthropic'), 'https://api.deepseek.com/anthropic/v1');
  assert.equal(base('gemini', 'http://h/'), 'http://h/v1beta');
  assert.equal(base('gemini', 'http://h/v1'), 'http://h/v1');
  assert.equal(base('gemini', 'http://h/v1beta'), 'http://h/v1beta');
});

test('Azure with a dated version has the model in the path', () => {
  for (const url of [
    'https://r.openai.azure.com',
    'https://r.openai.azure.com/openai/',
    'https://r.openai.azure.com/openai/v1',
  ]) {
    const azure = http('azure', `{ base_url: "${url}", api_key: k, api_version: 2024-10-21 }`);
    assert.equal(azure.baseUrl, 'https://r.openai.azure.com/openai');
    assert.equal(azure.hasModelInPath, true);
    assert.deepEqual(azure.query, { 'api-version': '2024-10-21' });
    assert.equal(azure.auth, 'api-key');
  }
});

test('Azure without a dated version has the newer form', () => {
  const azure = http('azure', '{ base_url: "https://r.openai.azure.com" }', { AZURE_OPENAI_API_KEY: 'k' });
  assert.deepEqual([azure.baseUrl, azure.hasModelInPath], ['https://r.openai.azure.com/openai/v1', false]);
  assert.deepEqual([azure.query, azure.apiKey, azure.auth], [{}, 'k', 'api-key']);
  const preview = http('azure', '{ base_url: "https://r.openai.azure.com", api_key: k, api_version: preview }');
  assert.deepEqual([preview.baseUrl, preview.query], [azure.baseUrl, { 'api-version': 'preview' }]);
  const named = http('eu', '{ dialect: openai, base_url: "https://r.openai.azure.com/openai/v1", api_key: k }');
  assert.deepEqual([named.baseUrl, named.auth], [azure.baseUrl, 'api-key']);
  const dated = http('eu', '{ dialect: openai, base_url: "https://r.x.com", api_key: k, api_version: 2024-10-21 }');
  assert.equal(dated.hasModelInPath, true);
  assert.match(problem('azure', '{ api_key: k }'), /needs a `base_url` .*azure\.com/);
});

test('headers, query, betas and versions are taken over', () => {
  const found = http(
    'anthropic',
    '{ api_key: k, headers: { X-Team: a, x-n: 5 }, query: { beta: true-ish }, anthropic_beta: one, anthropic_version: 2026-10-21, private: true, connections: 5 }',
  );
  assert.deepEqual(found.headers, { 'x-team': 'a', 'x-n': '5' });
  assert.deepEqual(found.query, { beta: 'true-ish' });
  assert.deepEqual(found.anthropicBeta, ['one']);
  assert.equal(found.anthropicVersion, '2026-10-21');
  assert.equal(found.isPrivate, true);
  assert.equal(found.connections, 5);
});

test('a credential may stand in a header of the operator instead', () => {
  const found = http('openai', '{ headers: { Authorization: Basic abc } }');
  assert.deepEqual([found.apiKey, found.auth], [null, 'none']);
  assert.match(problem('openai', '{ api_key: k, headers: { authorization: x } }'), /a second time/);
});

test('a package gets its options with key, address and headers filled in', () => {
  const found = provider(
    'mistral',
    '{ package: "npm:@ai-sdk/mistral", api_key: key-m, base_url: "http://h/v1", headers: { x-a: header-value }, options: { deep: { list: [1, true, null] } }, private: true }',
  );
  assert.deepEqual(found, {
    kind: 'package',
    name: 'mistral',
    package: '@ai-sdk/mistral',
    options: {
      apiKey: 'key-m',
      baseURL: 'http://h/v1',
      headers: { 'x-a': 'header-value' },
      deep: { list: [1, true, null] },
    },
    secrets: ['key-m', 'header-value'],
    isPrivate: true,
    region: null,
  });
  assert.deepEqual(provider('a', '{ package: "npm:plain", options: { apiKey: other } }'), {
    kind: 'package',
    name: 'a',
    package: 'plain',
    options: { apiKey: 'other' },
    secrets: ['other'],
    isPrivate: false,
    region: null,
  });
});

test('a package name is a package name and nothing else', () => {
  for (const name of ['@ai-sdk/mistral', 'npm:../evil', 'npm:a/b', 'npm:', 'npm:@a/b/c', 'file:x', 'npm:A'])
    assert.match(problem('x', `{ package: "${name}" }`), /x\.package: expected npm:/, name);
});

test('keys of one kind of provider are refused on another', () => {
  assert.match(problem('x', '{ package: "npm:x", dialect: openai }'), /x\.dialect: has no meaning beside `package`/);
  assert.match(problem('openai', '{ api_key: k, options: {} }'), /openai\.options: goes with `package` only/);
  assert.match(problem('openai', '{ api_key: k, seed: 1 }'), /belongs to a provider named `simulated`/);
  assert.match(problem('openai', '{ api_key: k, anthropic_beta: x }'), /has no meaning in the openai dialect/);
  assert.match(problem('anthropic', '{ api_key: k, api_version: x }'), /is for Azure OpenAI/);
  assert.match(onlyProblemOf(fileWith('{ simulated: { base_url: "http://h" } }')), /no meaning for a simulated/);
});

test('the simulated provider has a seed, a speed and a dialect', () => {
  const simulated = (written: string): ProviderConfig | undefined =>
    parse(fileWith(`{ simulated: ${written} }`)).providers.get('simulated');
  const base = { kind: 'simulated', name: 'simulated', isPrivate: true, region: null, errorRates: {} };
  assert.deepEqual(simulated(''), { ...base, dialects: ['openai-chat', 'openai-embeddings'], seed: 1, speed: 1 });
  assert.deepEqual(simulated('{ seed: 7, speed: 0.5, dialect: anthropic }'), {
    ...base,
    dialects: ['anthropic-messages'],
    seed: 7,
    speed: 0.5,
  });
  assert.equal(simulated('{ region: eu }')?.region, 'eu');
  assert.match(onlyProblemOf(fileWith('{ simulated: { dialect: gemini } }')), /speaks openai or anthropic/);
  assert.match(onlyProblemOf(fileWith('{ simulated: { speed: 0 } }')), /from 0\.001/);
  assert.equal(provider('simulated-b', '{ seed: 2 }').kind, 'simulated');
});

test('addresses that a gateway must not use are refused', () => {
  const address = (url: string): string => problem('openai', `{ api_key: k, base_url: "${url}" }`);
  assert.match(address('ftp://h/v1'), /must be an http/);
  assert.match(address('api.openai.com'), /must be an http/);
  assert.match(address('file:///etc/passwd'), /must be an http/);
  assert.match(address('https://user:pw@h/v1'), /must not hold credentials/);
  assert.match(address('https://user@h/v1'), /must not hold credentials/);
  assert.match(address('https://h/v1?key=x'), /must not have a query/);
  assert.match(address('https://h/v1#x'), /must not have a query/);
});

test('headers that belong to the request, and credentials that cannot be sent, are refused', () => {
  assert.match(problem('openai', '{ api_key: k, headers: { Host: evil } }'), /cannot set host/);
  assert.match(problem('openai', '{ api_key: k, headers: { x: "a\\nb: c" } }'), /one line/);
  assert.match(problem('openai', '{ api_key: k, headers: { "a b": c } }'), /not a header name/);
  assert.match(problem('openai', '{ api_key: "a b" }'), /api_key: holds a space/);
  assert.match(problem('openai', '{ api_key: "" }'), /api_key: is empty/);
  assert.match(problem('openai', '{}', { OPENAI_API_KEY: 'a b' }), /the key in OPENAI_API_KEY holds a space/);
  assert.match(problem('x', '{ dialect: openai, base_url: "http://h", auth: bearer }'), /auth: needs an `api_key`/);
});

test('a name nobody knows needs its dialect and address', () => {
  assert.match(problem('opena', '{ api_key: k }'), /needs a `dialect`.*Did you mean "openai"/);
  assert.match(problem('mine', '{ dialect: openai }'), /mine: needs a `base_url`/);
  assert.equal(http('mine', '{ dialect: openai, base_url: "http://h" }').auth, 'none');
  assert.deepEqual(problemsOf(fileWith('{ simulated: {}, x: { dialect: openay } }')), [
    'providers.x.dialect: expected openai, anthropic or gemini [Did you mean "openai"?]',
  ]);
});
