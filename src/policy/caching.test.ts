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
const CLAUDE = model('claude', 'mid', { deployments: [place({ dialect: 'anthropic-messages' })], priceOf });
const NOW = 1_000_000;
const pin = (turns: number, cachedTokens = 0): Pin => ({
  model: 'claude',
  route: 'claude',
  cachedTokens,
  cachedUntilMs: NOW + 1,
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
    assert.deepEqual(marked.cache, { mark: true });
    assert.match(
      said(marked, 'cache')[0] ?? '',
      /^prompt marked for the cache of claude: \$0\.0025 instead of \$0\.002 now, \$0\.0018 less in a next turn, which comes in 30 %$/,
    );
    assert.deepEqual(plan({ followRate: 0.27 }).cache, { mark: false });
  });

  test('in a conversation that goes on, though nothing is known of the others', () => {
    assert.deepEqual(plan({ pin: pin(1) }).cache, { mark: true });
    assert.deepEqual(plan({ pin: pin(1), followRate: 0 }).cache, { mark: true });
  });

  test('to keep what is cached already, even if no turn follows', () => {
    assert.deepEqual(plan({ pin: pin(0, 1900), followRate: 0 }).cache, { mark: true });
  });
});

describe('a prompt is not marked', () => {
  test('without evidence that a turn follows', () => {
    const made = plan({});
    assert.deepEqual(made.cache, { mark: false });
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
    assert.equal(made.cache, null);
    assert.deepEqual(said(made, 'cache'), []);
  }
});
