// A log audit as what goes into the register.

import { entryOfGroup, tierOfEntry } from './entry.ts';
import type { Ladder } from './ladder.ts';
import type { Found } from './merge-register.ts';
import type { LogAudit } from './read-log.ts';
import type { Entry, Register, RegisterSource } from './register.ts';

/** Groups of fewer calls are told, but not registered: they are somebody trying something out. */
const LEAST_CALLS = 2;

/** `before`: what stands there already, whose consequences decide about tiers. */
export function foundInLog(
  audit: LogAudit,
  { ladder, before, at }: { ladder: Ladder; before: Register | null; at: string },
): Found {
  const byPrint = new Map(
    Object.values(before?.tasks ?? {}).flatMap((entry): [string, Entry][] =>
      entry.evidence?.log === undefined ? [] : [[entry.evidence.log.fingerprint, entry]],
    ),
  );
  const entries = new Map<string, Entry>();
  for (const group of audit.groups) {
    if (group.calls < LEAST_CALLS && audit.groups.length > 1 && group.namedBy !== 'task') continue;
    const entry = entryOfGroup(group);
    const consequence = (byPrint.get(group.fingerprint) ?? before?.tasks[group.name])?.consequence;
    const first =
      group.tier === null || consequence === undefined ? null : tierOfEntry({ ...entry, consequence }, ladder);
    entries.set(group.name, first === null ? entry : { ...entry, ...first });
  }
  const { fromMs, toMs } = audit.span;
  return {
    entries,
    at,
    sources: audit.files.map(toSource),
    calls: audit.groups.reduce((sum, { calls }) => sum + calls, 0),
    spendUsd: Math.round(audit.groups.reduce((sum, { spendNanoUsd }) => sum + spendNanoUsd, 0) / 1e5) / 1e4,
    ...(fromMs === null || toMs === null ? {} : { span: spanOf(fromMs, toMs) }),
  };
}

function spanOf(fromMs: number, toMs: number): Register['made']['span'] {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return { from: iso(fromMs), to: iso(toMs), days: Math.round((toMs - fromMs) / 864_000) / 100 };
}

function toSource({ path, digest, formats, calls, unreadable }: LogAudit['files'][number]): RegisterSource {
  return {
    source: path,
    ...(digest === null ? {} : { digest }),
    format: formats.join(', ') || 'unknown',
    calls,
    ...(unreadable > 0 ? { unreadable } : {}),
  };
}
