import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { begin, bodyOf, judging, play, rung, stream, told } from './cascade.fixture.ts';
import { type Step, site } from './sample.test.ts';

describe('two attempts side by side', () => {
  const hedged = [rung('small', { hedgeAfterMs: 15 }), rung('big')];
  const pause = (ms: number, step: Step): Step => ({ ...step, ms });

  test('the stronger one is not started when the cheap one is quick', async () => {
    const big = site('big', [{ reply: 'strong' }]);
    const { outcome } = await play({
      plan: hedged,
      sites: { small: [site('small', [{ reply: 'good' }])], big: [big] },
    });
    assert.equal(bodyOf(outcome), 'good');
    assert.equal(big.calls, 0);
  });

  test('the first that passes wins, the other is stopped, and both are there to be paid', async () => {
    const slow = site('small', [pause(300, { reply: 'good' })]);
    const won = await play({ plan: hedged, sites: { small: [slow], big: [site('big', [{ reply: 'strong' }])] } });
    assert.equal(bodyOf(won.outcome), 'strong');
    assert.deepEqual(told(won.outcome), ['small:error/beaten', 'big:ok']);
    assert.equal(slow.aborted, 1);
    const kept = await play({
      plan: hedged,
      sites: {
        small: [site('small', [pause(40, { reply: 'good' })])],
        big: [site('big', [pause(500, { reply: 'x' })])],
      },
    });
    assert.equal(bodyOf(kept.outcome), 'good');
    assert.deepEqual(told(kept.outcome), ['small:ok', 'big:error/beaten']);
  });

  test('a cheap answer that is refused leaves the stronger one its way', async () => {
    const { outcome, client } = await play({
      isStream: true,
      plan: hedged,
      sites: {
        small: [site('small', [pause(40, stream('bad', 'END'))])],
        big: [site('big', [pause(60, stream('strong', 'END'))])],
      },
    });
    assert.deepEqual(client.written, ['strong']);
    assert.deepEqual(told(outcome), ['small:ok', 'big:ok']);
    assert.equal(outcome.answer?.attempt.model, 'big');
  });

  test('a stronger one that fails leaves the cheap one its way', async () => {
    const { outcome } = await play({
      plan: hedged,
      sites: { small: [site('small', [pause(60, { reply: 'good' })])], big: [site('big', [{ status: 500 }])] },
    });
    assert.equal(bodyOf(outcome), 'good');
    assert.deepEqual(told(outcome), ['small:ok', 'big:error']);
  });

  test('one whose first tokens flow has won: the other is stopped and writes nothing', async () => {
    const release = { mode: 'first-tokens', tokens: 2 } as const;
    const slow = site('small', [pause(40, { ...stream('one', 'two'), after: 'hang' })]);
    const big = site('big', [pause(100, stream('strong', 'END'))]);
    const { outcome, client, flows } = await play({
      isStream: true,
      plan: [rung('small', { hedgeAfterMs: 15 }), rung('big'), rung('last')],
      sites: { small: [slow], big: [big], last: [site('last', [stream('last', 'END')])] },
      judging: judging({ release, otherwise: 'error' }),
    });
    assert.deepEqual(client.written, ['one', 'two']);
    assert.deepEqual([client.begun, flows], [1, ['small']]);
    assert.deepEqual(told(outcome), ['small:partial', 'big:error/beaten']);
    assert.equal(big.aborted, 1);
  });

  test('the stronger one is not started beside an answer that flows already', async () => {
    const big = site('big', [stream('strong', 'END')]);
    const { client } = await play({
      isStream: true,
      plan: hedged,
      sites: { small: [site('small', [{ ...stream('one', 'two'), after: 'hang' }])], big: [big] },
      judging: judging({ release: { mode: 'first-tokens', tokens: 1 } }),
    });
    assert.deepEqual(client.written, ['one', 'two']);
    assert.equal(big.calls, 0);
  });

  test('the client hears whose answer begins, whichever was started last', async () => {
    const first = await play({
      isStream: true,
      plan: hedged,
      sites: {
        small: [site('small', [pause(40, stream('good', 'END'))])],
        big: [site('big', [pause(500, stream('strong', 'END'))])],
      },
    });
    assert.deepEqual([first.client.written, first.flows], [['good'], ['small']]);
    const second = await play({
      isStream: true,
      plan: hedged,
      sites: {
        small: [site('small', [pause(500, stream('good', 'END'))])],
        big: [site('big', [stream('strong', 'END')])],
      },
    });
    assert.deepEqual([second.client.written, second.flows], [['strong'], ['big']]);
  });

  test('a request that one of them refuses as wrong leaves the other, which is at work on it, its way', async () => {
    const { outcome } = await play({
      plan: hedged,
      sites: { small: [site('small', [pause(60, { reply: 'good' })])], big: [site('big', [{ status: 400 }])] },
    });
    assert.equal(bodyOf(outcome), 'good');
    assert.deepEqual(told(outcome), ['small:ok', 'big:error']);
  });

  test('when the client leaves, both are left, and neither was beaten', async () => {
    const sites = [site('small', [{ hang: true }]), site('big', [{ hang: true }])] as const;
    const { client, ended } = begin({ plan: hedged, sites: { small: [sites[0]], big: [sites[1]] } });
    await new Promise((resolve) => setTimeout(resolve, 40));
    client.leave();
    const outcome = await ended;
    assert.deepEqual(told(outcome), ['small:client_gone', 'big:client_gone']);
    assert.equal(outcome.error?.code, 'client_gone');
    assert.deepEqual([sites[0].aborted, sites[1].aborted], [1, 1]);
  });

  test('a client that waits for two without gates hears that they are at work', async () => {
    const { client } = await play({
      isStream: true,
      judging: null,
      keepAliveMs: 10,
      plan: hedged.map((attempt) => ({ ...attempt, isGated: false })),
      sites: {
        small: [site('small', [pause(60, stream('good', 'END'))])],
        big: [site('big', [pause(500, stream('strong', 'END'))])],
      },
    });
    assert.ok(client.alive >= 2, String(client.alive));
  });
});
