// Finds the profiles that are kept beside a configuration. Reading one is strict: what is damaged is told, never half used.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseProfile } from '../estimate/read-profile.ts';
import type { Profile } from './profile.ts';

/** All that are in a folder of artifacts, in the order of their files. Throws a sentence for a file that is no profile. */
export function keptProfiles(folder: string): Profile[] {
  const where = join(folder, 'profile');
  if (!existsSync(where)) return [];
  return readdirSync(where)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => join(where, name))
    .map((path) => parseProfile(readFileSync(path, 'utf8'), path));
}
