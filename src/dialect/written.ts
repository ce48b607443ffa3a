// Looks for a word in a JSON text without parsing it, which is a hundred times cheaper.

/** False only when no decoding could find the word. */
export function isWritten(body: Buffer, word: string): boolean {
  return body.includes(word) || hasEscapes(body);
}

/** Whether ASCII letters or the underscore may stand there as escapes. */
export function hasEscapes(body: Buffer): boolean {
  return ['\\u005', '\\u006', '\\u007'].some((escape) => body.includes(escape));
}
