// Counting tokens the simple way: up to seven letters, up to three digits, or any other single character are one token.
// The count is exact for the simulated models and for no other.

const PIECE = /\s*(?:[A-Za-z]{1,7}|[0-9]{1,3}|[^\sA-Za-z0-9])|\s+$/gu;

/** The text cut into its tokens, each with the white space before it; joined they give the text again. */
export function toPieces(text: string): string[] {
  return text.match(PIECE) ?? [];
}

/** How many tokens a text has. */
export function countTokens(text: string): number {
  let count = 0;
  PIECE.lastIndex = 0;
  while (PIECE.test(text)) count += 1;
  return count;
}
