import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { TierlineError } from '../../call/errors.ts';
import type { JsonObject } from '../../call/json.ts';
import { listOwn, type OwnList } from './own-list.ts';

/** A provider's list of everybody's objects. */
function provider(ids: readonly string[]): { fetch: OwnList['fetch']; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    fetch: (query) => {
      asked.push(query);
      const fields = new URLSearchParams(query);
      const after = fields.get('after') ?? fields.get('after_id');
      const from = after === null ? 0 : ids.indexOf(after) + 1;
      const to = from + Number(fields.get('limit'));
      const data = ids.slice(from, to).map((id) => ({ id }));
      return Promise.resolve({ object: 'list', data, has_more: to < ids.length, first_id: 'x', last_id: 'y', more: 1 });
    },
  };
}

const list = (own: string[], fetch: OwnList['fetch'], changes: Partial<OwnList> = {}): Promise<JsonObject | null> =>
  listOwn({ query: '', isAnthropic: false, usualLimit: 20, own: new Set(own), fetch, ...changes });

const idsOf = (page: JsonObject | null): string[] => ((page?.['data'] ?? []) as { id: string }[]).map(({ id }) => id);

function refused(code: string) {
  return (error: unknown) => error instanceof TierlineError && error.code === code;
}

describe('a list', () => {
  test('shows what is the tenant’s, in the provider’s order, with the rest as the provider says it', async () => {
    const { fetch } = provider(['a', 'b', 'c', 'd']);
    assert.deepEqual(await list(['d', 'b'], fetch), {
      object: 'list',
      data: [{ id: 'b' }, { id: 'd' }],
      has_more: false,
      first_id: 'b',
      last_id: 'd',
      more: 1,
    });
  });

  test('of a tenant without anything is empty without asking', async () => {
    const { fetch, asked } = provider(['a']);
    const empty = { data: [], first_id: null, last_id: null, has_more: false };
    assert.deepEqual(await list([], fetch), { object: 'list', ...empty });
    assert.deepEqual(await list([], fetch, { isAnthropic: true }), empty);
    assert.deepEqual(asked, []);
  });

  test('reads on over the pages of others until its own page is full', async () => {
    const others = Array.from({ length: 250 }, (_, n) => `o${n}`);
    const { fetch, asked } = provider([...others, 'a', 'b', 'c']);
    const page = await list(['a', 'b', 'c'], fetch, { query: 'limit=2' });
    assert.deepEqual([idsOf(page), page?.['has_more']], [['a', 'b'], true]);
    assert.equal(asked.length, 3);
  });

  test('stops when everything that is the tenant’s has been seen', async () => {
    const { fetch, asked } = provider(['a', ...Array.from({ length: 500 }, (_, n) => `o${n}`)]);
    const page = await list(['a'], fetch);
    assert.deepEqual([idsOf(page), page?.['has_more'], asked.length], [['a'], false, 1]);
  });

  test('hands on what filters and orders, and no cursor but its own', async () => {
    const { fetch, asked } = provider(['a', 'b']);
    await list(['a', 'b'], fetch, { query: 'purpose=batch&order=asc&after=a&api-version=9&limit=1' });
    assert.deepEqual(asked, ['purpose=batch&order=asc&limit=100&after=a']);
    const anthropic = provider(['a', 'b']);
    await list(['a', 'b'], anthropic.fetch, { query: 'after_id=a&limit=7&beta=true', isAnthropic: true });
    assert.deepEqual(anthropic.asked, ['beta=true&limit=7&after_id=a']);
  });

  test('goes backwards by one page', async () => {
    const { fetch, asked } = provider(['a', 'b', 'c']);
    const page = await list(['a', 'c'], fetch, { query: 'before_id=c&limit=2', isAnthropic: true });
    assert.deepEqual([idsOf(page), asked], [['a'], ['before_id=c&limit=2']]);
  });

  test('with pages that have names shows one, and hands the next name on', async () => {
    const page = await list(['b'], () => Promise.resolve({ data: [{ id: 'a' }, { id: 'b' }], next_page: 'p2' }));
    assert.deepEqual(page, { data: [{ id: 'b' }], next_page: 'p2' });
    const told = { data: [{ id: 'a' }, { id: 'b' }], next_page: 'p2', first_id: 'a', last_id: 'theirs' };
    assert.deepEqual(await list(['b'], () => Promise.resolve(told)), {
      data: [{ id: 'b' }],
      next_page: 'p2',
      first_id: 'b',
      last_id: 'b',
    });
  });

  test('is nothing when the provider answers with an error', async () => {
    assert.equal(await list(['a'], () => Promise.resolve(null)), null);
  });

  test('begins after an object of the tenant’s only', async () => {
    const { fetch, asked } = provider(['a', 'b']);
    await assert.rejects(list(['a'], fetch, { query: 'after=b' }), refused('not_found'));
    await assert.rejects(list(['a'], fetch, { query: 'after_id=b', isAnthropic: true }), refused('not_found'));
    await assert.rejects(list(['a'], fetch, { query: 'before=zzz' }), refused('not_found'));
    assert.deepEqual(asked, []);
  });

  test('has a limit that is one', async () => {
    for (const limit of ['0', '-1', 'x', '1.5', '10001'])
      await assert.rejects(list(['a'], provider(['a']).fetch, { query: `limit=${limit}` }), refused('invalid_request'));
  });
});

test('law: going from page to page shows everything of the tenant’s once, in order, and nothing else', async () => {
  const objects = fc.array(fc.boolean(), { maxLength: 230 });
  await fc.assert(
    fc.asyncProperty(objects, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (owned, limit, isAnthropic) => {
      const ids = owned.map((isOwn, at) => `${isOwn ? 'm' : 'o'}${at}`);
      const own = ids.filter((id) => id.startsWith('m'));
      const seen: string[] = [];
      const cursor = isAnthropic ? 'after_id' : 'after';
      for (let query = `limit=${limit}`; ; query = `limit=${limit}&${cursor}=${seen.at(-1)}`) {
        const page = await list(own, provider(ids).fetch, { query, isAnthropic });
        const shown = idsOf(page);
        assert.ok(shown.length <= limit);
        seen.push(...shown);
        if (page?.['has_more'] !== true) break;
      }
      assert.deepEqual(seen, own);
    }),
    { numRuns: 50 },
  );
});
