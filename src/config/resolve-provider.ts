// Makes a provider of what the file says about it: dialect, address, credential and Azure's two forms. It reports what
// cannot work and never shows a credential.

import type { AuthStyle, HttpDialectName, HttpProviderConfig, ProviderConfig } from './config.ts';
import { nearest } from './nearest.ts';
import type { FileProvider } from './schema.ts';
import { hasCredentials } from './secret.ts';
import type { Environment } from './source.ts';
import { type FileDialect, WELL_KNOWN, type WellKnownProvider } from './well-known.ts';

/** Reports a problem with one key of the provider, or with the provider as a whole (null). */
export type ReportKey = (key: keyof FileProvider | null, message: string, hint?: string) => void;

const AUTH: Readonly<Record<FileDialect, AuthStyle>> = {
  openai: 'bearer',
  anthropic: 'x-api-key',
  gemini: 'x-goog-api-key',
};
/** What a base URL gets when it has no version: people write these addresses as the providers' SDKs take them. */
const VERSION_PATH: Readonly<Record<FileDialect, string>> = { openai: '', anthropic: '/v1', gemini: '/v1beta' };
const PACKAGE_KEYS = new Set<string>(['package', 'options', 'api_key', 'base_url', 'headers', 'private', 'region']);
const SIMULATED_KEYS = new Set<string>(['seed', 'speed', 'error_rates', 'dialect', 'private', 'region']);
const OTHERS_KEYS = new Set<string>(['options', 'seed', 'speed']);
const OUR_HEADERS = new Set(['host', 'content-length', 'content-type', 'transfer-encoding', 'connection', 'accept']);
const CONNECTIONS = 256;

/** The provider, or null when too much is wrong with it to make one. */
export function resolveProvider(
  name: string,
  file: FileProvider,
  { env, report }: { env: Environment; report: ReportKey },
): ProviderConfig | null {
  if (file.package !== undefined) return packageProvider(name, file, report);
  if (/^simulated(-|$)/.test(name)) return simulatedProvider(name, file, report);
  refuseKeys(
    file,
    (key) => OTHERS_KEYS.has(key),
    report,
    (key) => (key === 'options' ? 'goes with `package` only' : 'belongs to a provider named `simulated`'),
  );
  const known = WELL_KNOWN.get(name);
  const dialect = file.dialect ?? known?.dialect;
  if (dialect === undefined) {
    const near = nearest(name, WELL_KNOWN.keys());
    report(
      null,
      'is no provider Tierline knows by name, so it needs a `dialect`: openai, anthropic or gemini',
      near === null ? undefined : `Did you mean "${near}"?`,
    );
    return null;
  }
  return httpProvider(name, file, { dialect, known: known?.dialect === dialect ? known : undefined, env, report });
}

function packageProvider(name: string, file: FileProvider, report: ReportKey): ProviderConfig {
  refuseKeys(
    file,
    (key) => !PACKAGE_KEYS.has(key),
    report,
    () => 'has no meaning beside `package`; what the package takes goes under `options`',
  );
  if (file.base_url !== undefined) checkAddress(file.base_url, report);
  const options = {
    ...(file.api_key === undefined ? {} : { apiKey: file.api_key.trim() }),
    ...(file.base_url === undefined ? {} : { baseURL: file.base_url }),
    ...(file.headers === undefined ? {} : { headers: file.headers }),
    ...file.options,
  };
  const secrets = [file.api_key?.trim(), options.apiKey, ...Object.values(file.headers ?? {})];
  return {
    kind: 'package',
    name,
    package: (file.package ?? '').slice('npm:'.length),
    options,
    secrets: [...new Set(secrets.filter((secret) => typeof secret === 'string' && secret !== ''))] as string[],
    isPrivate: file.private ?? false,
    region: file.region ?? null,
  };
}

function simulatedProvider(name: string, file: FileProvider, report: ReportKey): ProviderConfig {
  refuseKeys(
    file,
    (key) => !SIMULATED_KEYS.has(key),
    report,
    () => 'has no meaning for a simulated provider',
  );
  if (file.dialect === 'gemini') report('dialect', 'the simulated provider speaks openai or anthropic');
  const dialects =
    file.dialect === 'anthropic' ? (['anthropic-messages'] as const) : (['openai-chat', 'openai-embeddings'] as const);
  const { seed = 1, speed = 1, error_rates: errorRates = {} } = file;
  return { kind: 'simulated', name, dialects, seed, speed, errorRates, isPrivate: true, region: file.region ?? null };
}

interface HttpContext {
  dialect: FileDialect;
  /** Present when the name is well known and the dialect is its own. */
  known: WellKnownProvider | undefined;
  env: Environment;
  report: ReportKey;
}

function httpProvider(name: string, file: FileProvider, context: HttpContext): HttpProviderConfig | null {
  const { dialect, known, report } = context;
  const written = file.base_url ?? known?.baseUrl ?? null;
  if (written === null) {
    const example = name === 'azure' ? 'https://YOUR-RESOURCE.openai.azure.com' : 'https://llm.example.com/v1';
    report(null, 'needs a `base_url`', `For example: base_url: ${example}`);
  }
  const url = written === null ? null : checkAddress(written, report);
  checkDialectKeys(file, dialect, report);
  const headers = resolveHeaders(file, report);
  const { apiKey, auth } = resolveCredential(file, url, { ...context, headers });
  if (url === null) return null;
  const isAzure = name === 'azure' || file.api_version !== undefined;
  const address = isAzure && dialect === 'openai' ? azureAddress(url, file) : plainAddress(url, dialect, file);
  return {
    kind: 'http',
    name,
    dialects: spokenBy(dialect, file.responses ?? (known?.hasResponses === true && !address.hasModelInPath)),
    ...address,
    apiKey,
    auth,
    headers,
    isPrivate: file.private ?? false,
    region: file.region ?? null,
    anthropicVersion: file.anthropic_version ?? '2023-06-01',
    anthropicBeta: file.anthropic_beta ?? [],
    connections: file.connections ?? CONNECTIONS,
  };
}

/** OpenAI-compatible servers have embeddings, and say themselves when a model has none; /responses is not everywhere. */
function spokenBy(dialect: FileDialect, responses: boolean | 'only'): HttpProviderConfig['dialects'] {
  switch (dialect) {
    case 'anthropic':
      return ['anthropic-messages'];
    case 'gemini':
      return ['gemini'];
    case 'openai': {
      const others: HttpDialectName[] = ['openai-embeddings'];
      if (responses === 'only') return ['openai-responses', ...others];
      return responses ? ['openai-chat', 'openai-responses', ...others] : ['openai-chat', ...others];
    }
  }
}

type Address = Pick<HttpProviderConfig, 'baseUrl' | 'query' | 'hasModelInPath'>;

function plainAddress(url: URL, dialect: FileDialect, file: FileProvider): Address {
  const base = withoutSlash(url);
  const hasVersion = /\/v\d+[a-z0-9]*$/.test(base);
  return { baseUrl: hasVersion ? base : base + VERSION_PATH[dialect], query: file.query ?? {}, hasModelInPath: false };
}

/** A dated api-version belongs to the form with deployments in the path; without one, or with `preview`, it is /openai/v1. */
function azureAddress(url: URL, file: FileProvider): Address {
  const base = withoutSlash(url).replace(/\/openai(\/v1)?$/, '');
  const version = file.api_version;
  const query = { ...(version === undefined ? {} : { 'api-version': version }), ...file.query };
  const isDated = version !== undefined && /^\d{4}-\d\d-\d\d/.test(version);
  return { baseUrl: isDated ? `${base}/openai` : `${base}/openai/v1`, query, hasModelInPath: isDated };
}

function withoutSlash(url: URL): string {
  return (url.origin + url.pathname).replace(/\/+$/, '');
}

/** The address as a URL, or null when it is none that a gateway may use. */
function checkAddress(address: string, report: ReportKey): URL | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    report('base_url', 'must be an http:// or https:// address');
    return null;
  }
  if (url.username !== '' || url.password !== '') {
    report('base_url', 'must not hold credentials; they belong in `api_key` or `headers`');
    return null;
  }
  if (hasCredentials(address) || url.search !== '' || url.hash !== '') {
    report('base_url', 'must not have a query; it belongs in `query`');
    return null;
  }
  return url;
}

function checkDialectKeys(file: FileProvider, dialect: FileDialect, report: ReportKey): void {
  for (const key of ['anthropic_version', 'anthropic_beta'] as const) {
    if (file[key] !== undefined && dialect !== 'anthropic') report(key, `has no meaning in the ${dialect} dialect`);
  }
  if (file.responses !== undefined && dialect !== 'openai') {
    report('responses', `has no meaning in the ${dialect} dialect`);
  }
  if (file.api_version !== undefined && dialect !== 'openai') {
    report('api_version', 'is for Azure OpenAI, which speaks the openai dialect');
  }
}

function resolveHeaders(file: FileProvider, report: ReportKey): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [given, value] of Object.entries(file.headers ?? {})) {
    const header = given.toLowerCase();
    if (OUR_HEADERS.has(header)) report('headers', `cannot set ${header}, which belongs to the request itself`);
    headers[header] = value;
  }
  return headers;
}

function resolveCredential(
  file: FileProvider,
  url: URL | null,
  { dialect, known, env, report, headers }: HttpContext & { headers: Record<string, string> },
): { apiKey: string | null; auth: AuthStyle } {
  // The usual variable is read only for the provider it belongs to, never for an address of the operator's own.
  const isTheirs = known !== undefined && (known.baseUrl === null || url?.origin === new URL(known.baseUrl).origin);
  const variables = isTheirs ? known.keyVariables : [];
  const usual = variables.map((variable) => env[variable]).find((value) => value !== undefined && value !== '');
  const apiKey = (file.api_key ?? usual)?.trim() ?? null;
  const isAzureHost = url !== null && url.hostname.endsWith('.azure.com');
  const style = file.auth ?? known?.auth ?? (isAzureHost ? 'api-key' : AUTH[dialect]);
  if (apiKey !== null && !/^[\x21-\x7e]+$/.test(apiKey)) {
    const what = apiKey === '' ? 'is empty' : 'holds a space or another character that no key has';
    report(
      file.api_key === undefined ? null : 'api_key',
      file.api_key === undefined ? `the key in ${variables.join(' or ')} ${what}` : what,
    );
  }
  const hasOwnHeader = (style === 'bearer' ? 'authorization' : style) in headers;
  if (apiKey === null && style !== 'none' && !hasOwnHeader) {
    if (file.auth !== undefined) report('auth', 'needs an `api_key`');
    else if (variables.length > 0)
      report(null, 'needs a key', `Set \`api_key\`, or the environment variable ${variables.join(' or ')}.`);
  }
  if (apiKey !== null && hasOwnHeader)
    report('headers', 'sends the credential a second time; keep it in `api_key` or here');
  return { apiKey, auth: apiKey === null ? 'none' : style };
}

function refuseKeys(
  file: FileProvider,
  isRefused: (key: string) => boolean,
  report: ReportKey,
  sentence: (key: string) => string,
): void {
  for (const [key, value] of Object.entries(file)) {
    if (value !== undefined && isRefused(key)) report(key as keyof FileProvider, sentence(key));
  }
}
