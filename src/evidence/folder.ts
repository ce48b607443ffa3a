// Where what was measured is kept: the folder `tierline` beside the configuration.
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.ts';

/** The folder beside the configuration; in the working directory when there is no file. */
export function artifactsFolder({ file }: Pick<Config, 'file'>): string {
  return join(file === null ? process.cwd() : dirname(file), 'tierline');
}

/** The profiles in a folder of artifacts, one file a task. */
export function profilesIn(folder: string): string {
  return join(folder, 'profile');
}
