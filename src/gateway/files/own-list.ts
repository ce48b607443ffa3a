// A list of files or batches as one tenant sees it. The provider lists those of everybody behind its key: its pages are read
// until there is one page of the tenant's own, and nothing tells how many others there are.
import { TierlineError } from '../../call/errors.ts';
import { isObject, type JsonObject } from '../../call/json.ts';

export interface OwnList {
  /** The client's query. */
  query: string;
  isAnthropic: boolean;
  /** How many a client gets that does not say. */
  usualLimit: number;
  /** Ids of everything the tenant has at this provider. */
  own: ReadonlySet<string>;
  /** One page of the provider's list; null when it answered with an error. */
  fetch: (query: string) => Promise<JsonObject | null>;
}

/** How many are asked for at a time: the most that OpenAI allows. */
const PAGE = 100;
/** Beyond that many pages the rest is left for the next request. */
const MAX_PAGES = 100;
/** Query fields that are handed on; those of a cursor are ours to set. */
const HANDED_ON = ['order', 'purpose', 'beta', 'scope_id', 'page', 'ids', 'ids[]'];

/**
 * The page; null when the provider answered with an error.
 * Throws TierlineError `invalid_request` for a limit that is none, `not_found` for a cursor that is not the tenant's.
 */
export async function listOwn(list: OwnList): Promise<JsonObject | null> {
  const asked = new URLSearchParams(list.query);
  const limit = limitOf(asked, list.usualLimit);
  const names = list.isAnthropic ? { after: 'after_id', before: 'before_id' } : { after: 'after', before: 'before' };
  for (const name of Object.values(names)) requireOwn(asked.get(name), name, list);
  if (list.own.size === 0) return toPage(list.isAnthropic ? {} : { object: 'list' }, [], { limit, hasMore: false });
  const handed = new URLSearchParams([...asked].filter(([name]) => HANDED_ON.includes(name)));
  const before = asked.get(names.before);
  if (before !== null) handed.set(names.before, before);
  // Where pages have names of their own, or go backwards, one is as good as the other.
  const isOnePage = before !== null || ['page', 'ids', 'ids[]'].some((name) => asked.has(name));
  if (!asked.has('ids') && !asked.has('ids[]'))
    handed.set('limit', String(isOnePage || list.isAnthropic ? limit : PAGE));
  return gather(list, { handed, after: names.after, cursor: asked.get(names.after), limit, isOnePage });
}

interface Gathering {
  handed: URLSearchParams;
  after: string;
  cursor: string | null;
  limit: number;
  isOnePage: boolean;
}

async function gather(
  list: OwnList,
  { handed, after, cursor: from, limit, isOnePage }: Gathering,
): Promise<JsonObject | null> {
  const own: JsonObject[] = [];
  let first: JsonObject | null = null;
  let cursor = from;
  let hasMore = true;
  for (let pages = 0; hasMore && own.length <= limit && pages < MAX_PAGES; pages++) {
    if (cursor !== null) handed.set(after, cursor);
    const page = await list.fetch(handed.toString());
    if (page === null) return null;
    first ??= page;
    const items = itemsOf(page);
    own.push(...items.filter((item) => list.own.has(idOf(item) ?? '')));
    cursor = idOf(items.at(-1));
    hasMore = page['has_more'] === true && cursor !== null && own.length < list.own.size;
    if (isOnePage || 'next_page' in page) break;
  }
  return toPage(first ?? {}, own, { limit, hasMore });
}

function toPage(
  first: JsonObject,
  own: readonly JsonObject[],
  { limit, hasMore }: { limit: number; hasMore: boolean },
): JsonObject {
  const isNamed = 'next_page' in first;
  const data = isNamed ? [...own] : own.slice(0, limit);
  const page: JsonObject = { ...first, data };
  const ends = { first_id: idOf(data[0]), last_id: idOf(data.at(-1)) };
  if (isNamed) return 'first_id' in first || 'last_id' in first ? { ...page, ...ends } : page;
  return {
    ...page,
    ...ends,
    has_more: own.length > limit || (hasMore && data.length > 0),
  };
}

function itemsOf({ data }: JsonObject): JsonObject[] {
  return Array.isArray(data) ? data.filter(isObject) : [];
}

function idOf(item: JsonObject | undefined): string | null {
  return typeof item?.id === 'string' ? item.id : null;
}

function requireOwn(id: string | null, name: string, { own }: OwnList): void {
  if (id === null || own.has(id)) return;
  throw new TierlineError('not_found', `There is no object ${JSON.stringify(id.slice(0, 100))} here.`, { param: name });
}

function limitOf(asked: URLSearchParams, usual: number): number {
  const limit = Number(asked.get('limit') ?? usual);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit;
  throw new TierlineError('invalid_request', 'limit must be a whole number from 1 to 10000.', { param: 'limit' });
}
