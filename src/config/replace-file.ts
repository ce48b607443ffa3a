// Puts a new content in a file's place, whole or not at all: who reads meanwhile reads the old one.
import { chmodSync, existsSync, mkdirSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Folders are made as needed. A file that is there keeps its mode, and a link to it stays one; what is no file, such as a pipe, is written to.
 * Throws what the file system does.
 */
export function replaceFile(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const target = existsSync(path) ? realpathSync(path) : path;
  if (existsSync(target) && !statSync(target).isFile()) return writeFileSync(target, content);
  const draft = `${target}.draft`;
  writeFileSync(draft, content);
  if (existsSync(target)) chmodSync(draft, statSync(target).mode);
  renameSync(draft, target);
}
