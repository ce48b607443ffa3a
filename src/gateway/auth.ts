// Who is calling: the client's key in any of the places SDKs put it. Keys are compared by digest only.
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { TierlineError } from '../call/errors.ts';

export interface ClientKey {
  key: string;
  tenant: string;
}

/** The tenant of a request. Throws TierlineError `invalid_api_key`. */
export type Authenticate = (headers: IncomingHttpHeaders) => string;

/** With no keys every caller is the tenant `default`; the configuration allows that on loopback only. */
export function createAuthenticate(keys: readonly ClientKey[]): Authenticate {
  if (keys.length === 0) return () => 'default';
  const tenants = new Map(keys.map(({ key, tenant }) => [digest(key), tenant]));
  /** Keys that have been recognised before: never more than there are keys. */
  const known = new Map<string, string>();
  return (headers) => {
    const key = clientKey(headers);
    if (key === null)
      throw new TierlineError(
        'invalid_api_key',
        'No API key. Send it as a Bearer token, in x-api-key or in x-goog-api-key.',
      );
    let tenant = known.get(key);
    if (tenant !== undefined) return tenant;
    tenant = tenants.get(digest(key));
    if (tenant === undefined) throw new TierlineError('invalid_api_key', 'The API key is not known here.');
    known.set(key, tenant);
    return tenant;
  };
}

/** OpenAI clients send a Bearer token, Anthropic's either, Google's `x-goog-api-key`, Azure's `api-key`. */
function clientKey(headers: IncomingHttpHeaders): string | null {
  const bearer = headers.authorization;
  if (bearer !== undefined && /^bearer /i.test(bearer)) return bearer.slice(7).trim();
  for (const name of ['x-api-key', 'x-goog-api-key', 'api-key']) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}

function digest(key: string): string {
  return hash('sha256', key, 'base64');
}
