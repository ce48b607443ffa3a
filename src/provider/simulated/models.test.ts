import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findSimulatedModel, SIMULATED_MODELS, TASK_KINDS } from './models.ts';

test('the ladder goes up in price, skill, window and time to the first token', () => {
  assert.deepEqual(
    SIMULATED_MODELS.map(({ tier }) => tier),
    ['small', 'mid', 'frontier'],
  );
  const rises = (numbers: number[]): void =>
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    );
  rises(SIMULATED_MODELS.map(({ usdPerMillion }) => usdPerMillion.input));
  rises(SIMULATED_MODELS.map(({ usdPerMillion }) => usdPerMillion.output));
  rises(SIMULATED_MODELS.map(({ contextWindow }) => contextWindow));
  rises(SIMULATED_MODELS.map(({ firstTokenMs }) => firstTokenMs));
  for (const kind of TASK_KINDS) rises(SIMULATED_MODELS.map(({ skill }) => skill[kind]));
});

test('prices of a model are in dollars per million tokens, cache classes included', () => {
  assert.deepEqual(findSimulatedModel('sim-mid')?.usdPerMillion, {
    input: 3,
    output: 15,
    cacheRead: 0.3,
    cacheWrite5m: 3.75,
    cacheWrite1h: 6,
  });
  assert.equal(findSimulatedModel('sim-huge'), undefined);
});

test('the documentation has the same prices, windows, times and skills', () => {
  const page = readFileSync(new URL('../../../docs/simulated-provider.md', import.meta.url), 'utf8');
  for (const { name, tier, usdPerMillion, contextWindow, firstTokenMs, tokensPerSecond } of SIMULATED_MODELS) {
    const facts = [
      `\`${name}\``,
      tier,
      `${usdPerMillion.input} / ${usdPerMillion.output}`,
      contextWindow.toLocaleString('en-US'),
      `${firstTokenMs} ms`,
      tokensPerSecond,
    ];
    assert.ok(page.includes(`| ${facts.join(' | ')} |`), facts.join(' | '));
  }
  for (const kind of TASK_KINDS) {
    const row = [`\`${kind}\``, ...SIMULATED_MODELS.map(({ skill }) => skill[kind])].join(' | ');
    assert.ok(page.includes(`| ${row} |`), row);
  }
});
