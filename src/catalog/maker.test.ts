import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCatalog } from './catalog.ts';
import { makerOf } from './maker.ts';

test('a model has its maker, whoever serves it', () => {
  const known: [string, string][] = [
    ['claude-sonnet-4-6', 'anthropic'],
    ['us.anthropic.claude-haiku-4-5-v1:0', 'anthropic'],
    ['anthropic/claude-opus-4.7', 'anthropic'],
    ['gpt-5.5', 'openai'],
    ['openai/gpt-oss-20b', 'openai'],
    ['o3-mini', 'openai'],
    ['meta-llama/Llama-3.3-70B-Instruct', 'meta'],
    ['qwen3-32b', 'alibaba'],
    ['models/gemini-2.5-flash', 'google'],
    ['deepseek-r1-distill-llama-70b', 'deepseek'],
  ];
  for (const [name, maker] of known) assert.equal(makerOf(name), maker, name);
});

test('a name that tells nothing is nobody', () => {
  for (const name of ['', 'real-o', 'my-deployment', 'solar-pro', 'commander', 'office'])
    assert.equal(makerOf(name), null, name);
});

test("the catalog's models of makers who serve their own are theirs", () => {
  for (const { vendor, id } of createCatalog().list()) {
    const maker = makerOf(id);
    if (vendor === 'anthropic' || vendor === 'openai')
      assert.ok(maker === vendor || maker === null, `${vendor}/${id}: ${maker}`);
  }
});
