// What holds of weak signals whatever is asked: whom they are about, that sessions know nothing of each other, and that likeness is the same
// from both sides.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { likeness } from '../../src/watch/question-likeness.ts';
import { toQuestionPrint } from '../../src/watch/question-print.ts';
import { type AskedQuestion, createWeakSignals, type WeakSignal } from '../../src/watch/weak-signals.ts';

const MINUTE = 60_000;
const word = fc.constantFrom(
  'mail',
  'summarise',
  'this',
  'in',
  'three',
  'bullets',
  'Rome',
  '17',
  'メール',
  '要約',
  'please',
);
const ask = fc.oneof(
  { weight: 6, arbitrary: fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' ')) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
);

const asked: fc.Arbitrary<AskedQuestion> = fc.record({
  id: fc.constant(''),
  atMs: fc.nat(3 * MINUTE),
  latencyMs: fc.option(fc.nat(MINUTE)),
  tenant: fc.constantFrom('acme', 'beta'),
  session: fc.option(fc.constantFrom('s', 't')),
  task: fc.option(fc.constantFrom('triage')),
  ask,
  opening: fc.constantFrom('one', 'other'),
  messages: fc.integer({ min: 1, max: 5 }),
  isInToolLoop: fc.boolean(),
});

/** Calls in the order in which they began, up to three minutes after one another. */
const some = fc.array(asked, { minLength: 1, maxLength: 30 }).map((calls) => {
  let atMs = 0;
  return calls.map((call, at) => ({ ...call, id: `r${at}`, atMs: (atMs += call.atMs) }));
});

const observeAll = (calls: readonly AskedQuestion[], withinMs = 10 * MINUTE): (WeakSignal | null)[] => {
  const { observe } = createWeakSignals({ withinMs, salt: 3 });
  return calls.map((call) => observe(call));
};

const whose = ({ tenant, session, task, opening }: AskedQuestion): string =>
  JSON.stringify([tenant, task, session, session === null ? opening : null]);

describe('a weak signal', () => {
  test('is about an earlier call of the same conversation, whose answer was there, within the time', () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 5 * MINUTE }), (calls, withinMs) => {
        const byId = new Map(calls.map((call) => [call.id, call]));
        for (const [at, signal] of observeAll(calls, withinMs).entries()) {
          if (signal === null) continue;
          const later = calls[at] ?? assert.fail();
          const earlier = byId.get(signal.about) ?? assert.fail();
          const endMs = earlier.atMs + (earlier.latencyMs ?? 0);
          assert.equal(whose(earlier), whose(later));
          assert.ok(endMs <= later.atMs && later.atMs - endMs <= withinMs);
          assert.equal(later.isInToolLoop, false);
          assert.ok(signal.similarity > 0 && signal.similarity <= 1);
          if (later.session === null) assert.equal(signal.what, 'retried');
        }
      }),
    );
  });

  test('is the same whatever other conversations say in between', () => {
    fc.assert(
      fc.property(some, (calls) => {
        const all = observeAll(calls);
        for (const own of new Set(calls.map(whose))) {
          const alone = calls.filter((call) => whose(call) === own);
          assert.deepEqual(
            observeAll(alone),
            all.filter((_, at) => whose(calls[at] as AskedQuestion) === own),
          );
        }
      }),
    );
  });

  test('is there for the same words again, however they are spaced and cased', () => {
    fc.assert(
      fc.property(asked, fc.constantFrom('', ' ', '?', '!\n', '…'), (call, end) => {
        const first = { ...call, id: 'a', latencyMs: 1, isInToolLoop: false };
        const again = `  ${call.ask.toUpperCase().toLowerCase().replaceAll(' ', ' \t ')}${end}`;
        const second = { ...first, id: 'b', atMs: first.atMs + MINUTE, ask: again };
        const isAsked =
          toQuestionPrint(call.ask, 3) !== null && call.ask.toUpperCase().toLowerCase() === call.ask.toLowerCase();
        fc.pre(isAsked);
        assert.deepEqual(observeAll([first, second])[1], { about: 'a', what: 'retried', similarity: 1 });
      }),
    );
  });
});

/** Long ones, which share passages. */
const passage = fc.constantFrom(
  ...[1, 2, 3].map((start) =>
    Array.from({ length: 40 }, (_, at) => `w${'abcdefghij'[(at * start) % 10]}${'klmnopqrst'[at % 10]}`).join(' '),
  ),
);
const long = fc.array(fc.oneof(passage, ask), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));

test('likeness is the same from both sides, whole of a question with itself, and of nothing below its threshold', () => {
  fc.assert(
    fc.property(fc.oneof(ask, long), fc.oneof(ask, long), (one, other) => {
      const [first, second] = [toQuestionPrint(one, 3), toQuestionPrint(other, 3)];
      if (first === null || second === null) return;
      const found = likeness(first, second);
      assert.equal(likeness(second, first), found);
      assert.ok(found === null || (found >= 0.35 && found <= 1));
      assert.equal(likeness(first, first), 1);
    }),
    { numRuns: 300 },
  );
});
