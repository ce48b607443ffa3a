// Puts a profile into its file. It never replaces what is known by less: a part of the samples, or nothing at all.

import { replaceFile } from '../../config/replace-file.ts';
import { readProfile } from '../estimate/read-profile.ts';
import type { Profile } from './profile.ts';

/** A profile that stays because a run has found out less. */
export interface KeptProfile {
  task: string;
  /** When it was made, ISO 8601. */
  madeAt: string;
  /** Answers that this run judged, and that the profile rests on, of the model with the fewest. */
  judged: number;
  of: number;
}

/** Null when it was written. `isOffline`: nobody could be asked, so fewer answers are fewer whatever the samples are now. */
export function writeProfile(
  profile: Profile,
  { path, isOffline }: { path: string; isOffline: boolean },
): KeptProfile | null {
  const known = readKnown(path, profile.task);
  const less = known === null ? null : lessThan(known, profile, isOffline);
  if (known !== null && less !== null) return { task: profile.task, madeAt: known.madeAt, ...less };
  replaceFile(path, `${JSON.stringify(profile, null, 2)}\n`);
  return null;
}

/** What is no profile is worth nothing, and replaced. */
function readKnown(path: string, task: string): Profile | null {
  try {
    return readProfile(path, task);
  } catch {
    return null;
  }
}

/** Of the models that are still the same; null where the new one knows as much of each. */
function lessThan(known: Profile, profile: Profile, isOffline: boolean): Pick<KeptProfile, 'judged' | 'of'> | null {
  const before = judgedOf(known);
  const now = judgedOf(profile);
  const most = Math.max(0, ...before.values());
  if (most > 0 && Math.max(0, ...now.values()) === 0) return { judged: 0, of: most };
  if (!isOffline && known.samples.digest !== profile.samples.digest) return null;
  const fewer = [...now].flatMap(([model, judged]) => {
    const of = before.get(model) ?? 0;
    return judged < of ? [{ judged, of }] : [];
  });
  return fewer.toSorted((one, other) => one.judged - other.judged)[0] ?? null;
}

function judgedOf({ models }: Profile): Map<string, number> {
  return new Map(models.map(({ model, upstream, judged }) => [JSON.stringify([model, upstream.toSorted()]), judged]));
}
