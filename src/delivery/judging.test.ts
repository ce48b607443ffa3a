import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TierlineError } from '../call/errors.ts';
import type { Gate, Verdict } from '../gate/gate.ts';
import type { Asking } from './asking.ts';
import { begin, bodyOf, judging, play, rung, stream, told } from './cascade.fixture.ts';
import { type Site, site } from './sample.test.ts';

/** Asks `grader`, and is content when it says so. */
const judge: Gate = {
  name: 'judge',
  isCostly: true,
  check: async (_answer, _question, { ask }): Promise<Verdict> => {
    const reply = await ask?.('grader', 'Is it good?');
    return {
      gate: 'judge',
      pass: reply?.text === 'yes',
      score: null,
      reason: '',
      costNanoUsd: reply?.costNanoUsd ?? 0,
    };
  },
};

/** A judge that thinks until it is left, and tells what it has used by then. */
function thinker(): {
  ask: (
    model: string,
    prompt: string,
    asking: Asking,
  ) => Promise<{ text: string; failure: string; costNanoUsd: number }>;
  seen: Asking[];
} {
  const seen: Asking[] = [];
  return {
    seen,
    ask: (_model, _prompt, asking) => {
      seen.push(asking);
      return new Promise((resolve) => {
        asking.onGone = () => resolve({ text: '', failure: 'left', costNanoUsd: 5 });
      });
    },
  };
}

const sites = (): Record<string, Site[]> => ({
  small: [site('small', [{ reply: 'good' }])],
  big: [site('big', [{ reply: 'strong' }])],
});
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a judge', () => {
  test('that is content lets the answer go, one that is not leads on', async () => {
    for (const [text, expected] of [
      ['yes', 'good'],
      ['no', 'strong'],
    ] as const) {
      const ask = () => Promise.resolve({ text, costNanoUsd: 7 });
      const { outcome } = await play({ sites: sites(), judging: judging({ gates: [judge], ask }) });
      assert.equal(bodyOf(outcome), expected);
      assert.equal(outcome.exchanges[0]?.verdicts?.[0]?.costNanoUsd, 7);
    }
  });

  test('is left when the client leaves while it thinks, and nothing else is tried', async () => {
    for (const isStream of [false, true]) {
      const { ask, seen } = thinker();
      const big = site('big', [{ reply: 'strong' }]);
      const small = isStream ? site('small', [stream('good', 'END')]) : site('small', [{ reply: 'good' }]);
      const setting = { isStream, sites: { small: [small], big: [big] }, judging: judging({ gates: [judge], ask }) };
      const { client, ended } = begin(setting);
      await pause(20);
      assert.equal(seen[0]?.isGone, false);
      client.leave();
      const outcome = await ended;
      assert.equal(seen[0]?.isGone, true);
      assert.equal(outcome.error?.code, 'client_gone');
      assert.equal(outcome.answer, null);
      assert.deepEqual(told(outcome), ['small:ok']);
      assert.equal(outcome.exchanges[0]?.verdicts?.[0]?.costNanoUsd, 5, 'what it had used is told');
      assert.equal(big.calls, 0);
      assert.deepEqual(client.written, []);
    }
  });

  test('has to be done within the time of the attempt', async () => {
    const { ask, seen } = thinker();
    const { outcome } = await play({
      plan: [rung('small', { timeoutMs: 30 }), rung('big')],
      sites: sites(),
      judging: judging({ gates: [judge], ask }),
    });
    assert.equal(bodyOf(outcome), 'strong');
    assert.deepEqual(told(outcome), ['small:ok/late', 'big:ok']);
    assert.equal(seen[0]?.isGone, true);
  });

  test('has no more time than the whole call', async () => {
    const { ask, seen } = thinker();
    const startedAt = performance.now();
    const { client, ended } = begin({ sites: sites(), judging: judging({ gates: [judge], ask }) });
    await pause(20);
    const leftMs = (seen[0]?.deadline ?? 0) - startedAt;
    assert.ok(leftMs > 900 && leftMs <= 1010, String(leftMs));
    client.leave();
    await ended;
  });

  test('of an answer that was beaten is left, and what it used stays with the attempt', async () => {
    const { ask, seen } = thinker();
    const { outcome } = await play({
      plan: [rung('small', { hedgeAfterMs: 15 }), rung('big')],
      sites: sites(),
      judging: judging({ gates: [judge], ask }),
    });
    assert.equal(bodyOf(outcome), 'strong');
    assert.deepEqual(told(outcome), ['small:ok/beaten', 'big:ok']);
    assert.equal(seen[0]?.isGone, true);
    assert.equal(outcome.exchanges[0]?.verdicts?.[0]?.costNanoUsd, 5);
  });
});

describe('what is told of an attempt', () => {
  test('a request that gates cannot read is refused before anything is sent', async () => {
    const small = site('small', [{ reply: 'good' }]);
    const question = () => {
      throw new TierlineError('invalid_request', 'messages[0].role: what is that?');
    };
    const { outcome } = await play({
      plan: [rung('small')],
      sites: { small: [small] },
      judging: judging({ question }),
    });
    assert.equal(outcome.error?.code, 'invalid_request');
    assert.equal(small.calls, 0);
  });

  test('each exchange keeps what was read of its own answer, and nothing of the one before', async () => {
    const small = site('small', [{ ...stream('one', 'two'), after: 'reset' }, { status: 500 }]);
    const { outcome } = await play({
      isStream: true,
      maxAttempts: 2,
      sites: { small: [small], big: [site('big', [stream('strong', 'END')])] },
    });
    assert.deepEqual(
      outcome.exchanges.map(({ text, tokens }) => [text, tokens]),
      [
        ['onetwo', 2],
        ['', 0],
        ['strong', 1],
      ],
    );
  });

  test('one that had failed by itself before its time was over is not called late', async () => {
    const { outcome } = await play({
      maxAttempts: 2,
      sleep: () => pause(60),
      plan: [rung('small', { timeoutMs: 30 }), rung('big')],
      sites: { small: [site('small', [{ status: 500 }])], big: [site('big', [{ reply: 'strong' }])] },
    });
    assert.equal(bodyOf(outcome), 'strong');
    assert.deepEqual(told(outcome), ['small:error', 'big:ok']);
  });

  test('the client hears of the refused answer it gets that it is that one', async () => {
    const { client, flows } = await play({
      isStream: true,
      sites: { small: [site('small', [stream('bad', 'END')])], big: [site('big', [{ status: 500 }])] },
    });
    assert.deepEqual([client.written, flows], [['bad'], ['small']]);
  });

  test('what was spent before something broke is not forgotten', async () => {
    // A deployment that nothing can be carried to: an error of ours, not of an upstream.
    const broken = { ...site('big', []).deployment };
    const { outcome } = await play({
      sites: { small: [site('small', [{ reply: 'bad' }])], big: [{ deployment: broken, calls: 0, aborted: 0 }] },
    });
    assert.equal(outcome.error?.code, 'internal');
    assert.equal(outcome.answer, null);
    assert.deepEqual(told(outcome), ['small:ok']);
  });
});
