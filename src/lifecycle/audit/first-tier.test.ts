import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCatalog } from '../../catalog/catalog.ts';
import { parse } from '../../config/sample.test.ts';
import { firstTier, type Traits } from './first-tier.ts';
import { createLadder } from './ladder.ts';

const catalog = createCatalog();
const atMs = Date.UTC(2026, 10, 28);
const usual = createLadder(catalog, { config: null, atMs });

const OPEN_TEXT: Traits = {
  typicalInput: 500,
  largestInput: 2000,
  typicalOutput: 400,
  largestOutput: 900,
  labels: null,
  answers: 100,
  hasSchema: false,
  tools: 0,
  code: 0,
  math: 0,
  tables: 0,
  images: 0,
  reasoning: 0,
};
const tierOf = (traits: Partial<Traits>, consequence: Parameters<typeof firstTier>[2] = null): string =>
  firstTier({ ...OPEN_TEXT, ...traits }, usual, consequence).tier;

test('labels, short answers and extraction begin at the foot', () => {
  assert.equal(tierOf({ labels: 5, typicalOutput: 3 }), 'small');
  assert.equal(tierOf({ typicalOutput: 20, largestOutput: 80 }), 'small');
  assert.equal(tierOf({ hasSchema: true, typicalOutput: 200 }), 'small');
});

test('open text, code, tools, formulas and long requests begin above it', () => {
  assert.equal(tierOf({}), 'mid');
  for (const hard of [{ code: 0.5 }, { math: 0.4 }, { tools: 0.3 }, { typicalInput: 50_000 }])
    assert.equal(
      tierOf({ hasSchema: true, typicalOutput: 20, largestOutput: 80, ...hard }),
      'mid',
      JSON.stringify(hard),
    );
});

test('long reasoning begins at the top', () => {
  assert.equal(tierOf({ reasoning: 0.8, typicalOutput: 5000 }), 'frontier');
  assert.equal(tierOf({ reasoning: 0.8, typicalOutput: 200 }), 'mid');
});

test('what cannot be undone begins at the top, or behind gates one below', () => {
  assert.equal(tierOf({}, 'irreversible'), 'frontier');
  assert.equal(tierOf({ labels: 5 }, 'irreversible'), 'mid');
  assert.equal(tierOf({ labels: 5 }, 'reversible'), 'small');
});

test('a tier whose models are all too small for the largest request is passed over, and the reason says so', () => {
  const found = firstTier({ ...OPEN_TEXT, labels: 3, largestInput: 1_100_000 }, usual);
  assert.notEqual(found.tier, 'small');
  assert.match(found.reason, /1,100,900 tokens do not fit the models of small\.$/);
});

test('the reason is one sentence with numbers', () => {
  for (const traits of [
    { labels: 4 },
    { typicalOutput: 12, largestOutput: 40 },
    { hasSchema: true },
    { tools: 0.9 },
    { code: 0.4 },
    {},
  ])
    assert.match(firstTier({ ...OPEN_TEXT, ...traits }, usual).reason, /^[A-Z\d][^.]*\.$/, JSON.stringify(traits));
});

test('nothing known is no reason to begin at the foot', () => {
  const nothing = { ...OPEN_TEXT, typicalInput: null, largestInput: null, typicalOutput: null, largestOutput: null };
  assert.deepEqual(firstTier(nothing, usual), { tier: 'mid', reason: 'Nothing is known of the answers.' });
});

const CONFIG = `
providers: { anthropic: { api_key: k }, local: { dialect: openai, base_url: http://127.0.0.1:1/v1 } }
tiers: [cheap, good]
models:
  haiku: { use: anthropic/claude-haiku-4-5, tier: cheap }
  sonnet: { use: anthropic/claude-sonnet-4-6, tier: good }
  own: { use: local/x, tier: cheap, price: { input: 0.1, output: 0.2 } }
`;

test("a configuration's own tiers and models are the ladder", () => {
  const ladder = createLadder(catalog, { config: parse(CONFIG), atMs });
  assert.deepEqual(ladder.tiers, ['cheap', 'good']);
  assert.equal(firstTier({ ...OPEN_TEXT, labels: 3 }, ladder).tier, 'cheap');
  assert.equal(firstTier(OPEN_TEXT, ladder, 'irreversible').tier, 'good');
  const sonnet = ladder.findModel('anthropic', 'claude-sonnet-4-6') ?? assert.fail();
  assert.equal(ladder.tierOf(sonnet), 'good');
  assert.equal(ladder.below(sonnet)?.model, 'haiku');
  assert.deepEqual(
    ladder.on('cheap').map(({ model }) => model),
    ['own', 'haiku'],
  );
});

test('a model that nobody configured stands where its price is, or nowhere', () => {
  const tier = (provider: string, model: string): string | null => usual.tierOf(usual.findModel(provider, model));
  assert.equal(tier('openai', 'gpt-4o-mini'), 'small');
  assert.equal(tier('openai', 'gpt-4o'), 'mid');
  assert.equal(tier('anthropic', 'claude-opus-4-7'), 'frontier');
  assert.equal(tier('openai', 'text-embedding-3-small'), null);
  assert.equal(tier('nobody', 'own-llama'), null);
});

test('logs name models in many ways', () => {
  const ids: [string | null, string, string | null][] = [
    [null, 'gpt-4o', 'openai/gpt-4o'],
    [null, 'anthropic/claude-haiku-4-5', 'anthropic/claude-haiku-4-5'],
    ['ANTHROPIC', 'claude-haiku-4-5-20251001', 'anthropic/claude-haiku-4-5'],
    ['vertex_ai', 'gemini-2.5-flash', 'google/gemini-2.5-flash'],
    ['my-server', 'gpt-4o', null],
    [null, 'our-own-llama', null],
  ];
  for (const [provider, model, expected] of ids) {
    const spec = usual.findModel(provider, model);
    assert.equal(spec === null ? null : `${spec.vendor}/${spec.id}`, expected, `${provider} ${model}`);
  }
});
