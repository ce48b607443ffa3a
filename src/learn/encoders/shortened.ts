// Cuts texts to what an encoder takes.

/** The beginning and the end of a text, half and half, where it is longer than `longest` characters. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const half = longest >> 1;
  // A pair of code units that was cut in two would be no character at all.
  return `${text.slice(0, half)} ${text.slice(half + 1 - longest)}`.toWellFormed();
}
