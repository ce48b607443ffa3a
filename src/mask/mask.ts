// Takes secrets and personal data out of texts before they are kept: each value becomes a placeholder, `<email-1>`, the same for the
// same value, so that a sample keeps its meaning. It finds what has a form; what has none, such as a name, it must not claim to find.
import { isObject, type Json } from '../call/json.ts';
import { type Finder, findAll } from './finder.ts';
import { personalFinders } from './personal.ts';
import { secretFinders, secretUnder } from './secrets.ts';

/** How many values of each kind were replaced, every occurrence counted. */
export type FoundCounts = Record<string, number>;

/** Secrets first: a password may look like an address. */
const FINDERS: readonly Finder[] = [...secretFinders, ...personalFinders];
const KINDS = [...new Set(FINDERS.map(({ kind }) => kind))];
const PLACEHOLDER = new RegExp(`<(${KINDS.join('|')})-(\\d{1,6})>`, 'g');

/** What is taken out may leave its neighbour standing free, and found: looked at again, but not for ever. */
const MOST_PASSES = 8;
/** A shorter value is replaced where it was found, not wherever its letters occur. */
const SHORTEST_REPEATED = 8;
/** Values that are looked for in the whole text; time would be quadratic with all of many. */
const MOST_REPEATED = 500;

/** A text without its secrets and personal data, in time linear in its length. Masking twice is masking once. */
export function maskText(text: string): { text: string; found: FoundCounts } {
  const { value, found } = maskJson(text);
  return { text: value, found };
}

/** The same for all strings of a JSON value, one numbering for all of them. Keys stay; they tell what their values are. */
export function maskJson<T extends Json>(value: T): { value: T; found: FoundCounts } {
  const names = createNames(value);
  let masked: Json = value;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const before = names.replaced();
    masked = mapStrings(masked, (text, key) => maskOnce(text, key, names));
    if (names.replaced() === before) break;
    masked = mapStrings(masked, (text) => maskRepeated(text, names));
  }
  return { value: masked as T, found: names.found };
}

interface Names {
  found: FoundCounts;
  /** The placeholder of a value. */
  nameOf: (kind: string, value: string) => string;
  replaced: () => number;
  /** Values to look for wherever they stand, the longest first. */
  repeatable: () => [value: string, kind: string][];
}

/** Numbers go on behind those of placeholders that are there already. */
function createNames(value: Json): Names {
  const highest = new Map<string, number>();
  mapStrings(value, (text) => {
    for (const [, kind = '', number] of text.matchAll(PLACEHOLDER))
      highest.set(kind, Math.max(highest.get(kind) ?? 0, Number(number)));
    return text;
  });
  const names = new Map<string, string>();
  const kindOf = new Map<string, string>();
  const found: FoundCounts = {};
  let replaced = 0;
  return {
    found,
    replaced: () => replaced,
    nameOf: (kind, value) => {
      replaced++;
      found[kind] = (found[kind] ?? 0) + 1;
      const id = `${kind} ${plainOf(kind, value)}`;
      const known = names.get(id);
      if (known !== undefined) return known;
      const number = (highest.get(kind) ?? 0) + 1;
      highest.set(kind, number);
      names.set(id, `<${kind}-${number}>`);
      if (isRepeatable(value) && kindOf.size < MOST_REPEATED) kindOf.set(value, kind);
      return `<${kind}-${number}>`;
    },
    repeatable: () => [...kindOf].sort(([one], [other]) => other.length - one.length),
  };
}

/** A plain word stays where it only occurs: it was a password in its place. */
function isRepeatable(value: string): boolean {
  return value.length >= SHORTEST_REPEATED && /[^\p{L}]/u.test(value);
}

/** What two spellings of one number or address have in common. */
function plainOf(kind: string, value: string): string {
  if (kind === 'email') return value.toLowerCase();
  return ['iban', 'card', 'ssn', 'phone'].includes(kind) ? value.replaceAll(/[^A-Za-z0-9+]/g, '') : value;
}

function maskOnce(text: string, key: string | null, names: Names): string {
  const kind = key === null ? null : secretUnder(key, text);
  if (kind !== null) return names.nameOf(kind, text);
  return FINDERS.reduce((rest, finder) => replaceFound(rest, finder, names), text);
}

function replaceFound(text: string, finder: Finder, names: Names): string {
  let masked = '';
  let end = 0;
  for (const { start, value } of findAll(finder, text)) {
    masked += text.slice(end, start) + names.nameOf(finder.kind, value);
    end = start + value.length;
  }
  return end === 0 ? text : masked + text.slice(end);
}

/** What was found once is taken out wherever it stands, but not out of placeholders. */
function maskRepeated(text: string, names: Names): string {
  return names.repeatable().reduce((rest, [value, kind]) => {
    if (!rest.includes(value)) return rest;
    return rest.replaceAll(value, () => names.nameOf(kind, value));
  }, text);
}

function mapStrings(
  value: Json,
  change: (text: string, key: string | null) => string,
  key: string | null = null,
): Json {
  if (typeof value === 'string') return change(value, key);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      member === undefined ? member : mapStrings(member, change, name),
    ]),
  );
}
