import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCatalog } from '../catalog/catalog.ts';
import type { Config, ModelConfig } from './config.ts';
import { asRouted, atWork, mapModels, soleProviders } from './observe.ts';
import { BASE, onlyProblemOf, parse } from './sample.test.ts';

const CATALOG = createCatalog();
const KEY = 'api_key: kkkk';

function observing(providers: string, more = ''): Config {
  return parse(`observe: true\nproviders: { ${providers} }\n${more}`);
}
const modelsOf = (config: Config): ReadonlyMap<string, ModelConfig> => mapModels(config, CATALOG, (model) => model);

/** `provider/upstream-model` of the name, null when nobody is known to serve it. */
function placeOf(providers: string, name: string, more = ''): string | null {
  const place = modelsOf(observing(providers, more)).get(name)?.deployments[0];
  return place === undefined ? null : `${place.provider} ${place.upstreamModel}`;
}

describe('the names that an observed application may use', () => {
  const BOTH = `openai: { ${KEY} }, anthropic: { ${KEY} }`;

  test('are those of the catalog, dated ones as they are, and lead to the vendor', () => {
    assert.equal(placeOf(BOTH, 'gpt-4o'), 'openai gpt-4o');
    assert.equal(placeOf(BOTH, 'gpt-4o-2024-08-06'), 'openai gpt-4o-2024-08-06');
    assert.equal(placeOf(BOTH, 'claude-haiku-4-5-20251001'), 'anthropic claude-haiku-4-5-20251001');
    assert.equal(placeOf(BOTH, 'text-embedding-3-small'), 'openai text-embedding-3-small');
    assert.equal(placeOf(BOTH, 'gemini-2.5-pro'), null, 'nobody here sells it');
  });

  test('may have the provider in front, by the name of the file or of the vendor, whether or not the catalog knows the rest', () => {
    assert.equal(placeOf(BOTH, 'anthropic/claude-haiku-4-5'), 'anthropic claude-haiku-4-5');
    assert.equal(placeOf(BOTH, 'openai/of-tomorrow'), 'openai of-tomorrow');
    const renamed = `house: { dialect: openai, base_url: "https://api.openai.com/v1", ${KEY} }`;
    assert.equal(placeOf(renamed, 'openai/of-tomorrow'), 'house of-tomorrow');
    assert.equal(placeOf(renamed, 'house/gpt-4o'), 'house gpt-4o');
    assert.equal(placeOf(renamed, 'gpt-4o'), 'house gpt-4o');
  });

  test('lead to whoever made the model, else to the first of the file that sells it', () => {
    const azure = `azure: { base_url: "https://x.openai.azure.com", ${KEY} }`;
    assert.equal(placeOf(`${azure}, ${BOTH}`, 'gpt-4o'), 'openai gpt-4o');
    assert.equal(placeOf(`${azure}, anthropic: { ${KEY} }`, 'gpt-4o'), 'azure gpt-4o');
    const MANY = 'meta-llama/llama-4-scout-17b-16e-instruct';
    assert.equal(placeOf(`groq: { ${KEY} }, together: { ${KEY} }`, MANY), `groq ${MANY}`);
    assert.equal(placeOf(`together: { ${KEY} }, groq: { ${KEY} }`, MANY), `together ${MANY}`);
  });

  test('with a slash of their own belong to whose list has them', () => {
    const resold = `openrouter: { ${KEY} }`;
    assert.equal(placeOf(resold, 'anthropic/claude-haiku-4.5'), 'openrouter anthropic/claude-haiku-4.5');
    assert.equal(placeOf(resold, 'openrouter/auto'), 'openrouter openrouter/auto');
    assert.equal(placeOf(`groq: { ${KEY} }`, 'groq/compound'), 'groq groq/compound');
    // Nobody who asks OpenAI for a model writes OpenAI in front of it; at Groq that is the model's name.
    assert.equal(placeOf(`openai: { ${KEY} }, groq: { ${KEY} }`, 'openai/gpt-oss-20b'), 'groq openai/gpt-oss-20b');
  });

  test('are never such that a path or a ledger could be misled', () => {
    for (const name of [
      '..',
      'openai/..',
      'openai/../files',
      'openai/a?b',
      'openai/a b',
      'openai/a\nb',
      'openai//a',
      'auto',
      'auto/x',
      `openai/${'x'.repeat(300)}`,
    ])
      assert.equal(placeOf(BOTH, name), null, name);
  });

  test('leave configured models as they are, and are on no list but the offers', () => {
    const config = observing(
      BOTH,
      'models: { big: openai/gpt-4o, claude-haiku-4-5: { use: anthropic/claude-haiku-4-5, price: { input: 1 } } }',
    );
    const models = modelsOf(config);
    assert.deepEqual([...models.keys()], ['big', 'claude-haiku-4-5']);
    assert.deepEqual(models.get('claude-haiku-4-5')?.usdPerMillion, { input: 1 });
    const { offers } = models as ReadonlyMap<string, ModelConfig> & { offers: readonly string[] };
    assert.ok(offers.includes('gpt-4o-mini') && offers.includes('claude-sonnet-4-6'));
    assert.ok(!offers.includes('gpt-4o') && !offers.includes('claude-haiku-4-5'), 'they have a name already');
    for (const name of offers) assert.ok(models.get(name) !== undefined, name);
    assert.equal(modelsOf(asRouted(config)).get('gpt-4o-mini'), undefined);
  });
});

test('a name that nobody knows goes to the only provider there is for its dialect', () => {
  const soleOf = (providers: string) => Object.fromEntries(soleProviders(observing(providers)));
  const openai = { 'openai-chat': 'openai', 'openai-responses': 'openai', 'openai-embeddings': 'openai' };
  assert.deepEqual(soleOf(`openai: { ${KEY} }, anthropic: { ${KEY} }`), {
    ...openai,
    'anthropic-messages': 'anthropic',
  });
  assert.deepEqual(soleOf(`openai: { ${KEY} }, groq: { ${KEY} }, gemini: { ${KEY} }`), {
    'openai-responses': 'openai',
    gemini: 'gemini',
  });
  assert.deepEqual(soleOf(`openai: { ${KEY} }`), {
    ...openai,
    'anthropic-messages': 'openai',
    gemini: 'openai',
    neutral: 'openai',
  });
});

test('a configuration that observes needs providers and no models', () => {
  assert.equal(observing(`openai: { ${KEY} }`).models.size, 0);
  assert.equal(parse(BASE).observes, false);
  assert.match(onlyProblemOf('observe: true'), /^providers: names no provider, so nothing can be answered/);
  assert.match(onlyProblemOf('providers: { simulated: {} }'), /^models: names no model/);
  assert.match(onlyProblemOf(`${BASE}observe: sometimes`), /^observe: expected true or false/);
});

test('at work it answers nothing again and tries nothing out; what is written stays for those who ask', () => {
  const text = `${BASE}baseline: mid
tasks: { t: { route: small } }
rollouts: { t: { candidate: mid } }
canary: { reference: mid, budget_usd: 1 }
`;
  const routed = parse(text);
  assert.equal(atWork(routed), routed);
  const observed = parse(`${text}observe: true`);
  assert.deepEqual([observed.rollouts.size, observed.canary === null], [1, false]);
  const { canary, rollouts, ...rest } = atWork(observed);
  assert.deepEqual([canary, rollouts.size], [null, 0]);
  const { canary: _, rollouts: __, ...same } = observed;
  assert.deepEqual(rest, same);
  assert.equal(asRouted(observed).observes, false);
});
