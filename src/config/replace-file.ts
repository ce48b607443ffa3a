// Puts a new content in a file's place, whole or not at all: who reads meanwhile reads the old one.
import { chmodSync, existsSync, mkdirSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Folders are made as needed. A file that is there keeps its mode, and a link to it stays one; what is no file, such as a pipe, is written to.
 * `newMode`: of a file that was not there. Throws what the file system does.
 */
export function replaceFile(path: string, content: string | Uint8Array, newMode = 0o666): void {
  mkdirSync(dirname(path), { recursive: true });
  const target = existsSync(path) ? realpathSync(path) : path;
  if (existsSync(target) && !statSync(target).isFile()) return writeFileSync(target, content);
  // Two processes that write the same file must not write the same draft.
  const draft = `${target}.${process.pid}.draft`;
  writeFileSync(draft, content, { mode: newMode });
  if (existsSync(target)) chmodSync(draft, statSync(target).mode);
  renameSync(draft, target);
}
