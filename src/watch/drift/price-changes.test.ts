import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PriceChanges } from './price-changes.ts';

describe('a change of price', () => {
  test('names what a model cost and what it costs now', () => {
    const changes = new PriceChanges();
    assert.deepEqual(changes.observe({ small: { input: 0.15, output: 0.6 }, big: { input: 3 } }, 1), []);
    assert.deepEqual(changes.observe({ small: { input: 0.2, output: 0.6 }, big: { input: 3 } }, 2), [
      {
        key: 'price_changed/small',
        rule: 'price_changed',
        task: null,
        segment: null,
        severity: 'warning',
        atMs: 2,
        sentence: 'small costs more than it did: input from $0.15 to $0.2 per million tokens.',
        evidence: { model: 'small', before: { input: 0.15, output: 0.6 }, now: { input: 0.2, output: 0.6 } },
        isEvent: true,
      },
    ]);
    assert.deepEqual(changes.observe({ small: { input: 0.2, output: 0.6 } }, 3), []);
  });

  test('may be one for the better, or of a price that there was not', () => {
    const changes = new PriceChanges();
    changes.observe({ small: { input: 0.2, cacheRead: 0.02 } }, 1);
    const [alarm] = changes.observe({ small: { input: 0.1, output: 0 } }, 2);
    assert.equal(
      alarm?.sentence,
      'small costs less than it did: input from $0.2 to $0.1, cacheRead from $0.02 to no price, output from no price to $0 per million tokens.',
    );
  });

  test('is not one of a model that is new, or missing for a while', () => {
    const changes = new PriceChanges();
    changes.observe({ small: { input: 1 } }, 1);
    assert.deepEqual(changes.observe({ big: { input: 2 } }, 2), []);
    assert.equal(changes.observe({ small: { input: 2 } }, 3).length, 1);
  });

  test('is seen after a restart', () => {
    const [before, after] = [new PriceChanges(), new PriceChanges()];
    before.observe({ small: { input: 1 } }, 1);
    after.fromJson(JSON.parse(JSON.stringify(before.toJson())));
    assert.equal(after.observe({ small: { input: 2 } }, 2).length, 1);
    for (const state of [null, [['small', 1]], [['small', { input: 'dear' }]]])
      assert.throws(() => new PriceChanges().fromJson(state), /expected/);
  });

  test('refuses what is no price', () => {
    for (const input of [-1, Number.NaN, Infinity])
      assert.throws(() => new PriceChanges().observe({ small: { input } }, 1), /small: input is no price/);
  });
});
