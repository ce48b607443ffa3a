import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Usage } from '../call/usage.ts';
import type { PolicyModel } from '../policy/policy.ts';
import { pricesAt } from './prices.ts';
import { HOUR_MS, NOON_MS } from './watched.fixture.ts';

/** `price`: nano-dollars for one token in, and one out. */
function model(
  name: string,
  price: (atMs: number) => { input: number; output: number } | null,
): Pick<PolicyModel, 'name' | 'priceOf'> {
  const priceOf = ({ inputTokens, outputTokens }: Usage, atMs: number): number | null => {
    const own = price(atMs);
    return own === null ? null : own.input * inputTokens + own.output * outputTokens;
  };
  return { name, priceOf };
}

test('prices are dollars for a million tokens, and one that is not known is left out', () => {
  const models = [model('cheap', () => ({ input: 1_000, output: 2_500 })), model('unknown', () => null)];
  assert.deepEqual(pricesAt(models, NOON_MS), { cheap: { input: 1, output: 2.5 } });
  assert.deepEqual(pricesAt([model('free', () => ({ input: 0, output: 0 }))], NOON_MS), {
    free: { input: 0, output: 0 },
  });
});

test('a price by the time of day is the same all day, and another day may have another', () => {
  const byHour = model('m', (atMs) => ({ input: new Date(atMs).getUTCHours(), output: new Date(atMs).getUTCDate() }));
  const midnight = NOON_MS - 12 * HOUR_MS;
  for (const hour of [0, 7, 12, 23]) assert.equal(pricesAt([byHour], midnight + hour * HOUR_MS)['m']?.input, 0.012);
  assert.equal(pricesAt([byHour], midnight + 24 * HOUR_MS)['m']?.output, 0.002);
});
