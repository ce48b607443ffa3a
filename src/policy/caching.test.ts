import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pin } from '../call/pin.ts';
import type { Plan } from '../call/plan.ts';
import type { Usage } from '../call/usage.ts';
import { cacheGain } from './caching.ts';
import { decide } from './decide.ts';
import type { PolicyModel } from './policy.ts';
import { caller, model, place, policy, record, said, state, task, view } from './sample.test.ts';

/** Anthropic's proportions: a write costs a quarter more than input, a read a tenth. */
const priceOf: PolicyModel['priceOf'] = (usage: Usage) =>
  usage.inputTokens * 1000 + usage.cacheReadTokens * 100 + usage.cacheWrite5mTokens * 1250 + usage.outputTokens * 5000;
const CLAUDE = model('claude', 'mid', { deployments: [place({ dialects: ['anthropic-messages'] })], priceOf });
const NOW = 1_000_000;
const pin = (turns: number, cachedTokens = 0): Pin => ({
  model: 'claude',
  route: 'claude',
  cachedTokens,
  cachedUntilMs: NOW + 1,
  candidateOf: null,
  isStandIn: false,
  turns,
  isEscalated: false,
});

interface Given {
  tokens?: number;
  model?: PolicyModel;
  followRate?: number;
  pin?: Pin;
  view?: Parameters<typeof view>[0];
  isAsked?: boolean;
}

function plan(given: Given): Plan {
  const served = given.model ?? CLAUDE;
  const made = policy([served], [task('t', [served.name], { marksCache: given.isAsked ?? true })]);
  const text = 'x'.repeat((given.tokens ?? 2000) * 4);
  const known = given.followRate === undefined ? null : record({ followRate: given.followRate });
  const world = state({ nowMs: NOW, pinOf: () => given.pin ?? null, recordOf: () => known });
  return decide(
    made,
    view({ model: 'auto/t', bytes: text.length, text, hasAnswer: true, ...given.view }),
    caller(),
    world,
  );
}

test('the gain is what the reads save less what the write costs more', () => {
  const prices = { plainNanoUsd: 1000, markedNanoUsd: 1250, readNanoUsd: 100 };
  assert.equal(cacheGain(prices, 0), -250);
  assert.equal(cacheGain(prices, 1), 650);
  assert.equal(cacheGain(prices, 250 / 900), 0);
});

describe('a prompt is marked', () => {
  test('when turns follow often enough to pay for the write, with the numbers', () => {
    const marked = plan({ followRate: 0.3 });
    assert.equal(marked.cache?.mark, true);
    assert.match(
      said(marked, 'cache')[0] ?? '',
      /^prompt marked for the cache of claude: \$0\.0025 instead of \$0\.002 now, \$0\.0018 less in a next turn, which comes in 30 %$/,
    );
    assert.equal(plan({ followRate: 0.27 }).cache?.mark, false);
  });

  test('in a conversation that goes on, though nothing is known of the others', () => {
    assert.equal(plan({ pin: pin(1) }).cache?.mark, true);
    assert.equal(plan({ pin: pin(1), followRate: 0 }).cache?.mark, true);
  });

  test('in the first request with tools, whose results may be expected back', () => {
    const first = plan({ view: { hasTools: true, hasAnswer: false } });
    assert.equal(first.cache?.mark, true);
    assert.match(said(first, 'cache')[0] ?? '', /which comes in 50 %$/);
  });

  test('from the length on that its model caches', () => {
    const small = { ...CLAUDE, leastCachedTokens: 512 };
    assert.equal(plan({ model: small, tokens: 600, followRate: 1 }).cache?.mark, true);
    const large = plan({ model: { ...CLAUDE, leastCachedTokens: 4096 }, followRate: 1 });
    assert.equal(large.cache?.mark, false);
    assert.match(said(large, 'cache')[0] ?? '', /at least 4096 are cached/);
  });

  test('to keep what is cached already, even if no turn follows', () => {
    assert.equal(plan({ pin: pin(0, 1900), followRate: 0 }).cache?.mark, true);
  });
});

describe('a prompt is not marked', () => {
  test('of a request with tools, once its task is known to have no second turns', () => {
    assert.equal(plan({ followRate: 0, view: { hasTools: true } }).cache?.mark, false);
  });

  test('without evidence that a turn follows', () => {
    const made = plan({});
    assert.equal(made.cache?.mark, false);
    assert.match(said(made, 'cache')[0] ?? '', /nothing is known of how often a next turn comes/);
  });

  test('when it is too short to be cached, or its price is not known', () => {
    assert.match(said(plan({ tokens: 1023, followRate: 1 }), 'cache')[0] ?? '', /about 1023 tokens, at least 1024/);
    assert.match(
      said(plan({ model: { ...CLAUDE, priceOf: () => null }, followRate: 1 }), 'cache')[0] ?? '',
      /price is not known/,
    );
  });
});

test('nothing is said of marks where nobody asked, the client sets its own, or the dialect has none', () => {
  const openai = model('gpt', 'mid', { priceOf });
  for (const given of [{ isAsked: false }, { view: { hasCacheMarks: true } }, { model: openai }]) {
    const made = plan({ followRate: 1, ...given });
    assert.notEqual(made.cache?.mark, true);
    assert.deepEqual(said(made, 'cache'), []);
  }
});

test('there is a key for the cache wherever caching was asked for, and none elsewhere', () => {
  assert.match(plan({ model: model('gpt', 'mid', { priceOf }) }).cache?.key ?? '', /^tierline-/);
  assert.equal(plan({ isAsked: false, followRate: 1 }).cache, null);
});

describe('a model that the client names', () => {
  const ask = (isAsked: boolean, pinOf: (key: string) => Pin | null = () => null): Plan => {
    const made = policy([CLAUDE], [], { marksCache: isAsked });
    const text = 'x'.repeat(8000);
    const seen = view({
      model: 'claude',
      bytes: text.length,
      text,
      hasAnswer: true,
      opening: 'o',
      firstExchange: 'oa',
    });
    return decide(made, seen, caller(), state({ nowMs: NOW, pinOf }));
  };

  test('has its conversations followed, so that its prompts are marked as well', () => {
    const first = ask(true);
    assert.deepEqual([first.cache?.mark, first.pin?.route], [false, 'claude']);
    const next = ask(true, (key) => (key === first.pin?.key ? pin(1, 1000) : null));
    assert.equal(next.cache?.mark, true);
    assert.deepEqual(
      next.attempts.map((attempt) => attempt.model),
      ['claude'],
    );
  });

  test('has none where nobody asked for caching', () => {
    assert.deepEqual([ask(false).session, ask(false).pin], [null, null]);
  });
});
