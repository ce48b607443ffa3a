import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelConfig } from './config.ts';
import { onlyProblemOf, parse, problemsOf } from './sample.test.ts';

const fileWith = (models: string, rest = ''): string =>
  `providers: { simulated: {}, local: { dialect: openai, base_url: "http://h" } }\nmodels: ${models}\n${rest}`;

function model(name: string, written: string): ModelConfig {
  const found = parse(fileWith(`{ ${name}: ${written} }`)).models.get(name);
  assert.ok(found);
  return found;
}

test('a text names provider and upstream model, divided by the first slash', () => {
  assert.deepEqual(model('big', 'local/meta-llama/Llama-3.3:70b'), {
    name: 'big',
    tier: null,
    deployments: [{ provider: 'local', upstreamModel: 'meta-llama/Llama-3.3:70b', weight: 1 }],
    usdPerMillion: null,
    contextWindow: null,
    maxOutputTokens: null,
    capabilities: null,
    kind: null,
  });
});

test('an embedding model is known by its name or by what the file says, and the file has the last word', () => {
  assert.equal(model('e', 'local/text-embedding-3-small').kind, 'embedding');
  assert.equal(model('e', '{ use: local/x, kind: embedding }').kind, 'embedding');
  assert.equal(model('e', '{ use: local/embedder-that-talks, kind: chat }').kind, 'chat');
  assert.match(onlyProblemOf(fileWith('{ e: { use: local/x, kind: vectors } }')), /kind/);
});

test('an embedding model stands on no tier', () => {
  const problem = (models: string): string => onlyProblemOf(fileWith(models));
  assert.match(
    problem('{ e: { use: local/x, kind: embedding, tier: mid } }'),
    /models\.e\.tier: is an embedding model .* has the tier "mid"/,
  );
  assert.match(
    problem('{ small: local/text-embedding-3-small }'),
    /models\.small: is an embedding model .* the name of one/,
  );
});

test('an object says what the catalog does not know', () => {
  const found = model(
    'big',
    '{ use: local/x, tier: mid, price: { input: 0.5, output: 2, cache_read: 0, cache_write_5m: 1, cache_write_1h: 1.5 }, context_window: 4096, max_output_tokens: 512, capabilities: [tools, images] }',
  );
  assert.equal(found.tier, 'mid');
  assert.deepEqual(found.usdPerMillion, { input: 0.5, output: 2, cacheRead: 0, cacheWrite5m: 1, cacheWrite1h: 1.5 });
  assert.equal(found.contextWindow, 4096);
  assert.equal(found.maxOutputTokens, 512);
  assert.deepEqual(found.capabilities, ['tools', 'images']);
  assert.deepEqual(model('m', '{ use: local/x, price: { input: 1 } }').usdPerMillion, { input: 1 });
});

test('deployments have weights', () => {
  assert.deepEqual(model('m', '{ deployments: [{ use: local/a }, { use: simulated/b, weight: 0.5 }] }').deployments, [
    { provider: 'local', upstreamModel: 'a', weight: 1 },
    { provider: 'simulated', upstreamModel: 'b', weight: 0.5 },
  ]);
});

test('a model named like a tier stands on it', () => {
  assert.equal(model('small', 'local/x').tier, 'small');
  assert.equal(model('small', '{ use: local/x, tier: small }').tier, 'small');
  assert.match(
    onlyProblemOf(fileWith('{ small: { use: local/x, tier: mid } }')),
    /models\.small\.tier: stands on the tier "mid" but has the name of the tier "small"/,
  );
});

test('models that cannot be served are refused', () => {
  const problem = (written: string): string => onlyProblemOf(fileWith(`{ m: ${written} }`));
  assert.match(problem('opus'), /expected provider\/model/);
  assert.match(problem('/opus'), /expected provider\/model/);
  assert.match(problem('{ tier: mid }'), /needs either `use: provider\/model` or a list of `deployments`/);
  assert.match(problem('{ use: local/a, deployments: [{ use: local/b }] }'), /needs either/);
  assert.match(problem('{ deployments: [] }'), /at least one deployment/);
  assert.match(problem('{ deployments: [{ use: local/a, weight: 0 }] }'), /weight: must be above 0/);
  assert.match(problem('{ deployments: [{ use: local/a, weight: -1 }] }'), /weight: expected a number from 0/);
  assert.match(problem('{ use: local/a, price: { input: -1 } }'), /price\.input: expected a number from 0/);
  assert.match(problem('{ use: local/a, context_window: 1.5 }'), /expected a whole number/);
  assert.match(problem('{ use: local/a, capabilities: [tool] }'), /capabilities\[0\].*Did you mean "tools"/);
});

test('a provider that is not there is told with the nearest, or with how to add it', () => {
  assert.match(
    onlyProblemOf(fileWith('{ m: locl/x }')),
    /models\.m: there is no provider "locl" \[Did you mean "local"/,
  );
  assert.match(
    onlyProblemOf(fileWith('{ m: { deployments: [{ use: openai/x }] } }')),
    /models\.m\.deployments\[0\]\.use: .* \[Add it: providers: \{ openai: \{ api_key: \$\{OPENAI_API_KEY\} \} \}\]/,
  );
});

test('names that mean something else are refused', () => {
  assert.match(onlyProblemOf(fileWith('{ auto: local/x }')), /`auto` stands for the router itself/);
  assert.match(onlyProblemOf(fileWith('{ auto/x: local/x }')), /`auto` stands for the router itself/);
  assert.match(onlyProblemOf(fileWith('{ 5: local/x }')), /no mere number/);
  assert.match(onlyProblemOf(fileWith('{ "a b": local/x }')), /a name begins with/);
  assert.equal(model('automatic', 'local/x').name, 'automatic');
  assert.equal(model('openai/gpt-5.5', 'local/x').name, 'openai/gpt-5.5');
});

test('tier and baseline must be there', () => {
  assert.match(onlyProblemOf(fileWith('{ m: { use: local/x, tier: smal } }')), /no tier "smal" \[Did you mean "small"/);
  assert.equal(parse(fileWith('{ m: { use: local/x, tier: tiny } }', 'tiers: [tiny]')).models.get('m')?.tier, 'tiny');
  assert.match(onlyProblemOf(fileWith('{ m: local/x }', 'baseline: n')), /baseline: there is no model "n"/);
  const config = parse(fileWith('{ m: local/x }', 'baseline: m'));
  assert.equal(config.baseline, 'm');
  assert.deepEqual(config.defaultRoute?.targets, [{ kind: 'model', name: 'm' }]);
});

test('a broken list of tiers does not make every tier unknown', () => {
  assert.deepEqual(problemsOf(fileWith('{ m: { use: local/x, tier: tiny } }', 'tiers: [tiny, 5]\ndefault: tiny')), [
    'tiers[1]: expected a text, found a number',
  ]);
});
