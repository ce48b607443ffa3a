// What holds for every streamed call, however its attempts race, break, are refused, late or left: the client sees one
// answer at most, in order, and nothing after its end; whatever was asked for is there to be paid.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TierlineError } from '../../src/call/errors.ts';
import type { PlannedAttempt, StreamRelease } from '../../src/call/plan.ts';
import { judging, rung } from '../../src/delivery/cascade.fixture.ts';
import { type DeliveryOutcome, deliver } from '../../src/delivery/deliver.ts';
import { carriageFor, type FakeClient, setUp, site } from '../../src/delivery/sample.test.ts';
import type { UpstreamSink } from '../../src/provider/http-upstream.ts';

const MODELS = ['a', 'b', 'c'];

interface Script {
  /** Words, each after so many milliseconds; `bad` ones are refused. */
  words: readonly { afterMs: number; isBad: boolean }[];
  end: 'finish' | 'cut' | 'reset' | 'hang' | 'error' | 'wrong';
}

interface Case {
  scripts: readonly Script[];
  plan: PlannedAttempt[];
  release: StreamRelease;
  otherwise: 'answer' | 'error';
  leaveMs: number | null;
}

const ms = fc.nat(6);
const someScript: fc.Arbitrary<Script> = fc.record({
  words: fc.array(fc.record({ afterMs: ms, isBad: fc.integer({ min: 0, max: 5 }).map((dice) => dice === 0) }), {
    maxLength: 4,
  }),
  end: fc.constantFrom('finish', 'finish', 'finish', 'cut', 'reset', 'hang', 'error', 'wrong'),
});
const someCase: fc.Arbitrary<Case> = fc
  .record({
    scripts: fc.array(someScript, { minLength: 6, maxLength: 6 }),
    rungs: fc.tuple(
      ...MODELS.map(() =>
        fc.record({
          timeoutMs: fc.option(fc.integer({ min: 1, max: 20 })),
          hedgeAfterMs: fc.option(fc.nat(8)),
          after: fc.constantFrom('any' as const, 'any' as const, 'failure' as const),
        }),
      ),
    ),
    isGated: fc.integer({ min: 0, max: 4 }).map((dice) => dice > 0),
    mode: fc.constantFrom('hold' as const, 'early' as const, 'first-tokens' as const),
    otherwise: fc.constantFrom('answer' as const, 'error' as const),
    leaveMs: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(25) }),
  })
  .map(({ rungs, isGated, mode, ...fields }) => ({
    ...fields,
    plan: MODELS.map((model, at) => rung(model, { ...rungs[at], isGated, ...(at === 0 ? { after: 'any' } : {}) })),
    release: { mode, tokens: mode === 'first-tokens' ? 2 : 0 },
  }));

interface Sent {
  model: string;
  words: string[];
  isAborted: boolean;
  isOver: boolean;
}

/** Sends words until its end; like a socket it may still hand on what had come when it is left. */
function play(script: Script, sent: Sent, sink: UpstreamSink): void {
  const { words, end } = script;
  const timers = [...words.keys(), -1];
  const step = (): void => {
    const at = timers.shift() ?? -1;
    if (sent.isAborted) return;
    const word = sent.words[at];
    if (word !== undefined) {
      if (at === 0) sink.onHead(200, { 'content-type': 'text/event-stream' });
      sink.onData(Buffer.from(`data: ${word}\n\n`));
      setTimeout(step, words[at + 1]?.afterMs ?? 1);
      return;
    }
    if (end === 'hang') return;
    sent.isOver = true;
    if (end === 'reset') return sink.onError(new TierlineError('upstream_truncated'));
    if (end === 'error' || end === 'wrong') {
      if (words.length > 0) return sink.onError(new TierlineError('upstream_truncated'));
      sink.onHead(end === 'wrong' ? 400 : 500, {});
      return sink.onEnd();
    }
    if (words.length === 0) sink.onHead(200, { 'content-type': 'text/event-stream' });
    sink.onData(Buffer.from(`data: ${end === 'cut' ? 'CUT' : 'END'}\n\n`));
    sink.onEnd();
  };
  setTimeout(step, words[0]?.afterMs ?? 1);
}

async function run({ scripts, plan, release, otherwise, leaveMs }: Case) {
  const sites = Object.fromEntries(MODELS.map((model) => [model, [site(model, [])]]));
  const { delivery, client } = setUp(sites, { totalMs: 60, keepAliveMs: 3, baseDelayMs: 1, maxAttempts: 2 });
  const sent: Sent[] = [];
  const carry = (attempt: PlannedAttempt, deployment: Parameters<typeof carriageFor>[0]) => ({
    ...carriageFor(deployment, true),
    send: (_: unknown, sink: UpstreamSink) => {
      const script = scripts[sent.length % scripts.length] as Script;
      const words = script.words.map(({ isBad }, at) => `${attempt.model}${sent.length}-${at}${isBad ? 'bad' : ''}`);
      const one: Sent = { model: attempt.model, words, isAborted: false, isOver: false };
      sent.push(one);
      play(script, one, sink);
      const abort = (): void => {
        one.isAborted = true;
        // What a socket had buffered comes all the same.
        setImmediate(() => sink.onData(Buffer.from(`data: ${attempt.model}-late\n\n`)));
      };
      return { abort, pause: () => {}, resume: () => {} };
    },
  });
  if (leaveMs !== null) setTimeout(() => client.leave(), leaveMs);
  const gates = plan[0]?.isGated === true ? judging({ release, otherwise }) : null;
  const outcome = await deliver(delivery, plan, { client, isStream: true, judging: gates, carry });
  return { outcome, client, sent };
}

function check(one: Case, { outcome, client, sent }: { outcome: DeliveryOutcome; client: FakeClient; sent: Sent[] }) {
  const { answer, exchanges, error } = outcome;
  const written = client.written.map((text) => text.replace(/^data: |\n\n$/g, ''));
  assert.ok(client.begun <= 1, 'the stream begins once');
  const source = sent.find(({ words }) => written.length > 0 && words[0] === written[0]);
  assert.deepEqual(written, source?.words.slice(0, written.length) ?? [], 'one answer, in order, from its beginning');
  if (answer === null) assert.deepEqual(written, [], 'what is no answer is not seen');
  else if (source !== undefined) assert.equal(answer.attempt.model, source.model);
  if (answer !== null && error === null) {
    assert.ok(
      sent.some(({ words }) => words.join() === written.join()),
      'an answer without an error is whole',
    );
    if (one.otherwise === 'error' && one.release.mode !== 'first-tokens' && one.plan[0]?.isGated === true)
      assert.ok(!written.join().includes('bad') && answer.result.closing === 'END', 'it has passed its gates');
  }
  assert.equal(exchanges.filter(({ result }) => result.isSent).length, sent.length, 'all that was sent is told');
  for (const { isOver, isAborted } of sent) assert.ok(isOver || isAborted, 'nothing is left running');
  const tried = [...new Set(exchanges.map(({ attempt }) => attempt.model))];
  assert.deepEqual(tried, tried.toSorted(), 'models are tried in the order of the plan');
  assert.ok(exchanges.length > 0 || client.isGone);
}

test('a client sees one answer, in order, and nothing of the others or after its end', async () => {
  let hedged = 0;
  let stopped = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(someCase, { minLength: 40, maxLength: 40 }), async (cases) => {
      const played = await Promise.all(cases.map(async (one) => ({ one, ...(await run(one)) })));
      const seen = played.map(({ client }) => [client.written.length, client.alive]);
      await new Promise((resolve) => setTimeout(resolve, 40));
      for (const [at, { one, ...rest }] of played.entries()) {
        assert.deepEqual([rest.client.written.length, rest.client.alive], seen[at], 'nothing comes after the end');
        check(one, rest);
        if (rest.outcome.exchanges.some((exchange) => exchange.stopped === 'beaten')) hedged++;
        if (rest.outcome.exchanges.some((exchange) => exchange.stopped === 'late')) stopped++;
      }
    }),
    { numRuns: 15, endOnFailure: true },
  );
  assert.ok(hedged > 10 && stopped > 10, `${hedged} beaten, ${stopped} late`);
});
