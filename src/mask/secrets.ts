// Secrets: keys of known shapes, tokens, passwords, and strings that look random beside a word that says what they are.
// Shapes as the vendors document them and as gitleaks collects them, November 2026.
import type { Finder } from './finder.ts';

const KEY_SHAPES = [
  'sk-[A-Za-z0-9_-]{16,}', // OpenAI, Anthropic, OpenRouter, DeepSeek
  '[spr]k_(?:live|test)_[A-Za-z0-9]{10,}', // Stripe
  'whsec_[A-Za-z0-9+/=]{20,}',
  '(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}', // AWS
  'gh[pousr]_[A-Za-z0-9]{30,}',
  'github_pat_[A-Za-z0-9_]{30,}',
  'gl(?:pat|ptt|dt|rt|cbt)-[A-Za-z0-9_-]{20,}',
  'xox[abeoprs]-[A-Za-z0-9-]{10,}', // Slack
  'xapp-[A-Za-z0-9-]{10,}',
  'AIza[A-Za-z0-9_-]{35,}', // Google
  'ya29\\.[A-Za-z0-9_-]{20,}',
  'GOCSPX-[A-Za-z0-9_-]{20,}',
  '(?:hf|gsk|r8|npm|lin_api|ntn|dop_v1|shpat|shpss)_[A-Za-z0-9]{24,}',
  '(?:xai|pplx|tvly|pypi)-[A-Za-z0-9_-]{20,}',
  'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}', // SendGrid
  'AGE-SECRET-KEY-1[A-Z0-9]{50,}',
];

const PASSWORD =
  'pass(?:word|wort|wd|phrase|code)|\\bpass|pwd|(?<![a-z0-9])pw(?![a-z0-9])|kennwort|mot de passe|contraseña|senha';
const PASSWORD_KEY = new RegExp(PASSWORD, 'i');
const SECRET = /key|secret|token|credential|auth|bearer|signature|private/i;
const AWS_NAME = /secret.?(?:access.?)?key["'\s:=\\]{0,8}$/i;
/** What stands after the word `password` and is none. */
const NO_PASSWORD =
  /^(?:str|string|bytes|number|int|bool|boolean|any|text|null|none|nil|undefined|true|false|required|optional|hidden|is|must|the|a|an|\*+|\.+)$/i;
/** A variable, a template or a call stands where a password would. */
const CODE = /^[${[(]|^[\w.]+[([]/;

export const secretFinders: readonly Finder[] = [
  {
    kind: 'pem',
    pattern:
      /-----BEGIN [A-Z0-9 ]{1,50}-----(?:\s{0,2}[A-Za-z-]{1,40}: [^\n<]{0,200}\n){0,4}[A-Za-z0-9+/=\s\\]*(?:-----END [A-Z0-9 ]{1,50}-----)?/g,
  },
  { kind: 'api-key', pattern: new RegExp(`(?<![A-Za-z0-9_])(?:${KEY_SHAPES.join('|')})`, 'g') },
  {
    kind: 'jwt',
    pattern: /(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,3}/g,
  },
  // What stands before the host: `postgres://user:password@host`.
  { kind: 'credentials', pattern: /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/([^\s/?#<>"'`\\]{1,300})(?=@)/gi },
  {
    kind: 'password',
    pattern: new RegExp(
      `(?:${PASSWORD})[\\w-]{0,20}\\\\?["'\`]?\\s{0,3}(?:=>|:=|[:=])\\s{0,3}\\\\?["'\`]?([^\\s"'\`&;,<>\\\\]{1,200})`,
      'gi',
    ),
    accept: (value) => (isPassword(value) ? value : null),
  },
  {
    kind: 'password',
    pattern: new RegExp(`(?:${PASSWORD}) (?:is|ist|est|es|lautet)[ :]{1,3}["'\`]?([^\\s"'\`<>\\\\]{4,200})`, 'gi'),
    accept: (value) => (/[^\p{L}.,;:!?]/u.test(value) ? value.replace(/[.,;:]$/, '') : null),
  },
  {
    kind: 'secret',
    pattern: /\b(?:bearer|basic|token) {1,3}([A-Za-z0-9._~+/=-]{12,})/gi,
    accept: (value) => (isRandom(value) ? value : null),
  },
  {
    kind: 'secret',
    pattern: /(?<![A-Za-z0-9+/_~.-])[A-Za-z0-9+/_~-][A-Za-z0-9+/_~.-]{11,}={0,2}/g,
    accept: (value, before) =>
      (SECRET.test(before) && isRandom(value)) || (AWS_NAME.test(before) && isAwsSecret(value))
        ? value.replace(/\.$/, '')
        : null,
  },
];

function isPassword(value: string): boolean {
  return !NO_PASSWORD.test(value.replace(/[.,:;!?)\]}]{1,4}$/, '')) && !CODE.test(value);
}

/** The kind of secret that a member's name says its value is; null for none. */
export function secretUnder(key: string, value: string): 'password' | 'secret' | null {
  if (value.length > 512 || /\s/.test(value) || value === '') return null;
  if (PASSWORD_KEY.test(key)) return isPassword(value) && !value.startsWith('<') ? 'password' : null;
  if (AWS_NAME.test(key) && isAwsSecret(value)) return 'secret';
  return SECRET.test(key) && value.length >= 12 && isRandom(value) ? 'secret' : null;
}

/** Its slashes may cut it into parts too short, or without the digits, to look random. */
function isAwsSecret(value: string): boolean {
  return /^[A-Za-z0-9+/]{40}$/.test(value) && [/[A-Z]/, /[a-z]/, /\d/].every((kind) => kind.test(value));
}

/** Whether a run of characters is more likely drawn than written: a long part with letters and digits that hardly repeats any. */
export function isRandom(value: string): boolean {
  return value.split(/[/.]/).some((part) => {
    const isMixed = /[A-Za-z]/.test(part) && (part.match(/\d/g)?.length ?? 0) >= 2;
    return part.length >= 12 && isMixed && entropy(part.slice(0, 256)) >= 3;
  });
}

/** Shannon's, in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
