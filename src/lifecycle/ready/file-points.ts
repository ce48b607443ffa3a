// Points about a configuration as a whole: who may call, where rows go, where secrets stand, who hears of trouble.
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Config } from '../../config/config.ts';
import { isLoopback } from '../../config/resolve.ts';
import { missing, ok, type Point } from './point.ts';

/** `text`: of the configuration's file; null when there is none. */
export function filePoints(config: Config, text: string | null): Point[] {
  return [keyPoint(config), ledgerPoint(config), secretPoint(config, text)];
}

function keyPoint({ server, keys }: Config): Point {
  if (keys.length > 0) return ok('keys', `${keys.length} client ${keys.length === 1 ? 'key' : 'keys'}`);
  if (isLoopback(server.host)) return ok('keys', `no keys, and only this machine reaches ${server.host}`);
  return missing('keys', `anybody who reaches ${server.host} may call`, 'keys');
}

function ledgerPoint({ ledger, file }: Config): Point {
  if (ledger.path === ':memory:') return missing('ledger', 'the ledger keeps nothing', 'ledger.path');
  const place = nearestThatIs(ledger.path);
  try {
    accessSync(place, constants.W_OK);
    return ok('ledger', `rows can be written to ${file === null ? ledger.path : relative(dirname(file), ledger.path)}`);
  } catch {
    return missing('ledger', `nothing can be written to ${place}`, 'ledger.path');
  }
}

/** Folders that are missing are made when the gateway starts. */
function nearestThatIs(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestThatIs(dirname(path));
}

function secretPoint(config: Config, text: string | null): Point {
  if (text === null) return ok('secrets', 'keys are from the environment');
  const inline = secretsOf(config).filter(({ secret }) => secret.length >= 4 && text.includes(secret));
  if (inline.length === 0) return ok('secrets', 'no key stands in the file');
  const [first] = inline;
  const where = inline.map(({ at }) => at).join(', ');
  return missing('secrets', `written in the file itself: ${where}`, `${first?.at}: \${A_NAME_OF_THE_ENVIRONMENT}`);
}

function secretsOf({ providers, keys }: Config): { at: string; secret: string }[] {
  const ofProviders = [...providers.values()].flatMap((provider) => {
    const at = `providers.${provider.name}.api_key`;
    if (provider.kind === 'http') return provider.apiKey === null ? [] : [{ at, secret: provider.apiKey }];
    return provider.kind === 'package' ? provider.secrets.map((secret) => ({ at, secret })) : [];
  });
  return [
    ...ofProviders,
    ...keys.map(({ key, name }, index) => ({ at: name === null ? `keys[${index}]` : `keys.${name}`, secret: key })),
  ];
}
