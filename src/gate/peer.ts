// Packages that only some gates need and that the user installs beside Tierline: parsers and language detection are too
// big to be everybody's.
import { createRequire } from 'node:module';
import path from 'node:path';

/** What stands in the way of a gate, for the person who wrote the configuration. */
export class GateProblem extends Error {
  readonly hint: string | null;

  constructor(message: string, { hint = null, cause }: { hint?: string | null; cause?: unknown } = {}) {
    super(message, { cause });
    this.name = 'GateProblem';
    this.hint = hint;
  }
}

/** A package from the folder's `node_modules` or those above it, else from Tierline's own. Throws GateProblem. */
export function loadPeer(name: string, folder: string): unknown {
  const file = resolvePeer(name, folder);
  try {
    return createRequire(file)(file);
  } catch (cause) {
    throw new GateProblem(`the package ${name} cannot be loaded: ${(cause as Error).message}`, { cause });
  }
}

/** The file that `loadPeer` would load, without loading it. Throws GateProblem. */
export function resolvePeer(name: string, folder: string): string {
  for (const place of [path.join(folder, 'package.json'), import.meta.url]) {
    try {
      return createRequire(place).resolve(name);
    } catch {
      // Not there: the next place may have it.
    }
  }
  throw new GateProblem(`needs the package ${name}, which is not installed`, { hint: `Run: npm install ${name}` });
}
