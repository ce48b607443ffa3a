// How cascades end otherwise: with an error, with the client gone, with two attempts side by side, with a judge, with calls
// of tools. Through the built gateway, with the SDKs where they decide what happens next.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { askSdk, cheaply, isCheap, other, SETUPS, type Seen, startCascades, strong, write } from './cascade-gateway.ts';
import { expectLeft, rowOfSession, type ScriptedGateway } from './scripted-gateway.ts';
import {
  beginStream,
  ending,
  opening,
  reply,
  type Script,
  sendJson,
  token,
  toolCall,
  type Visit,
} from './scripted-upstream.ts';
import { eventually, fileScope } from './support.ts';
import { errorIn, eventsOf, send } from './wire-client.ts';

const scope = fileScope();
let scripted: ScriptedGateway;

before(async () => {
  scripted = await startCascades(scope);
});

const rowOf = (seen: Seen) => scripted.gateway.row(String(seen.headers.get('x-tierline-request-id')));

/** Whole or streamed, as the request wants it. */
function say(text: string): Script {
  return async (visit) => {
    if (visit.body.stream === true) {
      await write(visit, text);
      visit.response.end(ending(visit.wire));
      return;
    }
    const body = JSON.stringify(reply(visit.wire)).replace('Hello there', text);
    sendJson(visit, 200, JSON.parse(body) as object);
  };
}

/** A judge that gives this grade. */
function grades(score: number): Script {
  return (visit) => {
    const body = reply(visit.wire) as { choices: { message: { content: string } }[] };
    const [choice] = body.choices;
    assert.ok(choice);
    choice.message.content = JSON.stringify({ score, reason: 'So it is.' });
    sendJson(visit, 200, body);
  };
}

for (const { wire, cheap, name } of SETUPS) {
  test(`${name}: an answer that nobody may have is an error that no SDK tries again`, async () => {
    const { upstream, gateway } = scripted;
    for (const stream of [false, true]) {
      const text = `refused ${stream} ${name}`;
      upstream.on(text, say('9'));
      const seen = await askSdk(gateway.url, { wire, text, stream, task: `strict-${cheap}` });
      assert.equal(seen.requests, 1, 'it would be paid again');
      assert.equal(seen.error?.status, 502);
      assert.match(seen.error?.message ?? '', /did not pass its gates: pattern: /);
      assert.equal(seen.headers.get('x-should-retry'), 'false');
      errorIn(wire, seen.raw);
      if (wire === 'openai') assert.equal(seen.error?.code, 'answer_refused');
      const row = await rowOf(seen);
      assert.deepEqual([row.status, row.httpStatus, row.errorCode, row.model], ['error', 502, 'answer_refused', null]);
      assert.deepEqual([row.attempts.length, row.costNanoUsd, row.baselineNanoUsd], [2, 14_000 + 140_000, 0]);
    }
  });

  test(`${name}: an error after signs of life is an event of the stream, and no SDK tries again either`, async () => {
    const { upstream, gateway } = scripted;
    const text = `refused late ${name}`;
    upstream.on(text, async (visit) => {
      await sleep(150);
      await say('9')(visit);
    });
    const seen = await askSdk(gateway.url, { wire, text, task: `strict-${cheap}` });
    assert.equal(seen.requests, 1);
    assert.ok(seen.error);
    assert.match(seen.raw, /^: keep-alive\n\n/);
    const events = eventsOf(seen.raw);
    assert.equal(events.length, 1, seen.raw);
    assert.match(errorIn(wire, events[0]?.data ?? '').message, /did not pass its gates/);
    const row = await rowOf(seen);
    assert.deepEqual([row.status, row.errorCode], ['error', 'answer_refused']);
  });

  test(`${name}: calls of tools go through when they are valid, and lead on when they are not`, async () => {
    const { upstream, gateway } = scripted;
    const calling =
      (given: string): Script =>
      (visit) => {
        beginStream(visit);
        visit.response.end(opening(visit.wire) + toolCall(visit.wire, 'look', given) + ending(visit.wire, 'tools'));
      };
    for (const [given, escalates] of [
      ['{"city":"Paris"}', false],
      ['{"town":"Paris"}', true],
      ['{"city":', true],
    ] as const) {
      const text = `tools ${given} ${name}`;
      const isGood: Script = calling('{"city":"Paris"}');
      upstream.on(text, (visit) => (isCheap(visit) ? calling(given)(visit) : isGood(visit)));
      const seen = await askSdk(gateway.url, { wire, text, hasTools: true, task: `tools-${cheap}` });
      assert.equal(seen.error, null);
      assert.deepEqual(seen.calls, [{ name: 'look', given: '{"city":"Paris"}' }]);
      assert.match(String(seen.finish), /^tool_(calls|use)$/);
      const row = await rowOf(seen);
      assert.equal(row.escalated, escalates);
      assert.equal(row.attempts[0]?.verdicts?.[0]?.pass, !escalates);
      assert.equal(seen.costNanoUsd, row.costNanoUsd);
    }
  });

  test(`${name}: a judge decides, and what it cost is in the call`, async () => {
    const { upstream, gateway } = scripted;
    for (const stream of [true, false]) {
      upstream.on('judge', grades(0.9));
      const text = `judged ${stream} ${name}`;
      const good = await askSdk(gateway.url, { wire, text, stream, task: `judged-${cheap}` });
      assert.match(good.text, /Hello/);
      const kept = await rowOf(good);
      const verdict = kept.attempts[0]?.verdicts?.find(({ gate }) => gate === 'judge');
      assert.deepEqual([verdict?.pass, verdict?.score, verdict?.costNanoUsd], [true, 0.9, 14_000]);
      assert.deepEqual([kept.costNanoUsd, kept.costBasis], [28_000, 'measured']);
      // A stream has told its usage before its judge is asked.
      assert.equal(good.costNanoUsd, stream ? 14_000 : 28_000);
      upstream.on('judge', (visit) => grades(visit.text.includes('Strong') ? 0.9 : 0.1)(visit));
      upstream.on(`${text} again`, (visit) => (isCheap(visit) ? say('Hello')(visit) : say('Strong')(visit)));
      const better = await askSdk(gateway.url, { wire, text: `${text} again`, stream, task: `judged-${cheap}` });
      assert.equal(better.text, 'Strong');
      const row = await rowOf(better);
      assert.equal(row.costNanoUsd, 14_000 + 14_000 + 140_000 + 14_000);
      assert.equal(better.costNanoUsd, stream ? 14_000 + 14_000 + 140_000 : row.costNanoUsd);
      if (!stream) assert.equal(better.headers.get('x-tierline-cost-usd'), String((row.costNanoUsd ?? 0) / 1e9));
    }
  });

  test(`${name}: a judge that is down fails the answer and costs nothing`, async () => {
    const { upstream, gateway } = scripted;
    upstream.on('judge', (visit) => sendJson(visit, 500, { error: { message: 'no' } }));
    const seen = await askSdk(gateway.url, { wire, text: `no judge ${name}`, stream: false, task: `judged-${cheap}` });
    assert.equal(seen.error?.status, 502);
    const row = await rowOf(seen);
    assert.deepEqual([row.costNanoUsd, row.costBasis], [14_000 + 140_000, 'measured']);
    assert.match(row.attempts[0]?.verdicts?.at(-1)?.reason ?? '', /judge could not be asked/);
  });

  for (const [task, what] of [
    ['patient', 'while its answer is held'],
    ['judged', 'while a judge thinks'],
  ] as const) {
    test(`${name}: a client that leaves ${what} has one row, and whoever worked for it is left`, async () => {
      const { upstream, gateway } = scripted;
      const text = `leave ${task} ${name}`;
      const isJudge = ({ body }: Visit): boolean => body.model === 'judge';
      upstream.on('judge', () => {});
      upstream.on(text, async (visit) => {
        await write(visit, 'Hello');
        if (task === 'judged') visit.response.end(ending(visit.wire));
      });
      const before = upstream.visits.length;
      const headers = { 'x-session-id': text };
      const running = send(gateway.url, { wire, text, headers, model: `auto/${task}-${cheap}`, stream: true });
      const visit = await eventually(() =>
        upstream.visits.slice(before).find((one) => isJudge(one) === (task === 'judged')),
      );
      await sleep(30);
      await expectLeft(visit, running.leave);
      const row = await rowOfSession(gateway, text);
      assert.deepEqual([row.status, row.errorCode, row.httpStatus], ['client_gone', 'client_gone', 499]);
      assert.equal(row.attempts.length, 1);
      assert.deepEqual([row.costBasis, (row.costNanoUsd ?? 0) > 0], ['estimated', true]);
      await sleep(100);
      assert.equal(gateway.rows().filter(({ session }) => session === text).length, 1);
      assert.equal(upstream.visitsOf(text).length, 1, 'the strong model is not asked for nobody');
    });
  }

  test(`${name}: of two side by side the first that passes is given, and the other is left at once`, async () => {
    const { upstream, gateway } = scripted;
    const task = `hedged-${cheap}`;
    // A pass rate has to be known before anything is hedged.
    await askSdk(gateway.url, { wire, text: `prime ${name}`, stream: false, task });
    for (const winner of ['strong', 'cheap'] as const) {
      const text = `race ${winner} ${name}`;
      let wonAt = 0;
      const drip: Script = async (visit) => {
        await write(visit, 'Hello');
        for (let word = 0; visit.leftAt === null && word < 300; word++) {
          visit.response.write(token(visit.wire, ' more'));
          await sleep(10);
        }
      };
      upstream.on(text, async (visit) => {
        if (isCheap(visit) !== (winner === 'cheap')) return drip(visit);
        if (winner === 'cheap') await sleep(150);
        await (winner === 'cheap' ? say('Hello there') : strong)(visit);
        wonAt = performance.now();
      });
      const seen = await askSdk(gateway.url, { wire, text, task });
      assert.deepEqual([seen.error, seen.requests], [null, 1]);
      assert.equal(seen.text, winner === 'cheap' ? 'Hello there' : 'Strong answer');
      const visits = upstream.visitsOf(text);
      assert.equal(visits.length, 2);
      const loser = visits.find((visit) => isCheap(visit) !== (winner === 'cheap'));
      const leftAt = await eventually(() => loser?.leftAt);
      assert.ok(leftAt - wonAt < 250, `left after ${Math.round(leftAt - wonAt)} ms`);
      const row = await rowOf(seen);
      const [first, second] = row.attempts;
      assert.deepEqual([first?.model, second?.model], [`cheap-${cheap}`, `strong-${other(cheap)}`]);
      const [won, lost] = winner === 'cheap' ? [first, second] : [second, first];
      assert.deepEqual([won?.status, won?.stopped, won?.costBasis], ['ok', null, 'measured']);
      assert.deepEqual([lost?.status, lost?.stopped, lost?.costBasis], ['partial', 'beaten', 'estimated']);
      assert.ok((lost?.usage?.inputTokens ?? 0) > 0 && (lost?.usage?.outputTokens ?? 0) > 1, JSON.stringify(lost));
      assert.equal(row.costNanoUsd, (won?.costNanoUsd ?? 0) + (lost?.costNanoUsd ?? 0));
      assert.deepEqual([row.costBasis, row.model], ['estimated', won?.model]);
    }
  });
}

test('the headers of a stream name the model whose answer begins, not the one that was started last', async () => {
  const { upstream, gateway } = scripted;
  const task = 'hedged-openai';
  await askSdk(gateway.url, { wire: 'openai', text: 'prime headers', stream: false, task });
  upstream.on('race headers', async (visit) => {
    if (!isCheap(visit)) return;
    // Later than the second one starts, and before the first sign of life.
    await sleep(70);
    await say('Hello there')(visit);
  });
  const seen = await askSdk(gateway.url, { wire: 'openai', text: 'race headers', task });
  assert.equal(seen.text, 'Hello there');
  // On a machine that is very busy a sign of life can come first, and names nobody.
  if (!seen.raw.startsWith(':')) assert.equal(seen.headers.get('x-tierline-model'), 'cheap-openai');
  assert.equal(upstream.visitsOf('race headers').length, 2);
});

test('a stream whose signs of life came first tells its task and its reasons, and no model', async () => {
  const { upstream, gateway } = scripted;
  upstream.on(
    'early head',
    cheaply(async (visit) => {
      await sleep(150);
      await say('9')(visit);
    }),
  );
  const seen = await askSdk(gateway.url, { wire: 'openai', text: 'early head', task: 'hold-openai' });
  assert.equal(seen.text, 'Strong answer');
  assert.equal(seen.headers.get('x-tierline-task'), 'hold-openai');
  assert.match(seen.headers.get('x-tierline-plan') ?? '', /cheap-openai/);
  assert.deepEqual([seen.headers.get('x-tierline-model'), seen.headers.get('x-tierline-attempts')], [null, null]);
});
