// Where a configuration's artifacts are kept: files for review and for git, in the folder `tierline` beside it.
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.ts';

/** The folder beside the configuration; in the working directory when there is no file. */
export function artifactsFolder({ file }: Pick<Config, 'file'>): string {
  return join(file === null ? process.cwd() : dirname(file), 'tierline');
}

export interface TaskPlaces {
  samples: string;
  answers: string;
  profile: string;
  judges: string;
  /** The held-out set. */
  heldOut: string;
  /** Folder of its evaluations, one file for each. */
  evaluations: string;
}

/** The files of one task. A task's name has no slash, so it is a file's name too. */
export function placesOf(folder: string, task: string): TaskPlaces {
  const name = task.replaceAll(':', '_');
  return {
    samples: join(folder, 'samples', `${name}.jsonl`),
    answers: join(folder, 'answers', `${name}.jsonl`),
    profile: join(folder, 'profile', `${name}.json`),
    judges: join(folder, 'judges', `${name}.json`),
    heldOut: join(folder, 'evaluation', `${name}.jsonl`),
    evaluations: join(folder, 'evaluations', name),
  };
}
