import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InputMix } from './input-mix.ts';

/** Has learned from 100 calls: 90 in English, 9 in German and 1 in Dutch. */
function learned(): InputMix {
  const mix = new InputMix(100);
  for (let at = 0; at < 100; at++) {
    const language = at === 0 ? 'nl' : at < 10 ? 'de' : 'en';
    assert.equal(mix.isUnusual([`tenant:t${at}`, `language:${language}`, 'hours:08-12', 'input:short']), null);
  }
  return mix;
}

describe('the mix of requests', () => {
  test('takes for unusual what was rare or never seen', () => {
    const mix = learned();
    assert.equal(mix.isUnusual(['language:en', 'input:short']), false);
    assert.equal(mix.isUnusual(['language:de', 'input:short']), false);
    assert.equal(mix.isUnusual(['language:nl', 'input:short']), true);
    assert.equal(mix.isUnusual(['language:fr', 'input:short']), true);
    assert.equal(mix.isUnusual(['language:en', 'input:long']), true);
    assert.equal(mix.isUnusual([]), false);
  });

  test('does not mind who calls, when, and where it goes', () => {
    assert.equal(learned().isUnusual(['tenant:new', 'hours:00-04', 'provider:new', 'language:en']), false);
  });

  test('names the values that grew, the greatest growth first', () => {
    const mix = learned();
    for (let at = 0; at < 100; at++)
      mix.isUnusual([`language:${at < 30 ? 'fr' : at < 40 ? 'nl' : 'en'}`, at < 2 ? 'input:long' : 'input:short']);
    assert.deepEqual(mix.grown(), [
      { value: 'language:fr', from: 0, to: 0.3 },
      { value: 'language:nl', from: 0.01, to: 0.1 },
      { value: 'input:long', from: 0, to: 0.02 },
    ]);
  });

  test('names them by the last few hundred calls only', () => {
    const mix = learned();
    for (let at = 0; at < 250; at++) mix.isUnusual(['language:fr']);
    for (let at = 0; at < 250; at++) mix.isUnusual(['language:en']);
    assert.deepEqual(mix.grown(), [{ value: 'language:fr', from: 0, to: 0.5 }]);
    for (let at = 0; at < 251; at++) mix.isUnusual(['language:en']);
    assert.deepEqual(mix.grown(), []);
  });

  test('leaves out a kind with so many values that none is usual', () => {
    const mix = new InputMix(100);
    for (let at = 0; at < 100; at++) mix.isUnusual([`topic:${at}`, 'language:en']);
    assert.equal(mix.isUnusual(['topic:never', 'language:en']), false);
    assert.equal(mix.isUnusual(['topic:never', 'language:fr']), true);
  });

  test('goes on from its state', () => {
    const [mix, other] = [learned(), new InputMix(100)];
    mix.isUnusual(['language:fr']);
    other.fromJson(JSON.parse(JSON.stringify(mix.toJson())));
    assert.deepEqual(other.toJson(), mix.toJson());
    assert.equal(other.isUnusual(['language:nl']), true);
    for (const state of [
      null,
      {},
      { ...(mix.toJson() as object), windows: [] },
      { ...(mix.toJson() as object), learned: 0 },
    ])
      assert.throws(() => new InputMix(100).fromJson(state), Error);
  });
});
