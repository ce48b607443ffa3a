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
  const told = group.task === null || personalKinds(group.task).length > 0 ? null : toTaskName(group.task);
  if (told !== null) return { name: told, namedBy: 'task' };
  if (group.kind === 'embedding') return { name: 'embeddings', namedBy: 'nobody' };
  const hint = hintOf(group);
  if (hint !== null) return { name: hint, namedBy: 'hint' };
  const words = isShared(group) && group.template !== null ? nameOf(group.template.replace(/^ask: /, '')) : null;
  return words === null ? { name: 'unnamed', namedBy: 'nobody' } : { name: words, namedBy: 'template' };
}

/** Of the hints that most of the calls have and that are no identifiers, the one that tells the most. */
function hintOf({ tally }: FoundGroup): string | null {
  const hints = new Map<string, { place: number; times: number }>();
  for (const [placed, times] of tally.hints.list() ?? []) {
    const [, place = '', hint = ''] = /^(\d+) ([\s\S]*)$/.exec(placed) ?? [];
    const before = hints.get(hint) ?? { place: Number(place), times: 0 };
    hints.set(hint, { place: Math.min(before.place, Number(place)), times: before.times + times });
  }
  const [best] = [...hints]
    .filter(
      ([hint, { times }]) => times >= tally.calls / 2 && !IDENTIFIER.test(hint) && personalKinds(hint).length === 0,
    )
    .sort(
      ([one, first], [other, second]) =>
        first.place - second.place || second.times - first.times || (one < other ? -1 : 1),
    );
  return best === undefined ? null : toTaskName(best[0]);
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
