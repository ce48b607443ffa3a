// How many tokens each vocabulary makes of each class of characters. The one place for these numbers; data only.
import { CLASS_COUNT } from './char-classes.ts';
import type { TokenizerFamily } from './model-spec.ts';

/**
 * Tokens per character (or per run) of each class, in the order of CLASS. Fitted by non-negative least squares on relative
 * errors over 584 texts (English prose, Markdown, five programming languages, JSON, 30 other languages) against the
 * published vocabularies o200k_base, cl100k_base, Claude 2 (times 1.10, which is how the current API counts, up to Opus
 * 4.6), DeepSeek V3, Gemma and Llama 3, November 2026. Mean error per kind of text: prose, Markdown, code and JSON within
 * 4 %, Chinese, Japanese, Cyrillic and other Latin scripts within 12 %. Random letters (base64) are counted up to 35 % too low.
 *
 * `claude-new` is Opus 4.7 and later, whose vocabulary is not published: `claude` with Latin letters times 1.42,
 * punctuation 1.2, digits 1.06 and other scripts unchanged, which gives the 30 % of Anthropic's token-counting guide on
 * mixed text. `generic` is the mean of Llama, DeepSeek and Gemma plus 5 %.
 */
export const TOKENIZER_WEIGHTS: Readonly<Record<TokenizerFamily, readonly number[]>> = {
  o200k: [0.07, 0.111, 0.272, 0.276, 0.056, 0.458, 0.89, 0.133, 1.525, 0.276, 0.808, 0.445, 1.363, 0.501, 0.985, 0.664],
  cl100k: [
    0.073, 0.097, 0.303, 0.315, 0.048, 0.476, 0.881, 0.132, 2.399, 0.499, 1.153, 1.149, 2.564, 0.463, 0.985, 0.691,
  ],
  claude: [0.038, 0.183, 0.381, 0.034, 0, 0.528, 1.261, 0.062, 3.599, 0.695, 1.232, 1.604, 2.827, 0.978, 0.602, 0.999],
  'claude-new': [
    0.054, 0.26, 0.404, 0.034, 0, 0.528, 1.513, 0.074, 4.499, 0.695, 1.232, 1.604, 2.827, 1.389, 0.638, 1.419,
  ],
  gemini: [0.045, 0.095, 1.08, 0.24, 0.081, 0.937, 1.146, 0.075, 1.481, 0.267, 0.602, 0.57, 0.907, 0.601, 0.237, 0.916],
  deepseek: [
    0.078, 0.187, 0.291, 0.333, 0.074, 0.48, 0.953, 0.149, 2.377, 0.318, 0.676, 0.585, 1.688, 0.407, 1.054, 0.708,
  ],
  llama: [
    0.067, 0.092, 0.287, 0.314, 0.047, 0.525, 0.886, 0.122, 2.062, 0.321, 0.796, 0.673, 2.599, 0.484, 0.995, 0.693,
  ],
  generic: [0.067, 0.131, 0.58, 0.31, 0.071, 0.68, 1.045, 0.121, 2.072, 0.317, 0.726, 0.64, 1.818, 0.522, 0.8, 0.811],
};

/** 1000 characters of what gateways see: 40 % prose, 25 % Markdown, 20 % code, 15 % JSON. In the order of CLASS. */
export const TYPICAL_TEXT: Float64Array = Float64Array.from(
  { length: CLASS_COUNT },
  (_, index) => [643, 32, 13, 106, 61, 21, 85, 38, 0, 0, 0, 2, 0, 133, 8, 5][index] as number,
);
