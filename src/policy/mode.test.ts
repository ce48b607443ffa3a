import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TrackRecord } from '../call/track-record.ts';
import { decide } from './decide.ts';
import type { PolicyMode, PolicyModel } from './policy.ts';
import { caller, model, modelsOf, policy, priced, record, route, said, state, task, view } from './sample.test.ts';

const MODELS = [
  model('haiku', 'small', { priceOf: priced(100, 500) }),
  model('sonnet', 'mid', { priceOf: priced(300, 1500) }),
  model('opus', 'frontier', { priceOf: priced(500, 2500) }),
];
const TEXT = { model: 'auto/t', bytes: 4000, text: 'x'.repeat(4000), maxOutputTokens: 100 };

function plan(mode: PolicyMode, records: Record<string, TrackRecord>, models: PolicyModel[] = MODELS) {
  const names = models.map(({ name }) => name);
  const made = policy(
    [...models, model('other', 'mid')],
    [task('t', route([...names, 'other'], { ownCount: names.length, mode }))],
  );
  const world = state({ recordOf: (of, name) => (of === 't' ? (records[name] ?? null) : null) });
  return decide(made, view(TEXT), caller(), world);
}
const passing = (share: number, judged = 10_000) => record({ judged, passed: share * judged });

describe('the best cost', () => {
  const cheapest: PolicyMode = { best: 'cost', quality: 0.9 };

  test('is the cheapest model that is known to be good enough, then the next', () => {
    const made = plan(cheapest, { haiku: passing(0.8), sonnet: passing(0.95), opus: passing(0.99) });
    assert.deepEqual(modelsOf(made), ['sonnet', 'opus', 'haiku', 'other']);
    assert.match(
      said(made, 'mode')[0] ?? '',
      /sonnet is the cheapest that reaches 90 %, for an expected \$0\.00045: .* at least 94\.6 %/,
    );
    assert.equal(made.attempts[0]?.expected?.costNanoUsd, 450_000);
  });

  test('wants enough judgements, not a lucky few: it is the lower bound that counts', () => {
    const few = { haiku: passing(1, 20), sonnet: passing(0.95) };
    assert.deepEqual(modelsOf(plan(cheapest, few))[0], 'sonnet');
    assert.deepEqual(modelsOf(plan(cheapest, { ...few, haiku: passing(1, 50) }))[0], 'haiku');
  });

  test('without evidence is the highest tier, and says so', () => {
    const made = plan(cheapest, { haiku: record({ outputTokens: 5 }) });
    assert.deepEqual(modelsOf(made), ['opus', 'sonnet', 'haiku', 'other']);
    assert.match(said(made, 'mode')[0] ?? '', /none of 3 is known to reach 90 %, so opus, the highest tier/);
  });

  test('takes a good model with a known cost before one without', () => {
    const [haiku, sonnet] = MODELS as [PolicyModel, PolicyModel];
    const models = [{ ...haiku, priceOf: () => null }, sonnet];
    assert.deepEqual(modelsOf(plan(cheapest, { haiku: passing(1), sonnet: passing(1) }, models))[0], 'sonnet');
  });

  test('reckons with the answers that each model gives, not only with prices', () => {
    const made = plan(cheapest, {
      haiku: record({ ...passing(1), outputTokens: 100 }),
      sonnet: record({ ...passing(1), outputTokens: 1 }),
    });
    assert.equal(made.attempts[0]?.model, 'haiku');
    const wordy = plan(
      cheapest,
      { haiku: record({ ...passing(1), outputTokens: 90 }), sonnet: record({ ...passing(1), outputTokens: 1 }) },
      [model('haiku', 'small', { priceOf: priced(100, 5000) }), MODELS[1] as PolicyModel],
    );
    assert.equal(wordy.attempts[0]?.model, 'sonnet');
  });
});

describe('the best quality', () => {
  const best: PolicyMode = { best: 'quality', maxCostNanoUsd: 500_000 };

  test('is the highest pass rate among those under the ceiling', () => {
    const made = plan(best, { haiku: passing(0.8), sonnet: passing(0.95), opus: passing(0.99) });
    assert.deepEqual(modelsOf(made), ['sonnet', 'haiku'], 'opus and the fallback are above it or unknown');
    assert.match(said(made, 'guard')[0] ?? '', /opus skipped: expected to cost \$0\.00075, the route allows \$0\.0005/);
  });

  test('prefers a higher tier of which nothing is known to a lower one that is known', () => {
    assert.deepEqual(modelsOf(plan(best, { haiku: passing(0.8) })), ['sonnet', 'haiku']);
    assert.deepEqual(modelsOf(plan(best, { sonnet: passing(0.1) })), ['sonnet', 'haiku']);
    assert.deepEqual(modelsOf(plan(best, {})), ['sonnet', 'haiku']);
  });
});
