import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCatalog } from '../../catalog/catalog.ts';
import { parseConfig } from '../../config/load.ts';
import { Fraction } from '../../stats/fraction.ts';
import { type EstimatedModel, findModel, priceOn, remarksOn, tokenizerOf } from './model.ts';
import type { PriceTime, Tokens } from './price.ts';
import { NOON, sampleConfig } from './sample.fixture.ts';

const catalog = createCatalog();
const bare = { catalog, config: null };
const configured = { catalog, config: sampleConfig('  triage: { route: haiku }') };
const now: PriceTime = { atMs: NOON, isSpread: false, isBatch: false };
const tokens = (input: number, output: number, isSum = false): Tokens => ({
  input: Fraction.of(input),
  cached: Fraction.ZERO,
  written: Fraction.ZERO,
  output: Fraction.of(output),
  isSum,
});
const listedAs = ({ places }: EstimatedModel): string[] => places.map(({ spec }) => `${spec?.vendor}/${spec?.id}`);

describe('a model is found', () => {
  test('by the name of the catalog, with its vendor, without, and dated', () => {
    for (const name of [
      'claude-haiku-4-5',
      'anthropic/claude-haiku-4-5',
      'claude-haiku-4.5',
      'claude-haiku-4-5-20251001',
    ])
      assert.deepEqual(listedAs(findModel(name, bare)), ['anthropic/claude-haiku-4-5'], name);
    assert.deepEqual(listedAs(findModel('gpt-5.5', bare)), ['openai/gpt-5.5']);
    const bedrock = 'global.anthropic.claude-haiku-4-5-20251001-v1:0';
    assert.deepEqual(listedAs(findModel(`bedrock/${bedrock}`, bare)), [`aws/${bedrock}`]);
  });

  test('by the name of the configuration before that of the catalog', () => {
    assert.deepEqual(listedAs(findModel('opus', configured)), ['anthropic/claude-opus-4-7']);
    assert.deepEqual(listedAs(findModel('claude-haiku-4-5', configured)), ['anthropic/claude-haiku-4-5']);
    const own = parseConfig(
      'providers: { anthropic: { api_key: k } }\nmodels: { claude-haiku-4-5: { use: anthropic/claude-haiku-4-5, price: { input: 9 } } }',
      { file: 'tierline.yaml', env: {} },
    );
    assert.equal(priceOn(findModel('claude-haiku-4-5', { catalog, config: own }), tokens(1, 0), now)?.toNumber(), 9000);
  });

  test('nowhere else: the nearest names are said', () => {
    assert.throws(
      () => findModel('claude-hiku-4-5', bare),
      /There is no model "claude-hiku-4-5"\. Did you mean claude-haiku-4-5/,
    );
    assert.throws(() => findModel('opsu', configured), /Did you mean opus/);
    assert.throws(() => findModel('zzzzzzzzzzzzzzzz', bare), /There is no model "zzzzzzzzzzzzzzzz"\. `tierline models/);
  });

  test('of several prices by none', () => {
    const name = 'meta-llama/llama-3.3-70b-instruct';
    assert.throws(
      () => findModel(name, bare),
      /is sold at several prices; name one of novita\/meta-llama\/[\w.-]+, openrouter\//,
    );
    assert.deepEqual(listedAs(findModel(`novita/${name}`, bare)), [`novita/${name}`]);
  });
});

describe('the price of a model', () => {
  test('with several deployments is their mean by weight', () => {
    const config = parseConfig(
      `providers: { anthropic: { api_key: k }, openai: { api_key: k } }
models: { any: { deployments: [{ use: anthropic/claude-haiku-4-5, weight: 3 }, { use: openai/gpt-5.5, weight: 1 }] } }`,
      { file: 'tierline.yaml', env: {} },
    );
    const any = findModel('any', { catalog, config });
    assert.equal(priceOn(any, tokens(1000, 0), now)?.toNumber(), (3 * 1_000_000 + 5_000_000) / 4);
    assert.equal(tokenizerOf(any), 'claude');
  });

  test('is unknown when one of its places has none, and that is said', () => {
    const model = findModel('unpriced', configured);
    assert.equal(priceOn(model, tokens(1, 1), now), null);
    assert.deepEqual(remarksOn(model, tokens(1, 1), now), [
      'unpriced has no price in the catalog; say it under `price`.',
    ]);
    assert.equal(tokenizerOf(model), 'generic');
  });

  test('needs no remark where it is simply there', () => {
    assert.deepEqual(remarksOn(findModel('claude-haiku-4-5', bare), tokens(500, 300), now), []);
  });

  test('of long calls, and of hours, is remarked upon', () => {
    const long = findModel('gpt-5.5', bare);
    assert.match(remarksOn(long, tokens(300_000, 1), now).join(), /gpt-5\.5 is priced as a long call, of over 271999/);
    assert.match(
      remarksOn(long, tokens(80e6, 1, true), now).join(),
      /in calls of over 271999 input tokens: none is taken/,
    );
    assert.deepEqual(remarksOn(long, tokens(1000, 1), now), []);
    const hourly = findModel('deepseek-v4-flash', bare);
    assert.match(
      remarksOn(hourly, tokens(1, 1), now).join(),
      /depends on the hour \(UTC\): this is the one of the moment/,
    );
    assert.match(remarksOn(hourly, tokens(1, 1), { ...now, isSpread: true }).join(), /spread evenly over the day/);
  });
});
