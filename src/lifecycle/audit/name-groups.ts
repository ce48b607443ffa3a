// Gives every group a name that a configuration takes: what the application calls its task, else the commonest hint of the log, else telling
// words of the instructions. The same groups get the same names in every run.
import type { AuditGroup } from './audit-group.ts';
import type { Unnamed } from './describe-group.ts';
import type { FoundGroup } from './group-log.ts';
import { personalKinds } from './personal-data.ts';
import { nameOf, titleOf, toTaskName } from './template.ts';

/** First messages are somebody's own words until several people use the same ones. */
const SHARED = 3;
/** Ids of users, sessions and requests are no names of tasks. */
const IDENTIFIER = /@|\d{5,}|[\da-f]{12,}|^(?:user|session|org|team|tenant|customer|env|version|release)[:=_-]/i;

export function nameGroups(found: readonly FoundGroup[], describe: (group: FoundGroup) => Unnamed): AuditGroup[] {
  const taken = new Set<string>();
  // Names that the application gave go before those that are made up.
  const named = new Map<FoundGroup, Named>();
  for (const group of found.toSorted((one, other) => Number(other.task !== null) - Number(one.task !== null)))
    named.set(group, distinct(nameFor(group), taken));
  return found.map((group) => {
    const { name, namedBy } = named.get(group) as Named;
    return { name, namedBy, title: titleFor(group), ...describe(group) };
  });
}

type Named = Pick<AuditGroup, 'name' | 'namedBy'>;

function nameFor(group: FoundGroup): Named {
  const told = group.task === null ? null : toTaskName(group.task);
  if (told !== null) return { name: told, namedBy: 'task' };
  if (group.kind === 'embedding') return { name: 'embeddings', namedBy: 'nobody' };
  const hint = hintOf(group);
  if (hint !== null) return { name: hint, namedBy: 'hint' };
  const words = isShared(group) && group.template !== null ? nameOf(group.template.replace(/^ask: /, '')) : null;
  return words === null ? { name: 'unnamed', namedBy: 'nobody' } : { name: words, namedBy: 'template' };
}

/** A hint that most of the calls have: of several the first that is no identifier. */
function hintOf({ tally }: FoundGroup): string | null {
  for (const [hint, times] of tally.hints.list() ?? []) {
    if (times < tally.calls / 2) return null;
    const name = IDENTIFIER.test(hint) || personalKinds(hint).length > 0 ? null : toTaskName(hint);
    if (name !== null) return name;
  }
  return null;
}

function titleFor(group: FoundGroup): string | null {
  if (group.template === null || !isShared(group)) return null;
  const title = titleOf(group.template.replace(/^ask: /, ''));
  return title === '' || personalKinds(title).length > 0 ? null : title;
}

/** Instructions are the application's; a first message has to have come several times. */
function isShared({ template, tally }: FoundGroup): boolean {
  return template !== null && (!template.startsWith('ask: ') || tally.calls >= SHARED);
}

function distinct({ name, namedBy }: Named, taken: Set<string>): Named {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}-${count}`;
  taken.add(free);
  return { name: free, namedBy };
}
