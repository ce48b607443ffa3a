import assert from 'node:assert/strict';
import { test } from 'node:test';
import { observation } from '../watch/drift/observation.fixture.ts';
import { CacheUse } from './cache-use.ts';

const call = (cachedShare: number | null, inputTokens = 5_000, task = 't') =>
  observation(0, { task, provider: 'openai', cachedShare, inputTokens });

test('where no cache was ever hit, a share of nothing says nothing', () => {
  assert.equal(new CacheUse().only(call(0)).cachedShare, null);
});

test('from the first hit on every call tells, until a task or provider is another', () => {
  const use = new CacheUse();
  assert.equal(use.only(call(0.8)).cachedShare, 0.8);
  assert.equal(use.only(call(0)).cachedShare, 0);
  assert.equal(use.only(call(0, 5_000, 'other')).cachedShare, null);
});

test('a request that is too short to be cached says nothing', () => {
  const use = new CacheUse();
  use.only(call(0.8));
  assert.equal(use.only(call(0, 300)).cachedShare, null);
});

test('what was seen before a restart is known after it', () => {
  const use = new CacheUse();
  use.only(call(0.8));
  const next = new CacheUse();
  next.restore(use.snapshot());
  assert.equal(next.only(call(0)).cachedShare, 0);
  next.restore({ no: 'list' });
});
