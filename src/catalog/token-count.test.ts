import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { countCharClasses } from './char-classes.ts';
import type { TokenizerFamily } from './model-spec.ts';
import { countTokens, familyRatio, maxTokensOf } from './token-count.ts';
import { TOKENIZER_WEIGHTS } from './tokenizer-weights.ts';

const FAMILIES = Object.keys(TOKENIZER_WEIGHTS) as TokenizerFamily[];
const PROSE =
  'The gateway reads every request once, decides which model is good enough for the task, and sends it there. ' +
  'If the answer does not pass its checks, the next model of the plan is asked instead. Everything that was spent, ' +
  'including the attempts that were thrown away, is written into the ledger with the price that held at that moment.';
const CODE = `export function priceAt(prices: readonly Price[], atMs: number): Price | null {
  for (let index = prices.length - 1; index >= 0; index--) {
    const price = prices[index] as Price;
    if (price.validFromMs === undefined || atMs >= price.validFromMs) return price;
  }
  return null;
}`;
const CHINESE =
  '网关读取每个请求一次，决定哪个模型足以完成任务，然后把请求发送到那里。如果答案没有通过检查，就询问计划中的下一个模型。';

/** Exact counts of these texts in the published vocabularies, and how far off an estimate may be. */
const EXACT: readonly [what: string, text: string, counts: Partial<Record<TokenizerFamily, number>>, share: number][] =
  [
    ['prose', PROSE, { o200k: 68, cl100k: 68, deepseek: 68, llama: 68, gemini: 68 }, 0.1],
    ['code', CODE, { o200k: 77, cl100k: 77, deepseek: 79, llama: 77, gemini: 87 }, 0.1],
    ['Chinese', CHINESE, { o200k: 35, cl100k: 57, deepseek: 31, llama: 37, gemini: 34 }, 0.36],
  ];

describe('token counts', () => {
  for (const [what, text, counts, share] of EXACT) {
    it(`of ${what} are within ${share * 100} % of the vocabulary's own`, () => {
      for (const [family, exact] of Object.entries(counts)) {
        const off = countTokens(text, family as TokenizerFamily) / exact - 1;
        assert.ok(Math.abs(off) <= share, `${family}: ${(off * 100).toFixed(1)} %`);
      }
    });
  }

  it('are whole numbers, zero for nothing', () => {
    for (const family of FAMILIES) {
      assert.equal(countTokens('', family), 0);
      assert.equal(countTokens('a', family), Math.ceil(countTokens('a', family)));
      assert.ok(countTokens('a', family) >= 1);
    }
  });

  it('never fall when text is added', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...FAMILIES), (text, family) => {
        assert.ok(countTokens(`${text} and more`, family) >= countTokens(text, family));
      }),
    );
  });

  it('are the same from a string and from counted bytes', () => {
    for (const text of [PROSE, CODE, CHINESE]) {
      assert.equal(countTokens(countCharClasses(Buffer.from(text)), 'claude'), countTokens(text, 'claude'));
    }
  });

  it('have an upper bound in bytes, which no vocabulary passes on real text', () => {
    for (const text of [PROSE, CODE, CHINESE]) {
      for (const family of FAMILIES) assert.ok(countTokens(text, family) <= maxTokensOf(Buffer.byteLength(text)));
    }
  });
});

describe('the ratio of two vocabularies', () => {
  it('is about 30 % more for the Claude models since Opus 4.7', () => {
    const ratio = familyRatio('claude', 'claude-new');
    assert.ok(ratio > 1.25 && ratio < 1.35, String(ratio));
  });

  it('leaves text that is not Latin as it was', () => {
    assert.equal(countTokens(CHINESE, 'claude-new'), countTokens(CHINESE, 'claude'));
  });

  it('is one with itself and undone by the way back', () => {
    for (const family of FAMILIES) {
      assert.equal(familyRatio(family, family), 1);
      assert.ok(Math.abs(familyRatio('o200k', family) * familyRatio(family, 'o200k') - 1) < 1e-12);
    }
  });
});
