// What commands are told of tasks and people.
import { userInfo } from 'node:os';
import { nearest } from '../config/nearest.ts';
import type { LedgerOption } from './ledger-option.ts';

/** The task of this name; where a ledger is named, nobody can tell whether there is one. Throws a sentence with the nearest name. */
export async function findTask(name: string, options: LedgerOption): Promise<string> {
  if (options.ledger !== undefined) return name;
  const { findConfig } = await import('./find-config.ts');
  const { tasks } = findConfig(options.config).config;
  if (!tasks.has(name)) throw unknownTask(name, tasks.keys());
  return name;
}

/** What is said of a task that nobody knows. */
export function unknownTask(name: string, known: Iterable<string>): Error {
  const names = [...known];
  const near = nearest(name, names);
  const list = names.slice(0, 12).join(', ') + (names.length > 12 ? ', ...' : '');
  const hint = near !== null ? ` Did you mean ${near}?` : names.length > 0 ? ` There are: ${list}.` : '';
  return new Error(`There is no task ${JSON.stringify(name)}.${hint}`);
}

/** Who runs the command. */
export function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
