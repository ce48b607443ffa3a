// Finds what personal data and secrets look like in a text, to count it. It never keeps or returns the text itself.

/** What is looked for; each stands for a kind of data, not for a proof. */
const KINDS: readonly [kind: string, pattern: RegExp][] = [
  ['email', /[\w.+-]+@[\w-]+\.[a-z]{2,}\b/i],
  ['phone', /(?<![\w.-])(?:\+\d{1,3}[\s./-]?)(?:\(?\d{1,4}\)?[\s./-]?){2,5}\d{2,4}(?![\w-])/],
  ['iban', /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/],
  ['card', /\b(?:\d[ -]?){15}\d\b/],
  ['social-security', /\b\d{3}-\d{2}-\d{4}\b/],
  [
    'secret',
    /\b(?:sk|pk|rk|ghp|gho|xox[bp])[-_][A-Za-z0-9_-]{16,}|\bAKIA[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  ],
];

/** The kinds that the text seems to hold, each once. */
export function personalKinds(text: string): string[] {
  return KINDS.filter(([, pattern]) => pattern.test(text)).map(([kind]) => kind);
}
