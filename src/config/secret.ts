// Which values of a configuration are secret, and how to speak about a text without them.
import type { Path } from './problem.ts';

const SECRET_WORD = /key|token|secret|passw|credential|authorization|cookie/i;
/** Keys of a provider whose values may be shown. Whatever else stands there may be a misspelt `api_key`. */
const OPEN_IN_PROVIDER = new Set([
  'dialect',
  'auth',
  'private',
  'api_version',
  'anthropic_version',
  'anthropic_beta',
  'connections',
  'package',
  'seed',
  'speed',
  'simulated',
]);
/** An address without user, password or query. */
const PLAIN_ADDRESS = /^https?:\/\/[^@?#]*$/i;
/** Sections of `alerts` that hold no address; whatever else stands there may be a misspelt `to`. */
const OPEN_IN_ALERTS = new Set(['repeat', 'rules']);
const OPEN_IN_KEYS = new Set(['tenant', 'name']);

/** Whether the scalar at this path has to be covered. */
export function isSecretAt(path: Path, value: unknown): boolean {
  const [section, , key] = path;
  const last = path.findLast((step) => typeof step === 'string') ?? '';
  if (section === 'keys') return path.length < 3 || !OPEN_IN_KEYS.has(String(key));
  if (section === 'providers') {
    if (key === 'base_url') return !PLAIN_ADDRESS.test(String(value));
    return !OPEN_IN_PROVIDER.has(String(key));
  }
  if (section === 'alerts' && !OPEN_IN_ALERTS.has(String(path[1]))) return value !== 'log' && value !== 'json';
  if (typeof value === 'number' || typeof value === 'boolean') return false;
  return SECRET_WORD.test(last) || looksSecret(String(value)) || hasCredentials(String(value));
}

/** Whether an address carries a user, a password, or a query that may hold a key. */
export function hasCredentials(address: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(address) || /^[a-z][a-z0-9+.-]*:\/\/[^?#]*[?#]./i.test(address);
}

/** The usual beginnings of provider keys, and long runs that are no words. */
function looksSecret(value: string): boolean {
  return (
    /^(sk|pk|rk|gsk|xai|tgp|fw|AIza|Bearer|eyJ)[-_ A-Za-z0-9]*[-_ ]?[A-Za-z0-9_-]{12,}$/.test(value) && /\d/.test(value)
  );
}

/** The text with the secrets in it starred out, as long as before. Short ones would cover innocent words and are left. */
export function coverSecrets(text: string, secrets: Iterable<string>): string {
  const long = [...secrets].filter((secret) => secret.length >= 8).sort((left, right) => right.length - left.length);
  return long.reduce((covered, secret) => covered.replaceAll(secret, '*'.repeat(secret.length)), text);
}

/** The text with the ranges replaced character for character, so that columns stay where they are. */
export function coverRanges(text: string, ranges: readonly (readonly [from: number, to: number])[]): string {
  let covered = '';
  let at = 0;
  for (const [from, to] of [...ranges].sort((left, right) => left[0] - right[0])) {
    if (to <= at) continue;
    covered += text.slice(at, Math.max(at, from)) + text.slice(Math.max(at, from), to).replaceAll(/[^\r\n]/g, '*');
    at = to;
  }
  return covered + text.slice(at);
}
