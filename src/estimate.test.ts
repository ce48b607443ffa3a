import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plainAttempt } from './call/plan.ts';
import { toUsage, type Usage } from './call/usage.ts';
import type { Delivered } from './delivery/deliver.ts';
import { Inbound } from './dialect/inbound.ts';
import { openaiChat } from './dialect/openai-chat.ts';
import { createFacts } from './dialect/pipe.ts';
import { estimateUsage } from './estimate.ts';
import { model } from './policy/sample.test.ts';

const MODELS = new Map([['small', model('small', 'small')]]);
/** Forty characters of text: ten tokens here. */
const ASK = inbound([{ role: 'user', content: 'x'.repeat(40) }]);

function inbound(messages: unknown): Inbound {
  return Inbound.read(openaiChat, Buffer.from(JSON.stringify({ model: 'auto', messages })), 64);
}

type Made = Partial<Pick<Delivered, 'stopped' | 'text' | 'tokens'>> &
  Partial<Pick<Delivered['result'], 'status' | 'httpStatus' | 'isSent'>> & {
    usage?: Usage;
    expectedTokens?: number;
    of?: string;
  };

function estimated(made: Made, request = ASK): Usage | null {
  const { stopped = null, text = null, tokens = 0, usage = null, expectedTokens, of = 'small', ...result } = made;
  const expected = {
    inputTokens: 1,
    cachedTokens: 0,
    outputTokens: expectedTokens ?? null,
    costNanoUsd: 1,
    passRate: 1,
  };
  const facts = { ...createFacts(), usage };
  const exchange = {
    attempt: { ...plainAttempt(of, 'small'), expected: expectedTokens === undefined ? null : expected },
    stopped,
    text,
    tokens,
    result: { status: 'partial', httpStatus: 200, isSent: true, ...result, facts },
  };
  estimateUsage(MODELS, request, exchange as unknown as Delivered);
  return facts.usage;
}

describe('the usage of an answer that we stopped', () => {
  test('is the whole request and what was seen of the answer', () => {
    assert.deepEqual(
      estimated({ stopped: 'late', text: 'y'.repeat(20), tokens: 3 }),
      toUsage({ inputTokens: 10, outputTokens: 5 }),
    );
  });

  test('counts thoughts, which are no text', () => {
    assert.equal(estimated({ stopped: 'beaten', text: '', tokens: 30 })?.outputTokens, 30);
  });

  test('of which nothing was seen is the length that was expected, else none', () => {
    const unseen = { stopped: 'beaten', text: '', status: 'error', httpStatus: null } as const;
    assert.equal(estimated({ ...unseen, expectedTokens: 12 })?.outputTokens, 12);
    assert.deepEqual(estimated(unseen), toUsage({ inputTokens: 10 }));
  });

  test('keeps what the provider has reported, but for an output that had grown since', () => {
    const usage = toUsage({ inputTokens: 7, cacheReadTokens: 3, outputTokens: 1 });
    assert.deepEqual(estimated({ stopped: 'rejected', text: 'y'.repeat(80), usage }), { ...usage, outputTokens: 20 });
    const longer = toUsage({ inputTokens: 7, outputTokens: 50 });
    assert.deepEqual(estimated({ stopped: 'rejected', text: 'y'.repeat(80), usage: longer }), longer);
  });

  test('is the same when it is estimated again', () => {
    const usage = toUsage({ inputTokens: 7, outputTokens: 1 });
    const once = estimated({ stopped: 'late', text: 'y'.repeat(40), usage });
    assert.deepEqual(estimated({ stopped: 'late', text: 'y'.repeat(40), usage: once ?? usage }), once);
  });
});

describe('the usage of an answer that broke off', () => {
  test('is estimated as far as somebody read along', () => {
    assert.equal(estimated({ status: 'error', text: 'y'.repeat(8), tokens: 2 })?.outputTokens, 2);
    assert.equal(estimated({ status: 'client_gone', text: 'y'.repeat(8), tokens: 2 })?.inputTokens, 10);
  });

  test('stays unknown when nobody did, or nothing came', () => {
    assert.equal(estimated({ status: 'error' }), null);
    assert.equal(estimated({ status: 'error', text: '' }), null);
  });
});

test('nothing is made up for what no provider bills, and nothing changed of a complete answer', () => {
  assert.equal(estimated({ stopped: 'late', httpStatus: 500, status: 'error' }), null);
  assert.equal(estimated({ stopped: 'late', isSent: false, status: 'error', httpStatus: null }), null);
  assert.equal(estimated({ status: 'ok', stopped: 'beaten', text: 'y'.repeat(80) }), null);
  const usage = toUsage({ inputTokens: 7, outputTokens: 2 });
  assert.deepEqual(estimated({ status: 'ok', text: 'y'.repeat(80), usage }), usage);
});

test('a model that is not there and a request that cannot be read leave it unknown', () => {
  assert.equal(estimated({ stopped: 'late', of: 'gone' }), null);
  assert.equal(estimated({ stopped: 'late' }, inbound([{ role: 'user', content: [{ type: 'text', text: 5 }] }])), null);
});
