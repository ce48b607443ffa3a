import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PlannedAttempt, plainAttempt } from '../call/plan.ts';
import { type Gate, passed } from '../gate/gate.ts';
import { begin, bodyOf, judging, noBad, play, rung, type Setting, stream, told } from './cascade.fixture.ts';
import { type Site, site } from './sample.test.ts';

describe('a cascade', () => {
  test('keeps a cheap answer that passes', async () => {
    const big = site('big', [{ reply: 'never' }]);
    const { outcome } = await play({ sites: { small: [site('small', [{ reply: 'good' }])], big: [big] } });
    assert.equal(bodyOf(outcome), 'good');
    assert.equal(big.calls, 0);
    assert.deepEqual(
      outcome.answer?.verdicts?.map(({ gate, pass }) => [gate, pass]),
      [['no_bad', true]],
    );
  });

  test('goes on when a gate refuses the answer, and both were asked', async () => {
    const { outcome } = await play({
      sites: { small: [site('small', [{ reply: 'bad' }])], big: [site('big', [{ reply: 'good' }])] },
    });
    assert.equal(bodyOf(outcome), 'good');
    assert.equal(outcome.error, null);
    assert.deepEqual(told(outcome), ['small:ok', 'big:ok']);
    assert.equal(outcome.exchanges[0]?.verdicts?.[0]?.pass, false);
  });

  test('of any length goes on rung by rung', async () => {
    const { outcome } = await play({
      sites: {
        a: [site('a', [{ reply: 'bad 1' }])],
        b: [site('b', [{ reply: 'bad 2' }])],
        c: [site('c', [{ reply: 'bad 3' }])],
        d: [site('d', [{ reply: 'good' }])],
      },
    });
    assert.equal(bodyOf(outcome), 'good');
    assert.equal(outcome.exchanges.length, 4);
  });

  test('gives the last answer although it was refused, unless the route rather has an error', async () => {
    const sites = (): Setting['sites'] => ({
      small: [site('small', [{ reply: 'bad one' }])],
      big: [site('big', [{ reply: 'bad two' }])],
    });
    const lenient = await play({ sites: sites() });
    assert.equal(bodyOf(lenient.outcome), 'bad two');
    assert.equal(lenient.outcome.answer?.verdicts?.[0]?.pass, false);
    const strict = await play({ sites: sites(), judging: judging({ otherwise: 'error' }) });
    assert.equal(strict.outcome.answer, null);
    assert.equal(strict.outcome.error?.code, 'answer_refused');
    assert.equal(strict.outcome.error.status, 502);
    assert.match(strict.outcome.error.message, /big did not pass its gates: no_bad: it is bad/);
    assert.doesNotMatch(strict.outcome.error.message, /bad two/);
  });

  test('gives the refused answer when the stronger model is down', async () => {
    const { outcome } = await play({
      sites: { small: [site('small', [{ reply: 'bad' }])], big: [site('big', [{ status: 500 }])] },
    });
    assert.equal(bodyOf(outcome), 'bad');
    assert.equal(outcome.error, null);
    assert.equal(outcome.answer?.attempt.model, 'small');
  });

  test('asks a costly gate only about an answer that could still be refused', async () => {
    let asked = 0;
    const costly: Gate = { name: 'judge', isCostly: true, check: async () => (asked++, passed('judge', 'ok')) };
    const { outcome } = await play({
      sites: { small: [site('small', [{ reply: 'bad' }])], big: [site('big', [{ reply: 'good' }])] },
      judging: judging({ gates: [costly, noBad] }),
    });
    assert.equal(bodyOf(outcome), 'good');
    assert.equal(asked, 0);
  });
});

describe('upstreams and gates are kept apart', () => {
  test('a failed upstream leads to the fallback, a refused answer never does', async () => {
    const plan = [rung('small'), plainAttempt('spare', 'small'), rung('big')];
    (plan[1] as PlannedAttempt).after = 'failure';
    const spare = site('spare', [{ reply: 'spare' }]);
    const refused = await play({
      plan,
      sites: { small: [site('small', [{ reply: 'bad' }])], spare: [spare], big: [site('big', [{ reply: 'good' }])] },
    });
    assert.equal(bodyOf(refused.outcome), 'good');
    assert.equal(spare.calls, 0);
    const down = await play({
      plan,
      sites: { small: [site('small', [{ status: 503 }])], spare: [spare], big: [site('big', [{ reply: 'good' }])] },
    });
    assert.equal(bodyOf(down.outcome), 'spare');
    assert.equal(down.outcome.answer?.verdicts, null);
  });

  test('the request itself being at fault ends the walk', async () => {
    const big = site('big', [{ reply: 'good' }]);
    const { outcome } = await play({ sites: { small: [site('small', [{ status: 400 }])], big: [big] } });
    assert.equal(outcome.error?.status, 400);
    assert.equal(big.calls, 0);
  });

  test('an attempt that takes longer than its time is stopped, without blame for the provider', async () => {
    const slow = site('small', [{ hang: true }]);
    const { outcome } = await play({
      plan: [rung('small', { timeoutMs: 20 }), rung('big')],
      sites: { small: [slow], big: [site('big', [{ reply: 'good' }])] },
    });
    assert.equal(bodyOf(outcome), 'good');
    assert.deepEqual(told(outcome), ['small:error/late', 'big:ok']);
    assert.equal(slow.aborted, 1);
    assert.equal(slow.deployment.breaker.isClosed, true);
  });

  test('with nobody left, a late attempt is a time-out for the client', async () => {
    const { outcome } = await play({
      plan: [rung('small', { timeoutMs: 20 })],
      sites: { small: [site('small', [{ hang: true }])] },
      judging: judging({ otherwise: 'error' }),
    });
    assert.equal(outcome.error?.code, 'upstream_timeout');
    assert.match(outcome.error.message, /small did not answer within the 20 ms/);
  });
});

describe('a streamed cascade', () => {
  const big = (): Site[] => [site('big', [stream('strong', 'answer', 'END')])];

  test('holds the answer back until it has passed, and gives it in order', async () => {
    const { outcome, client } = await play({
      isStream: true,
      sites: { small: [site('small', [stream('one', 'two', 'three', 'END')])], big: big() },
    });
    assert.deepEqual(client.written, ['one', 'two', 'three']);
    assert.equal(outcome.answer?.result.closing, 'END');
    assert.equal(client.begun, 1);
  });

  const broken: [string, { stream: string[]; after?: 'reset' | 'hang' }, string][] = [
    ['is refused at its last word', stream('one', 'bad', 'END'), 'small:ok'],
    ['is cut at its length', stream('one', 'two', 'CUT'), 'small:ok'],
    ['breaks off', { ...stream('one', 'two'), after: 'reset' }, 'small:error'],
    ['sends an error in the middle', stream('one', 'ERR'), 'small:error'],
    ['ends without its finish', stream('one', 'two'), 'small:error'],
    ['stalls past the time of its attempt', { ...stream('one'), after: 'hang' }, 'small:partial/late'],
  ];
  for (const [what, step, ending] of broken) {
    test(`gives the client one answer of one model when the cheap one ${what}`, async () => {
      const { outcome, client } = await play({
        isStream: true,
        plan: [rung('small', { timeoutMs: 50 }), rung('big')],
        sites: { small: [site('small', [step])], big: big() },
      });
      assert.deepEqual(client.written, ['strong', 'answer']);
      assert.equal(outcome.answer?.result.closing, 'END');
      assert.equal(outcome.error, null);
      assert.deepEqual(told(outcome), [ending, 'big:ok']);
      assert.equal(client.begun, 1);
    });
  }

  test('tells a waiting client that it is alive, and no more once the answer flows', async () => {
    const { client } = await play({
      isStream: true,
      keepAliveMs: 10,
      plan: [rung('small', { timeoutMs: 60 }), rung('big')],
      sites: { small: [site('small', [{ ...stream('one'), after: 'hang' }])], big: big() },
    });
    assert.ok(client.alive >= 2 && client.alive <= 8, String(client.alive));
    const alive = client.alive;
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(client.alive, alive);
  });

  test('stops an answer early when a gate is certain, and says so', async () => {
    const small = site('small', [{ ...stream('bad', 'more'), after: 'hang' }]);
    const { outcome, client } = await play({
      isStream: true,
      sites: { small: [small], big: big() },
      judging: judging({ release: { mode: 'early', tokens: 0 } }),
    });
    assert.deepEqual(client.written, ['strong', 'answer']);
    assert.deepEqual(told(outcome), ['small:partial/rejected', 'big:ok']);
    assert.equal(outcome.exchanges[0]?.verdicts?.[0]?.reason, 'it is bad already');
    assert.equal(outcome.exchanges[0]?.text, 'bad');
    assert.equal(small.aborted, 1);
  });

  test('lets an answer go after its first tokens, and then never changes the model', async () => {
    const strong = big();
    const { outcome, client } = await play({
      isStream: true,
      sites: { small: [site('small', [stream('one', 'two', 'bad', 'END')])], big: strong },
      judging: judging({ release: { mode: 'first-tokens', tokens: 2 } }),
    });
    assert.deepEqual(client.written, ['one', 'two', 'bad']);
    assert.equal(outcome.answer?.attempt.model, 'small');
    assert.equal(outcome.answer?.verdicts?.[0]?.pass, false);
    assert.equal(strong[0]?.calls, 0);
  });

  test('refuses within the first tokens', async () => {
    const { client } = await play({
      isStream: true,
      sites: { small: [site('small', [{ ...stream('bad'), after: 'hang' }])], big: big() },
      judging: judging({ release: { mode: 'first-tokens', tokens: 2 } }),
    });
    assert.deepEqual(client.written, ['strong', 'answer']);
  });

  test('of the last model flows at once when it is given whatever the gates say', async () => {
    const { client, ended } = begin({
      isStream: true,
      plan: [rung('big')],
      sites: { big: [site('big', [{ ...stream('one', 'two'), after: 'hang' }])] },
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(client.written, ['one', 'two']);
    client.leave();
    const outcome = await ended;
    assert.equal(outcome.exchanges[0]?.result.status, 'client_gone');
    assert.equal(outcome.answer, outcome.exchanges[0], 'it is the answer that the client had begun to read');
  });

  test('ends when the client leaves while an answer is held', async () => {
    const small = site('small', [{ ...stream('one'), after: 'hang' }]);
    const strong = site('big', [stream('x', 'END')]);
    const { client, ended } = begin({ isStream: true, sites: { small: [small], big: [strong] } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.leave();
    const outcome = await ended;
    assert.deepEqual(told(outcome), ['small:client_gone']);
    assert.equal(strong.calls, 0);
    assert.deepEqual(client.written, []);
  });
});
