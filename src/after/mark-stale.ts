// Marks what was measured or learned of a task as out of date, in its own file, so that everybody who reads it is told. It changes nothing else
// of the file, and a new profile or artifact has no such mark.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseObject } from '../call/json.ts';
import type { Config } from '../config/config.ts';
import { replaceFile } from '../config/replace-file.ts';
import { artifactsFolder, profilesIn } from '../evidence/folder.ts';

/** Files that have been marked: the task's profile, and the artifacts of its routes; those that are marked already are left alone. */
export function markStale(config: Config, task: string, stale: { at: string; reason: string }): string[] {
  return filesOf(config, task).filter((file) => markFile(file, stale));
}

function filesOf(config: Config, task: string): string[] {
  const own = config.tasks.get(task);
  const candidate = config.rollouts.get(task)?.candidate;
  const routes = own === undefined ? [] : [own.route, ...own.rules.map(({ route }) => route)];
  const artifacts = [...routes, ...(candidate === undefined ? [] : [candidate])].flatMap(({ predict }) =>
    predict === null ? [] : [predict.file],
  );
  return [...new Set([join(profilesIn(artifactsFolder(config)), `${task}.json`), ...artifacts])];
}

function markFile(file: string, stale: { at: string; reason: string }): boolean {
  if (!existsSync(file)) return false;
  const text = readFileSync(file, 'utf8');
  const json = parseObject(text);
  if (json === null || (json.stale !== undefined && json.stale !== null)) return false;
  // As it was laid out: profiles are made for review, artifacts are one line.
  const isLaidOut = text.trimEnd().includes('\n');
  replaceFile(file, `${JSON.stringify({ ...json, stale }, null, isLaidOut ? 2 : 0)}\n`);
  return true;
}
