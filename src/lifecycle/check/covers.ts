// Whether one match rule holds for every request that another holds for, as far as their conditions tell. Says yes only
// when it is certain.
import type { MatchRule, WhenRule } from '../../config/config.ts';

type Values = ReadonlyMap<string, readonly string[]>;

const ALWAYS: MatchRule = { headers: new Map(), metadata: new Map(), models: [], paths: [], when: null };

/** Null holds always. */
export function covers(outer: MatchRule | null, inner: MatchRule | null): boolean {
  const wide = outer ?? ALWAYS;
  const narrow = inner ?? ALWAYS;
  return (
    coversValues(wide.headers, narrow.headers) &&
    coversValues(wide.metadata, narrow.metadata) &&
    coversList(wide.models, narrow.models, matchesPattern) &&
    coversList(wide.paths, narrow.paths, matchesPath) &&
    coversWhen(wide.when, narrow.when)
  );
}

function coversValues(wide: Values, narrow: Values): boolean {
  return [...wide].every(([name, values]) => narrow.get(name)?.every((value) => values.includes(value)) === true);
}

/** An empty list is no condition. */
function coversList<Item>(
  wide: readonly Item[],
  narrow: readonly Item[],
  isWithin: (inner: Item, outer: Item) => boolean,
): boolean {
  if (wide.length === 0) return true;
  return narrow.length > 0 && narrow.every((inner) => wide.some((outer) => inner === outer || isWithin(inner, outer)));
}

/** `code-*` takes in `code-review` and `code-x-*`. */
function matchesPattern(inner: string, outer: string): boolean {
  const parts = outer.split('*');
  if (parts.length === 1) return false;
  const [start = '', ...rest] = parts;
  const end = rest.at(-1) ?? '';
  return (
    rest.length === 1 && inner.length >= start.length + end.length && inner.startsWith(start) && inner.endsWith(end)
  );
}

function matchesPath(inner: string, outer: string): boolean {
  return outer.includes('*') ? matchesPattern(inner, outer) : !inner.includes('*') && inner.startsWith(outer);
}

function coversWhen(wide: WhenRule | null, narrow: WhenRule | null): boolean {
  if (wide === null) return true;
  const is = (key: keyof WhenRule): boolean => wide[key] === null || wide[key] === (narrow?.[key] ?? null);
  const flags = ['hasTools', 'hasImages', 'hasSchema', 'hasCode', 'hasTables', 'hasMath', 'stream'] as const;
  return (
    flags.every(is) &&
    (wide.minInputTokens === null || (narrow?.minInputTokens ?? -1) >= wide.minInputTokens) &&
    (wide.maxInputTokens === null || (narrow?.maxInputTokens ?? Number.POSITIVE_INFINITY) <= wide.maxInputTokens) &&
    coversList(wide.languages, narrow?.languages ?? [], () => false) &&
    coversList(wide.tenants, narrow?.tenants ?? [], () => false) &&
    coversList(wide.contains, narrow?.contains ?? [], (inner, outer) => inner.includes(outer)) &&
    (wide.matches === null || wide.matches.source === narrow?.matches?.source) &&
    (wide.time === null || JSON.stringify(wide.time) === JSON.stringify(narrow?.time ?? null))
  );
}
