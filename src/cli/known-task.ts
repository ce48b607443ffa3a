// What commands are told of tasks and people.
import { userInfo } from 'node:os';
import type { LedgerOption } from './ledger-option.ts';

/** The task of this name; where a ledger is named, nobody can tell whether there is one. Throws a sentence with the nearest name. */
export async function findTask(name: string, options: LedgerOption): Promise<string> {
  if (options.ledger !== undefined) return name;
  const [{ findConfig }, { nearest }] = await Promise.all([import('./find-config.ts'), import('../config/nearest.ts')]);
  const known = [...findConfig(options.config).config.tasks.keys()];
  if (known.includes(name)) return name;
  const near = nearest(name, known);
  throw new Error(
    `There is no task "${name}". ${near === null ? `Tasks: ${known.join(', ') || 'none'}.` : `Did you mean "${near}"?`}`,
  );
}

/** Who runs the command. */
export function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
