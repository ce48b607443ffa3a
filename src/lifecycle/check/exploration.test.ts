import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createCatalog } from '../../catalog/catalog.ts';
import { compilePolicy, modelPartsOf } from '../../compile-policy.ts';
import { parseConfig } from '../../config/load.ts';
import { loadPredictors } from '../../config/load-predictors.ts';
import { NO_STATE } from '../../policy/state.ts';
import { findAll } from './find-all.ts';

const ARTIFACT = fileURLToPath(import.meta.url);

/** What is found about a configuration whose artifact knows `models`. */
function told(tasks: string, { models = ['small', 'big'], isCascade = false } = {}): string[] {
  const text = `
providers: { local: { dialect: openai, base_url: "http://h/v1" } }
models:
  small: { use: local/a, tier: small, price: { input: 1, output: 1 } }
  big: { use: local/b, tier: frontier, price: { input: 5, output: 5 } }
tasks: ${tasks}`;
  const written = parseConfig(text, { file: '/t.yaml', env: {} });
  const { config, predictors } = loadPredictors(written, () => ({
    id: '0123456789ab',
    models,
    reference: models[0] ?? '',
    isCascade,
    encoder: null,
    forecast: () => assert.fail('nobody is asked'),
  }));
  const policy = compilePolicy(config, modelPartsOf(config, createCatalog()), predictors);
  return findAll(config, policy, NO_STATE).map(({ level, code, at }) => `${level} ${code} ${at}`);
}

const route = (more: string): string => `route: { predict: ${ARTIFACT}, explore: ${more} }`;

test('a share that nothing is drawn of is told', () => {
  const careful = `{ t: { accept: [{ refusal: true }], consequence: irreversible, ${route('2%')} } }`;
  assert.deepEqual(told(careful), ['warning idle_explore tasks.t.route.explore']);
  const one = `{ t: { accept: [{ refusal: true }], rules: [{ ${route('2%')} }], route: { cascade: [small, big] } } }`;
  assert.ok(told(one, { models: ['big'] }).includes('warning idle_explore tasks.t.rules[0].route.explore'));
});

test('one that is drawn of is not, nor one of nothing', () => {
  assert.deepEqual(told(`{ t: { accept: [{ refusal: true }], ${route('2%')} } }`), []);
  assert.deepEqual(told(`{ t: { accept: [{ refusal: true }], consequence: irreversible, ${route('0')} } }`), []);
});

test('the models of an artifact are led to, and its gate checks answers', () => {
  assert.deepEqual(told(`{ t: { ${route('2%')} } }`), ['note no_gate tasks.t']);
  assert.deepEqual(told(`{ t: { ${route('2%')} } }`, { isCascade: true }), []);
});
