import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCatalog } from '../catalog/catalog.ts';
import { loadConfig } from '../config/load.ts';
import type { CacheRatesOf } from '../ledger/cache-savings.ts';
import { createCacheRates, findCacheRates } from './cache-rates.ts';

const FILE = `
providers:
  anthropic: { api_key: a }
  openai: { api_key: b }
models:
  haiku: { use: anthropic/claude-haiku-4-5 }
  mini: { use: openai/gpt-4o-mini }
  own: { use: openai/house-model, price: { input: 1, output: 2, cache_read: 0.25 } }
  unpriced: { use: openai/no-such-model }
  two: { deployments: [{ use: anthropic/claude-haiku-4-5 }, { use: anthropic/claude-opus-4-5 }, { use: openai/gpt-4o-mini }] }
baseline: haiku
`;
const AT = Date.UTC(2026, 9, 1);

function write(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tierline-rates-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'tierline.yaml');
  writeFileSync(path, text);
  return path;
}

const ratesOf = (t: TestContext): CacheRatesOf =>
  createCacheRates(loadConfig({ path: write(t, FILE), env: {} }), createCatalog());

test('rates are those of the model at that provider, dollars of the catalog or of the configuration', (t) => {
  const of = ratesOf(t);
  assert.deepEqual(of('haiku', 'anthropic', AT), {
    input: 1e9,
    cacheRead: 1e8,
    cacheWrite5m: 1.25e9,
    cacheWrite1h: 2e9,
  });
  assert.equal(of('own', 'openai', AT)?.cacheRead, 0.25e9);
  assert.equal(
    of('mini', 'openai', AT)?.cacheWrite5m,
    of('mini', 'openai', AT)?.input,
    'writes have no surcharge there',
  );
});

test('they are not known for what is not configured, has no price, or is two models of one provider', (t) => {
  const of = ratesOf(t);
  for (const [model, provider] of [
    ['gone', 'anthropic'],
    ['haiku', 'openai'],
    ['unpriced', 'openai'],
    ['two', 'anthropic'],
    ['', ''],
  ] as const) {
    assert.equal(of(model, provider, AT), null, `${model} at ${provider}`);
  }
  assert.notEqual(of('two', 'openai', AT), null);
});

test('a wrong configuration is told, unless a ledger was named and it was not', (t) => {
  const config = write(t, 'modles: {}');
  assert.throws(() => findCacheRates({ config }), /modles/);
  assert.throws(() => findCacheRates({ config, ledger: 'some.db' }), /modles/);
  assert.equal(findCacheRates({ ledger: 'some.db' })('gone', 'gone', AT), null);
});
