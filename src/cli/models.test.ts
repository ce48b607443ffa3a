import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCatalog } from '../catalog/catalog.ts';
import { modelsCommand } from './models.ts';

const catalog = createCatalog();
const atMs = Date.UTC(2026, 10, 24, 12);

describe('tierline models', () => {
  it('shows prices, caches, window and the day of the price in one line', () => {
    const text = modelsCommand({ catalog, filter: 'anthropic/claude-haiku-4-5', atMs });
    const line = text.split('\n').find((row) => row.includes(' anthropic/claude-haiku-4-5 '));
    assert.match(line ?? '', /│\s+1 │\s+5 │\s+0\.1 │\s+1\.25 \/ 2 │\s+200k │\s+64k │ tools images .* │ 2026-09-23 │/);
  });

  it('takes several words and any case', () => {
    const text = modelsCommand({ catalog, filter: 'OpenRouter haiku 4.5', atMs });
    assert.match(text, /openrouter\/anthropic\/claude-haiku-4\.5/);
    assert.doesNotMatch(text, / anthropic\/claude/);
  });

  it('shows the models of the makers when nothing is asked for, and says that there are more', () => {
    const text = modelsCommand({ catalog, atMs });
    assert.match(text, /openai\/gpt-4o-mini/);
    assert.doesNotMatch(text, /together\//);
    assert.match(text, /\d+ of 1\d\d\d models; give a part of a name/);
  });

  it('shows the price of the moment', () => {
    const line = (hour: number): string =>
      modelsCommand({ catalog, filter: 'deepseek/deepseek-v4-flash', atMs: Date.UTC(2026, 10, 24, hour) })
        .split('\n')
        .find((row) => row.includes(' deepseek/deepseek-v4-flash ')) ?? '';
    assert.match(line(12), /│ +0\.22 │/);
    assert.match(line(2), /│ +0\.44 │/);
  });

  it('is an array of objects with --json', () => {
    const [model, ...others] = JSON.parse(
      modelsCommand({ catalog, filter: 'openai/gpt-5.4-pro', json: true, atMs }),
    ) as Record<string, unknown>[];
    assert.equal(model?.['id'], 'gpt-5.4-pro');
    assert.deepEqual(model?.['usdPerMillion'], { input: 30, output: 180 });
    assert.deepEqual(model?.['longContext'], { aboveInputTokens: 271_999, usdPerMillion: { input: 60, output: 270 } });
    assert.equal(model?.['effectiveWindow'], 922_000);
    assert.ok(others.every((other) => String(other['id']).includes('gpt-5.4-pro')));
  });

  it('says so when there is no such model, and is an empty array with --json', () => {
    assert.match(modelsCommand({ catalog, filter: 'gpt-99', atMs }), /No model's name has "gpt-99"/);
    assert.equal(modelsCommand({ catalog, filter: 'gpt-99', json: true, atMs }), '[]\n');
  });
});
