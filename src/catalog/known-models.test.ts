import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCatalog } from './catalog.ts';
import { knownModel } from './known-models.ts';

describe('what is known of a model', () => {
  it('does not depend on who sells it', () => {
    for (const id of [
      'claude-haiku-4-5',
      'anthropic/claude-haiku-4.5',
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      'claude-haiku-4-5@20251001',
    ]) {
      const known = knownModel(id);
      assert.equal(known.maxOutputTokens, 64_000, id);
      assert.equal(known.contextWindow, 200_000, id);
      assert.equal(known.tokenizer, 'claude', id);
    }
  });

  it('tells the vocabulary since Opus 4.7 from the one before', () => {
    const family = (id: string): string | undefined => knownModel(id).tokenizer;
    for (const id of [
      'claude-opus-4-7',
      'claude-opus-4.8',
      'claude-opus-5',
      'claude-opus-5-5',
      'claude-sonnet-5',
      'claude-sonnet-5-20260630',
      'claude-haiku-5-5',
      'claude-fable-5-1',
    ]) {
      assert.equal(family(id), 'claude-new', id);
    }
    for (const id of [
      'claude-opus-4-6',
      'claude-sonnet-4-6',
      'claude-haiku-4-5',
      'claude-opus-4-20250514',
      'claude-3-5-sonnet-20241022',
    ]) {
      assert.equal(family(id), 'claude', id);
    }
    assert.deepEqual(
      [
        'gpt-4o',
        'ft:gpt-4o-mini',
        'o3-mini',
        'gpt-5.5',
        'gpt-4-turbo',
        'gemini-2.5-pro',
        'deepseek-v4-pro',
        'meta-llama/llama-3.3-70b',
        'mistral-large',
      ].map(family),
      ['o200k', 'o200k', 'o200k', 'o200k', 'cl100k', 'gemini', 'deepseek', 'llama', 'generic'],
    );
  });

  it('does not mix up a name with the beginning of another', () => {
    assert.equal(knownModel('gpt-4o-mini').maxOutputTokens, 16_384);
    assert.equal(knownModel('gpt-5').contextWindow, 400_000);
    assert.equal(knownModel('gpt-5.4-mini').contextWindow, 400_000);
    assert.equal(knownModel('gpt-5.4').contextWindow, 1_050_000);
    assert.equal(knownModel('claude-opus-4-1').maxOutputTokens, 32_000);
    assert.equal(knownModel('claude-opus-4-5').maxOutputTokens, 64_000);
    assert.deepEqual(knownModel('llama2-70b'), { tokenizer: 'generic' });
  });

  it('keeps room for the answer where window and input are counted together', () => {
    const spec = createCatalog().find('openai', 'gpt-5-mini');
    assert.equal(spec?.contextWindow, 400_000);
    assert.equal(spec?.effectiveWindow, 272_000);
    assert.equal(createCatalog().find('anthropic', 'claude-sonnet-4-6')?.effectiveWindow, 1_000_000);
  });

  it('never has an effective window above the window', () => {
    for (const { id, contextWindow, effectiveWindow } of createCatalog().list()) {
      assert.ok((effectiveWindow ?? 0) <= (contextWindow ?? 0), id);
    }
  });
});
