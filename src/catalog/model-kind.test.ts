import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCatalog } from './catalog.ts';
import { kindByName, kindOf } from './model-kind.ts';

const catalog = createCatalog();
const listed = (vendor: string, model: string) => kindOf(model, catalog.find(vendor, model));

test('embedding models are known by their names', () => {
  for (const name of [
    'text-embedding-3-small',
    'text-embedding-ada-002',
    'mistral-embed',
    'embed-v4.0',
    'gemini-embedding-001',
    'amazon.titan-embed-text-v1',
    'nomic-embed-text',
    'BAAI/bge-m3',
    'intfloat/e5-large-v2',
    'voyage-3.5',
    'sentence-transformers/all-MiniLM-L6-v2',
  ])
    assert.equal(kindByName(name), 'embedding', name);
});

test('a name that only contains such letters tells nothing', () => {
  for (const name of ['gpt-5.4-mini', 'claude-haiku-4-5', 'phi-e5', 'bridge5-large', 'my-model'])
    assert.equal(kindByName(name), null, name);
});

test('a model whose output has a price talks, a name goes before a price', () => {
  assert.equal(listed('openai', 'gpt-5.4-mini'), 'chat');
  assert.equal(listed('anthropic', 'claude-haiku-4-5'), 'chat');
  assert.equal(listed('openai', 'text-embedding-3-large'), 'embedding');
  assert.equal(listed('mistral', 'mistral-embed'), 'embedding');
});

test('what nobody lists is of no known kind', () => {
  assert.equal(listed('openai', 'somebody-elses-model'), null);
});

test('every listed model without a price for output is an embedding model or of no known kind', () => {
  const silent = catalog.list().filter(({ prices }) => prices.every(({ rates }) => rates.output === undefined));
  assert.ok(silent.length > 0);
  for (const spec of silent) assert.notEqual(kindOf(spec.id, spec), 'chat', spec.id);
});
