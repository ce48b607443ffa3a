import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from './config.ts';
import { checkConfig } from './load.ts';
import { objectSource } from './object-source.ts';
import { ConfigError } from './problem.ts';
import type { Environment } from './source.ts';

const BASE = { providers: { simulated: {} }, models: { small: 'simulated/sim-small' } };

function check(value: unknown, env: Environment = {}): Config {
  return checkConfig(objectSource(value, env), { file: null, label: 'the configuration', env });
}

function complaint(value: unknown, env: Environment = {}): string {
  try {
    check(value, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return assert.fail('nothing was refused');
}

test('an object means what the same file means', () => {
  const config = check({
    ...BASE,
    baseline: 'small',
    tasks: { triage: { route: 'small' } },
    timeouts: { total: '2s' },
  });
  assert.deepEqual([...config.models.keys()], ['small']);
  assert.deepEqual([config.baseline, config.timeouts.totalMs, config.file], ['small', 2000, null]);
});

test('placeholders are filled in, and a missing variable is told with its path', () => {
  const value = { ...BASE, providers: { openai: { api_key: '${KEY_A}' } }, models: { a: 'openai/gpt-5.4' } };
  const provider = check(value, { KEY_A: 'sk-from-environment' }).providers.get('openai');
  assert.equal(provider?.kind === 'http' && provider.apiKey, 'sk-from-environment');
  assert.match(complaint(value), /providers\.openai\.api_key: the environment variable KEY_A is not set/);
});

test('what is handed over stays as it is', () => {
  const value = Object.freeze({ ...BASE, models: Object.freeze({ small: 'simulated/${NAME}' }) });
  check(value, { NAME: 'sim-small' });
  assert.equal(value.models.small, 'simulated/${NAME}');
});

test('members that are undefined count as left out', () => {
  assert.equal(check({ ...BASE, baseline: undefined, nonsense: undefined }).baseline, null);
});

test('problems name the path and the nearest key, all at once', () => {
  const said = complaint({ ...BASE, taks: {}, models: { small: { use: 'simulated/sim-small', tier: 7 } } });
  assert.match(said, /the configuration has 2 problems/);
  assert.match(said, /taks.*tasks/s);
  assert.match(said, /models\.small\.tier/);
});

test('no message shows a secret, written out or from the environment', () => {
  const secret = 'sk-very-secret-0123456789';
  const wrong = (key: unknown): object => ({ ...BASE, providers: { openai: { api_key: 'k', base_url: key } } });
  for (const said of [complaint(wrong(`${secret} `)), complaint(wrong('${MY_KEY}'), { MY_KEY: secret })]) {
    assert.match(said, /base_url/);
    assert.ok(!said.includes(secret), said);
  }
});

test('an object that holds itself, and a key that readers pass over, are refused', () => {
  const loop: Record<string, unknown> = { ...BASE };
  loop.tasks = { a: loop };
  assert.match(complaint(loop), /tasks\.a: holds itself/);
  const twice = { price: { input: 1 } };
  const both = { a: { use: 'simulated/a', ...twice }, b: { use: 'simulated/b', ...twice } };
  assert.equal(check({ ...BASE, models: both }).models.size, 2, 'the same object in two places is no loop');
  assert.match(complaint(JSON.parse('{"models":{"__proto__":"simulated/x"}}')), /__proto__: cannot be a name/);
});

test('what is no plain data is refused like any other wrong value', () => {
  assert.match(complaint([]), /expected keys such as providers and models/);
  assert.match(complaint({ ...BASE, models: new Map() }), /models/);
  assert.match(complaint({ ...BASE, tasks: { a: { route: () => 'small' } } }), /tasks\.a\.route/);
});
