// Reads the profile of a task as it is kept beside the configuration, strictly: a file that is not one is refused with what is
// wrong in it, never half used.
import { existsSync, readFileSync } from 'node:fs';
import { parseProfile as parseProfileText } from '../../evidence/profile-schema.ts';
import type { Profile } from '../profile/profile.ts';

/** The profile of a task in the file at `path`; null when there is none. Throws a sentence for a file that is no profile of it. */
export function readProfile(path: string, task: string): Profile | null {
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
