import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latencyOf, tokenDueMs } from './latency.ts';
import { SIMULATED_MODELS } from './models.ts';

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

test('over many prompts the medians are those of the model, and prompts differ', () => {
  for (const model of SIMULATED_MODELS) {
    const all = Array.from({ length: 2_000 }, (_, index) => latencyOf(1, model, `prompt ${index}`));
    const first = median(all.map(({ firstTokenMs }) => firstTokenMs));
    const speed = median(all.map(({ tokensPerSecond }) => tokensPerSecond));
    assert.ok(Math.abs(first / model.firstTokenMs - 1) < 0.04, `${model.name} ${first} ms`);
    assert.ok(Math.abs(speed / model.tokensPerSecond - 1) < 0.03, `${model.name} ${speed} tokens/s`);
    assert.ok(Math.max(...all.map(({ firstTokenMs }) => firstTokenMs)) > 1.5 * model.firstTokenMs);
    assert.deepEqual(latencyOf(1, model, 'prompt 5'), all[5]);
  }
});

test('tokens are due one after the other, scaled by the speed', () => {
  const latency = { firstTokenMs: 200, tokensPerSecond: 100 };
  assert.equal(tokenDueMs(latency, 0, 1), 200);
  assert.equal(tokenDueMs(latency, 50, 1), 700);
  assert.equal(tokenDueMs(latency, 50, 10), 70);
  assert.equal(tokenDueMs(latency, 50, 0), 0);
});
