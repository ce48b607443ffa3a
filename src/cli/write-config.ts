// Puts an edited configuration in its place, unless it is no longer the text that was edited.
import { readFileSync } from 'node:fs';
import { replaceFile } from '../config/replace-file.ts';

/** Throws Error when somebody has changed the file meanwhile. */
export function writeConfig(file: string, { before, after }: { before: string; after: string }): void {
  if (readFileSync(file, 'utf8') !== before) throw new Error(`${file} was changed meanwhile; nothing was written.`);
  replaceFile(file, after);
}
