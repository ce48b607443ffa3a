// What can be told of tasks without asking anybody: some can be judged again from their answers, of others there is only the profile.
import { existsSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { artifactsFolder, placesOf } from '../places.ts';
import type { Profile } from './profile.ts';
import { keptProfiles } from './profile-files.ts';

export interface OfflineTasks {
  /** Tasks with samples and answers. */
  judged: string[];
  /** Profiles of the others, as they were made. */
  kept: Profile[];
}

/**
 * Of the named tasks, else of all of which there is something. A profile is never made of no answers: it would replace what is known.
 * Throws Error for a named task of which there is nothing, and when there is nothing at all.
 */
export function offlineTasks(
  config: Pick<Config, 'file' | 'tasks'>,
  { tasks, folder = artifactsFolder(config) }: { tasks: readonly string[]; folder?: string | undefined },
): OfflineTasks {
  const byTask = new Map(keptProfiles(folder).map((profile) => [profile.task, profile]));
  const names = tasks.length > 0 ? tasks : new Set([...config.tasks.keys(), ...byTask.keys()]);
  const found: OfflineTasks = { judged: [], kept: [] };
  for (const name of names) {
    const { samples, answers, profile: path } = placesOf(folder, name);
    const profile = byTask.get(name);
    if (config.tasks.has(name) && existsSync(samples) && existsSync(answers)) found.judged.push(name);
    else if (profile !== undefined) found.kept.push(profile);
    else if (tasks.length > 0)
      throw new Error(`Of ${name} there are neither answers nor a profile (${path}): measure it without --offline.`);
  }
  if (found.judged.length + found.kept.length === 0)
    throw new Error(`There are neither answers nor profiles in ${folder}: measure tasks without --offline.`);
  return found;
}
