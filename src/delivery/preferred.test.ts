import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Gate, passed } from '../gate/gate.ts';
import { begin, bodyOf, judging, noBad, play, rung, stream, told } from './cascade.fixture.ts';
import { type Site, site } from './sample.test.ts';

/** Refuses `weak` answers, and on any other says which model's it likes better. */
const liking = (prefers: string): Gate => ({
  name: 'learned',
  isCostly: false,
  mayPrefer: true,
  check: ({ text }) => {
    const verdict = passed('learned', 'they vote');
    return text.includes('weak') ? { ...verdict, pass: false } : { ...verdict, prefers };
  },
});

const whole = (): Record<string, Site[]> => ({
  small: [site('small', [{ reply: 'weak one' }])],
  mid: [site('mid', [{ reply: 'weak two' }])],
  big: [site('big', [{ reply: 'strong' }])],
});
const streamed = (big = stream('strong', 'END')): Record<string, Site[]> => ({
  small: [site('small', [stream('weak', 'one', 'END')])],
  mid: [site('mid', [stream('weak', 'two', 'END')])],
  big: [site('big', [big])],
});

describe('an earlier answer that a gate likes better', () => {
  for (const otherwise of ['answer', 'error'] as const) {
    test(`is given in place of the last one (otherwise: ${otherwise})`, async () => {
      const { outcome } = await play({ sites: whole(), judging: judging({ gates: [liking('small')], otherwise }) });
      assert.equal(bodyOf(outcome), 'weak one');
      assert.deepEqual([outcome.answer?.attempt.model, outcome.error], ['small', null]);
      assert.deepEqual(told(outcome), ['small:ok', 'mid:ok', 'big:ok']);
      assert.equal(outcome.answer?.verdicts?.[0]?.pass, false);
    });

    test(`is given as a stream, which begins once, after the last one has ended (otherwise: ${otherwise})`, async () => {
      const { outcome, client, flows } = await play({
        isStream: true,
        sites: streamed(),
        judging: judging({ gates: [liking('mid')], otherwise }),
      });
      assert.deepEqual(client.written, ['weak', 'two']);
      assert.deepEqual([client.begun, flows, outcome.answer?.attempt.model], [1, ['mid'], 'mid']);
      assert.equal(outcome.answer?.result.closing, 'END');
      assert.deepEqual(told(outcome), ['small:ok', 'mid:ok', 'big:ok']);
    });
  }

  test('is given although the last one was started beside it, and waited for nobody any more', async () => {
    const { outcome, client } = await play({
      isStream: true,
      plan: [rung('small', { hedgeAfterMs: 15 }), rung('big')],
      sites: {
        small: [site('small', [{ ...stream('weak', 'one', 'END'), ms: 40 }])],
        big: [site('big', [{ ...stream('strong', 'END'), ms: 80 }])],
      },
      judging: judging({ gates: [liking('small')] }),
    });
    assert.deepEqual(client.written, ['weak', 'one']);
    assert.deepEqual([outcome.answer?.attempt.model, told(outcome)], ['small', ['small:ok', 'big:ok']]);
  });

  test('may be that of a rung in the middle of the ladder', async () => {
    const sites = { ...whole(), mid: [site('mid', [{ reply: 'good' }])] };
    const { outcome } = await play({ sites, judging: judging({ gates: [liking('small')] }) });
    assert.equal(bodyOf(outcome), 'weak one');
    assert.deepEqual(told(outcome), ['small:ok', 'mid:ok']);
  });

  test('is not given when another gate has refused it', async () => {
    const sites = { ...whole(), small: [site('small', [{ reply: 'bad' }])] };
    const { outcome } = await play({ sites, judging: judging({ gates: [noBad, liking('small')] }) });
    assert.equal(bodyOf(outcome), 'strong');
  });

  test('is not there when its model never gave one', async () => {
    const sites = { ...whole(), small: [site('small', [{ status: 500 }])] };
    const { outcome } = await play({ sites, judging: judging({ gates: [liking('small')] }) });
    assert.equal(bodyOf(outcome), 'strong');
    const foreign = await play({ sites: whole(), judging: judging({ gates: [liking('nobody')] }) });
    assert.equal(bodyOf(foreign.outcome), 'strong');
  });

  test('is too late when the client reads the last one already', async () => {
    const { outcome, client } = await play({
      isStream: true,
      sites: streamed(),
      judging: judging({ gates: [liking('small')], release: { mode: 'first-tokens', tokens: 5 } }),
    });
    assert.deepEqual([client.written, outcome.answer?.attempt.model], [['strong'], 'big']);
  });

  test('is what the client gets when the last model fails, as ever the last refused one', async () => {
    const { outcome } = await play({
      sites: { ...whole(), big: [site('big', [{ status: 500 }])] },
      judging: judging({ gates: [liking('small')] }),
    });
    assert.equal(bodyOf(outcome), 'weak two');
  });

  test('does not come to a client that has left', async () => {
    let leave = (): void => undefined;
    const leaving: Gate = {
      ...liking('small'),
      check: (answer, ...rest) => (leave(), liking('small').check(answer, ...rest)),
    };
    const { client, ended } = begin({ isStream: true, sites: streamed(), judging: judging({ gates: [leaving] }) });
    leave = () => client.leave();
    const outcome = await ended;
    assert.deepEqual([client.written, outcome.error?.code], [[], 'client_gone']);
  });
});

test('the last answer of a ladder flows at once where no gate may go back', async () => {
  const { client } = await play({
    isStream: true,
    plan: [rung('small'), rung('big')],
    sites: {
      small: [site('small', [stream('bad', 'END')])],
      big: [site('big', [{ ...stream('one', 'two'), after: 'reset' }])],
    },
  });
  assert.deepEqual(client.written, ['one', 'two']);
});
