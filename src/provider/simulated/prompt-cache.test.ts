import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPromptCache } from './prompt-cache.ts';
import { totalPromptTokens } from './reply.ts';
import type { CacheTtl, PromptBlock } from './request.ts';

const MINUTE_MS = 60_000;

function createFixture() {
  const clock = { nowMs: 0, now: () => clock.nowMs, sleep: async () => {} };
  return { clock, cache: createPromptCache(clock) };
}

/** A block of exactly that many tokens; blocks with different words differ from the first token on. */
function block(tokens: number, word: string, cacheTtl: CacheTtl | null = null): PromptBlock {
  return { text: `${word} `.repeat(tokens).trimEnd(), cacheTtl };
}

test('automatic: a second request reads the shared prefix in steps of 128 tokens', () => {
  const { cache } = createFixture();
  const first = cache.useAutomatic('org', [block(1300, 'shared'), block(40, 'one')]);
  assert.deepEqual(first, { fresh: 1340, read: 0, write5m: 0, write1h: 0 });
  const second = cache.useAutomatic('org', [block(1300, 'shared'), block(40, 'two')]);
  assert.deepEqual(second, { fresh: 60, read: 1280, write5m: 0, write1h: 0 });
});

test('automatic: nothing is cached below 1,024 tokens, and 1,024 are enough', () => {
  const { cache } = createFixture();
  for (const [tokens, read] of [
    [1023, 0],
    [1024, 1024],
  ] as const) {
    cache.useAutomatic('org', [block(tokens, 'n')]);
    assert.equal(cache.useAutomatic('org', [block(tokens, 'n')]).read, read);
  }
});

test('automatic: a prefix lives ten minutes from its last use', () => {
  const { cache, clock } = createFixture();
  const ask = (): number => cache.useAutomatic('org', [block(1100, 'w')]).read;
  ask();
  clock.nowMs += 9 * MINUTE_MS;
  assert.equal(ask(), 1024);
  clock.nowMs += 9 * MINUTE_MS;
  assert.equal(ask(), 1024, 'the use before prolonged it');
  clock.nowMs += 10 * MINUTE_MS;
  assert.equal(ask(), 0);
});

test('scopes do not share entries', () => {
  const { cache } = createFixture();
  cache.useAutomatic('org|sim-small', [block(1100, 'w')]);
  cache.useBreakpoints('org|sim-small', [block(1100, 'w', '5m')]);
  assert.equal(cache.useAutomatic('org|sim-mid', [block(1100, 'w')]).read, 0);
  assert.equal(cache.useBreakpoints('other|sim-small', [block(1100, 'w', '5m')]).read, 0);
});

test('breakpoints: without cache_control nothing is written or read', () => {
  const { cache } = createFixture();
  const blocks = [block(2000, 'w')];
  assert.deepEqual(cache.useBreakpoints('org', blocks), { fresh: 2000, read: 0, write5m: 0, write1h: 0 });
  assert.deepEqual(cache.useBreakpoints('org', blocks), { fresh: 2000, read: 0, write5m: 0, write1h: 0 });
});

test('breakpoints: written once, then read; what follows is fresh', () => {
  const { cache } = createFixture();
  const ask = (word: string) => cache.useBreakpoints('org', [block(1500, 'sys', '5m'), block(30, word)]);
  assert.deepEqual(ask('one'), { fresh: 30, read: 0, write5m: 1500, write1h: 0 });
  assert.deepEqual(ask('two'), { fresh: 30, read: 1500, write5m: 0, write1h: 0 });
});

test('breakpoints: a prefix below 1,024 tokens is not cached', () => {
  const { cache } = createFixture();
  const blocks = [block(1000, 'sys', '5m'), block(23, 'q')];
  cache.useBreakpoints('org', blocks);
  assert.deepEqual(cache.useBreakpoints('org', blocks), { fresh: 1023, read: 0, write5m: 0, write1h: 0 });
});

test('breakpoints: the hour and the five minutes are written apart', () => {
  const { cache, clock } = createFixture();
  const blocks = [block(1200, 'tools', '1h'), block(300, 'sys', '5m'), block(10, 'q')];
  assert.deepEqual(cache.useBreakpoints('org', blocks), { fresh: 10, read: 0, write5m: 300, write1h: 1200 });
  clock.nowMs += 6 * MINUTE_MS;
  assert.deepEqual(cache.useBreakpoints('org', blocks), { fresh: 10, read: 1200, write5m: 300, write1h: 0 });
  clock.nowMs += 61 * MINUTE_MS;
  assert.deepEqual(cache.useBreakpoints('org', blocks), { fresh: 10, read: 0, write5m: 300, write1h: 1200 });
});

test('breakpoints: a conversation that grows reads what it wrote the turn before', () => {
  const { cache } = createFixture();
  const system = block(1100, 'sys');
  assert.equal(cache.useBreakpoints('org', [system, block(50, 'a', '5m')]).write5m, 1150);
  const second = cache.useBreakpoints('org', [system, block(50, 'a'), block(60, 'b'), block(70, 'c', '5m')]);
  assert.deepEqual(second, { fresh: 0, read: 1150, write5m: 130, write1h: 0 });
});

test('breakpoints: an entry more than twenty blocks back is not found', () => {
  const { cache } = createFixture();
  const filler = (count: number): PromptBlock[] => Array.from({ length: count }, () => block(1, 'f'));
  cache.useBreakpoints('org', [block(1100, 'sys', '5m')]);
  assert.equal(cache.useBreakpoints('org', [block(1100, 'sys'), ...filler(18), block(9, 'q', '5m')]).read, 1100);
  assert.equal(cache.useBreakpoints('org', [block(1100, 'sys'), ...filler(30), block(9, 'z', '5m')]).read, 0);
});

test('breakpoints: a run of calls or of results is looked over as one block', () => {
  const { cache } = createFixture();
  const many = (run: 'tool_use' | 'tool_result'): PromptBlock[] =>
    Array.from({ length: 25 }, () => ({ ...block(1, 'f'), run }));
  cache.useBreakpoints('org', [block(1100, 'sys', '5m')]);
  const turn = [block(1100, 'sys'), ...many('tool_use'), ...many('tool_result')];
  assert.equal(cache.useBreakpoints('org', [...turn, block(9, 'q', '5m')]).read, 1100);
  const mixed = Array.from({ length: 20 }, (_, index) =>
    many(index % 2 === 0 ? 'tool_use' : 'tool_result').slice(0, 1),
  );
  assert.equal(cache.useBreakpoints('org', [block(1100, 'sys'), ...mixed.flat(), block(9, 'q', '5m')]).read, 0);
});

test('breakpoints: twenty blocks are looked at, the marked one among them', () => {
  const { cache } = createFixture();
  const filler = (count: number): PromptBlock[] => Array.from({ length: count }, () => block(1, 'f'));
  for (const [word, between, read] of [
    ['near', 18, 1100],
    ['far', 19, 0],
  ] as const) {
    cache.useBreakpoints('org', [block(1100, word, '5m')]);
    const asked = [block(1100, word), ...filler(between), block(9, 'q', '5m')];
    assert.equal(cache.useBreakpoints('org', asked).read, read);
  }
});

test('the classes are never negative and always add up to the prompt', () => {
  const anyBlock = fc.record({ tokens: fc.integer({ min: 1, max: 900 }), word: fc.constantFrom('a', 'b') });
  const ttl = fc.constantFrom<CacheTtl | null>(null, '5m', '1h');
  const prompt = fc.array(fc.tuple(anyBlock, ttl), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(prompt, { minLength: 1, maxLength: 5 }), (prompts) => {
      const { cache } = createFixture();
      for (const parts of prompts) {
        const blocks = parts.map(([{ tokens, word }, cacheTtl]) => block(tokens, word, cacheTtl));
        const total = parts.reduce((sum, [{ tokens }]) => sum + tokens, 0);
        for (const use of [cache.useAutomatic('org', blocks), cache.useBreakpoints('org', blocks)]) {
          assert.equal(totalPromptTokens(use), total);
          assert.ok(
            Object.values(use).every((tokens: number) => tokens >= 0),
            JSON.stringify(use),
          );
        }
      }
    }),
    { numRuns: 60 },
  );
});
