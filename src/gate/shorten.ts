// Reasons that somebody else wrote, made fit for a ledger and a header.

const LONGEST = 300;

/** One line of at most 300 characters. */
export function shorten(reason: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what has to go
  const line = reason.replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 3).trimEnd()}...`;
}
