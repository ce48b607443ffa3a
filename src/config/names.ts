// What names refer to: the sets of everything that is named in a configuration, and the sentences for what is not.
import { nearest } from './nearest.ts';
import type { Path } from './problem.ts';
import type { Finding } from './source.ts';

export type Report = (finding: Finding) => void;

/** Names as the file has them, those of broken entries included, so that one mistake is not told twice. */
export interface Names {
  providers: ReadonlySet<string>;
  models: ReadonlySet<string>;
  /** Null when the whole section is broken. */
  tasks: ReadonlySet<string> | null;
  /** Null when the list of tiers itself is broken. */
  tiers: ReadonlySet<string> | null;
}

/** The finding for a name that refers to nothing. */
export function unknownName(
  what: string,
  given: string,
  { path, known }: { path: Path; known: Iterable<string> },
): Finding {
  const names = [...new Set(known)];
  const near = nearest(given, names);
  const list = names.slice(0, 12).join(', ') + (names.length > 12 ? ', ...' : '');
  return {
    path,
    at: 'value',
    message: `there is no ${what} "${given}"`,
    hint: near !== null ? `Did you mean "${near}"?` : names.length > 0 ? `There are: ${list}.` : null,
  };
}
