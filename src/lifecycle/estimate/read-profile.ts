// Reads the profile of a task as it is kept beside the configuration, strictly: a file that is not one is refused with what is
// wrong in it, never half used.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseProfile as parseProfileText } from '../../evidence/profile-schema.ts';
import type { Profile } from '../profile/profile.ts';

/** Where the profile of a task is kept, beside the configuration at `configPath`. */
export function profilePath(configPath: string, task: string): string {
  return join(dirname(configPath), 'tierline', 'profile', `${task}.json`);
}

/** Null when the task has none. Throws a sentence for a file that is no profile of this task. */
export function readProfile(configPath: string, task: string): Profile | null {
  const path = profilePath(configPath, task);
  if (!existsSync(path)) return null;
  const profile = parseProfile(readFileSync(path, 'utf8'), path);
  if (profile.task !== task) throw new Error(`${path} is the profile of the task "${profile.task}", not of "${task}".`);
  return profile;
}

/** Throws a sentence that begins with `path` for a text that is no profile. */
export function parseProfile(text: string, path: string): Profile {
  try {
    return parseProfileText(text);
  } catch (error) {
    throw new Error(`${path} ${(error as Error).message}. Make it again with \`tierline profile\`, or remove it.`, {
      cause: error,
    });
  }
}
