// Where a configuration's artifacts are kept: files for review and for git, in the folder `tierline` beside it.
import { join } from 'node:path';
import { profilesIn } from '../evidence/folder.ts';

export { artifactsFolder } from '../evidence/folder.ts';

export interface TaskPlaces {
  samples: string;
  answers: string;
  profile: string;
  /** The held-out set. */
  heldOut: string;
  /** Folder of its evaluations, one file for each. */
  evaluations: string;
  judges: string;
  /** What routers are trained on. */
  rows: string;
}

/** The files of one task. A task's name has no slash, so it is a file's name too. */
export function placesOf(folder: string, task: string): TaskPlaces {
  const name = task.replaceAll(':', '_');
  return {
    samples: join(folder, 'samples', `${name}.jsonl`),
    answers: join(folder, 'answers', `${name}.jsonl`),
    profile: join(profilesIn(folder), `${name}.json`),
    heldOut: join(folder, 'evaluation', `${name}.jsonl`),
    evaluations: join(folder, 'evaluations', name),
    judges: join(folder, 'judges', `${name}.json`),
    rows: join(folder, 'rows', `${name}.jsonl`),
  };
}
