// Estimates of token counts, for decisions before a call: pure arithmetic on character classes, microseconds for a page.
// Never billed as measured: what a provider reports always goes before.
import { type CharClasses, countTextClasses } from './char-classes.ts';
import type { TokenizerFamily } from './model-spec.ts';
import { TOKENIZER_WEIGHTS, TYPICAL_TEXT } from './tokenizer-weights.ts';

/** Tokens of a text, or of characters already counted, in a vocabulary; a whole number, rounded up. */
export function countTokens(text: string | CharClasses, family: TokenizerFamily): number {
  const classes = typeof text === 'string' ? countTextClasses(text) : text;
  return Math.ceil(weigh(classes, family));
}

/**
 * No text of so many UTF-8 bytes has more tokens: vocabularies fall back to one token a byte. A guard with room for this
 * many needs no count. Images, audio and files that a request only names are not text and not in it.
 */
export function maxTokensOf(byteLength: number): number {
  return byteLength;
}

/** How many tokens `to` makes of a typical text for one token of `from`. */
export function familyRatio(from: TokenizerFamily, to: TokenizerFamily): number {
  return weigh(TYPICAL_TEXT, to) / weigh(TYPICAL_TEXT, from);
}

function weigh(classes: CharClasses, family: TokenizerFamily): number {
  const weights = TOKENIZER_WEIGHTS[family];
  let tokens = 0;
  for (let index = 0; index < weights.length; index++)
    tokens += (classes[index] as number) * (weights[index] as number);
  return tokens;
}
