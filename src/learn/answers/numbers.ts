// The numbers in a text, and when two of them are the same. Takes time in proportion to the text.

const NUMBER = /(?<![\w.])\$?(\d[\d,]*(?:\.\d+)?|\.\d+)/g;
/** Numbers of a text that are read. */
const MOST = 200;

/** The numbers of a text, without signs and units, in their order. */
export function numbersIn(text: string): number[] {
  const found: number[] = [];
  for (const match of text.matchAll(NUMBER)) {
    const value = Number((match[1] as string).replaceAll(',', ''));
    if (Number.isFinite(value)) found.push(value);
    if (found.length === MOST) break;
  }
  return found;
}

/** Whether two numbers are the same as far as people write them out: whole ones exactly, others to a hundredth part or so. */
export function isClose(one: number, other: number): boolean {
  if (one === other) return true;
  if (Number.isInteger(one) && Number.isInteger(other)) return false;
  return Math.abs(one - other) <= 1e-6 + 0.006 * Math.max(Math.abs(one), Math.abs(other));
}
