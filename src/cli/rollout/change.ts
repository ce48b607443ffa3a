// An edit of the configuration as it is shown, and made only when told: it has to be valid first.

import type { Config } from '../../config/config.ts';
import { parseConfig, readConfigFile } from '../../config/load.ts';
import type { Environment } from '../../config/source.ts';
import { lineDiff } from '../../lifecycle/audit/line-diff.ts';
import { writeConfig } from '../write-config.ts';

export interface Change {
  file: string;
  before: string;
  after: string;
  /** Lines that go and come; empty when nothing changes. */
  diff: readonly string[];
  /** What the configuration then says. */
  config: Config;
}

/** Reads the file and edits it. Throws a sentence for an edit that cannot be made, or that would leave no valid configuration. */
export function planChange(file: string, edit: (text: string) => string, env: Environment = process.env): Change {
  const before = readConfigFile(file);
  const after = edit(before);
  try {
    const diff = lineDiff(before, after);
    // The empty piece after the last line break is no line.
    if (diff.at(-1) === ' ') diff.pop();
    return { file, before, after, diff, config: parseConfig(after, { file, env }) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`With this the configuration would not be valid; nothing was changed.\n${reason}`, { cause });
  }
}

/** Throws Error when somebody has changed the file meanwhile. */
export function makeChange({ file, before, after }: Change): void {
  writeConfig(file, { before, after });
}

/** The edit for a terminal. */
export function showChange({ file, diff }: Change): string {
  return [`${file}:`, ...diff].join('\n');
}
