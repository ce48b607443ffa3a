import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TASK_KINDS } from '../provider/simulated/models.ts';
import { configFromEnvironment } from './environment.ts';
import { ConfigError } from './problem.ts';

const uses = (env: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    [...configFromEnvironment(env).config.models.values()].map(({ name, deployments: [first] }) => [
      name,
      `${first?.provider}/${first?.upstreamModel}`,
    ]),
  );

const OPENAI_EMBEDDINGS = Object.fromEntries(
  ['text-embedding-3-small', 'text-embedding-3-large', 'text-embedding-ada-002'].map((name) => [
    name,
    `openai/${name}`,
  ]),
);

test('without any key the simulated provider answers', () => {
  const { config, sentence } = configFromEnvironment({ PATH: '/bin', OPENAI_API_KEY: '' });
  assert.deepEqual(uses({}), {
    small: 'simulated/sim-small',
    mid: 'simulated/sim-mid',
    frontier: 'simulated/sim-frontier',
    'sim-embed': 'simulated/sim-embed',
  });
  assert.equal(config.baseline, 'frontier');
  assert.deepEqual(config.defaultRoute?.targets, [{ kind: 'model', name: 'mid' }]);
  assert.equal(config.file, null);
  assert.deepEqual(config.ledger.path, '.tierline/ledger.db');
  assert.match(sentence, /No provider key was found .* simulated provider/);
});

test('the simulated models have prices of their own', () => {
  const { models } = configFromEnvironment({}).config;
  assert.deepEqual(models.get('small')?.usdPerMillion, {
    input: 0.25,
    output: 1.25,
    cacheRead: 0.025,
    cacheWrite5m: 0.3125,
    cacheWrite1h: 0.5,
  });
  assert.deepEqual([models.get('mid')?.usdPerMillion?.input, models.get('mid')?.usdPerMillion?.output], [3, 15]);
  const frontier = models.get('frontier')?.usdPerMillion;
  assert.deepEqual([frontier?.input, frontier?.output], [5, 25]);
});

test('the simulated models take whatever is tried on them, so no plan says that nobody knows', () => {
  const { models } = configFromEnvironment({}).config;
  for (const name of ['small', 'mid', 'frontier'])
    assert.deepEqual(models.get(name)?.capabilities, ['tools', 'images', 'documents', 'audio', 'schema', 'reasoning']);
});

test('every kind of task of the simulated workload has a route', () => {
  const { tasks } = configFromEnvironment({}).config;
  assert.deepEqual([...tasks.keys()].toSorted(), [...TASK_KINDS].toSorted());
  assert.equal(tasks.get('ticket-label')?.route.targets[0]?.name, 'small');
  assert.equal(tasks.get('ticket-label')?.route.isCascade, true);
  assert.deepEqual(
    tasks.get('ticket-label')?.accept.map(({ kind }) => kind),
    ['one_of', 'finish'],
  );
  assert.equal(tasks.get('code-question')?.route.targets[0]?.name, 'frontier');
});

test('one key gives the ladder of its provider', () => {
  assert.deepEqual(uses({ ANTHROPIC_API_KEY: 'k-a' }), {
    small: 'anthropic/claude-haiku-4-5',
    mid: 'anthropic/claude-sonnet-4-6',
    frontier: 'anthropic/claude-opus-4-7',
  });
  assert.equal(uses({ OPENAI_API_KEY: 'k' }).frontier, 'openai/gpt-5.5');
  assert.equal(uses({ GOOGLE_API_KEY: 'k' }).small, 'gemini/gemini-2.5-flash-lite');
  const { config, sentence } = configFromEnvironment({ ANTHROPIC_API_KEY: 'k-a' });
  assert.equal(config.tasks.size, 0);
  assert.deepEqual(
    [...config.models.values()].map((model) => model.tier),
    ['small', 'mid', 'frontier'],
  );
  assert.match(
    sentence,
    /^Found anthropic \(ANTHROPIC_API_KEY\) in the environment: small anthropic\/claude-haiku-4-5,/,
  );
  assert.doesNotMatch(sentence, /k-a/);
});

test("OpenAI's and Mistral's embedding models are there by their own names, and stand on no tier", () => {
  const { config } = configFromEnvironment({ OPENAI_API_KEY: 'k', MISTRAL_API_KEY: 'k' });
  for (const name of [...Object.keys(OPENAI_EMBEDDINGS), 'mistral-embed']) {
    const found = config.models.get(name);
    assert.deepEqual([found?.kind, found?.tier], ['embedding', null], name);
  }
  assert.deepEqual(config.defaultRoute?.targets, [{ kind: 'model', name: 'mid' }]);
});

test('a provider without a frontier model ends the ladder where it ends', () => {
  const { config } = configFromEnvironment({ GROQ_API_KEY: 'k' });
  assert.deepEqual([...config.models.keys()], ['small', 'mid']);
  assert.equal(config.baseline, 'mid');
});

test('several keys share the ladder, and every model stands on its tier', () => {
  const env = { OPENAI_API_KEY: 'k', DEEPSEEK_API_KEY: 'k' };
  assert.deepEqual(uses(env), {
    small: 'openai/gpt-5.4-mini',
    'deepseek-v4-flash': 'deepseek/deepseek-v4-flash',
    mid: 'openai/gpt-5.4',
    'deepseek-v4-pro': 'deepseek/deepseek-v4-pro',
    frontier: 'openai/gpt-5.5',
    ...OPENAI_EMBEDDINGS,
  });
  const { config, sentence } = configFromEnvironment(env);
  assert.equal(config.models.get('deepseek-v4-pro')?.tier, 'mid');
  assert.match(sentence, /^Found openai \(OPENAI_API_KEY\) and deepseek \(DEEPSEEK_API_KEY\)/);
});

test('all keys at once make a configuration that passes every check', () => {
  const names = ['ANTHROPIC', 'OPENAI', 'GEMINI', 'GROQ', 'DEEPSEEK', 'MISTRAL', 'OPENROUTER'];
  const env = Object.fromEntries(names.map((name) => [`${name}_API_KEY`, 'some-key']));
  const { config } = configFromEnvironment(env);
  assert.equal(config.providers.size, names.length);
  for (const provider of config.providers.values())
    assert.ok(provider.kind === 'http' && provider.apiKey === 'some-key');
});

test('a malformed key is refused without being shown', () => {
  assert.throws(
    () => configFromEnvironment({ OPENAI_API_KEY: 'two words' }),
    (error) =>
      error instanceof ConfigError &&
      error.message.includes('the environment has one problem') &&
      error.message.includes('OPENAI_API_KEY') &&
      !error.message.includes('two words'),
  );
});

test('calls are only observed where that is asked for', () => {
  for (const env of [{}, { OPENAI_API_KEY: 'k' }]) {
    assert.equal(configFromEnvironment(env).config.observes, false);
    assert.equal(configFromEnvironment(env, true).config.observes, true);
  }
});
