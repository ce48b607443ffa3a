import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clientFeedback, weakFeedback } from '../call/feedback.ts';
import { type AskedQuestion, createWeakSignals, toWeakNote, type WeakSignal } from './weak-signals.ts';

const MINUTE = 60_000;
const AT = Date.UTC(2026, 10, 28, 12);

const asked = (id: string, ask: string, more: Partial<AskedQuestion> = {}): AskedQuestion => ({
  id,
  atMs: AT,
  latencyMs: 1000,
  tenant: 'acme',
  session: 's',
  task: 'triage',
  ask,
  opening: ask,
  messages: 1,
  isInToolLoop: false,
  ...more,
});

/** What is found of questions that are asked one minute after the other. */
function observed(...questions: AskedQuestion[]): (WeakSignal | null)[] {
  const { observe } = createWeakSignals({ salt: 1 });
  return questions.map((one, at) => observe({ ...one, atMs: one.atMs + at * MINUTE }));
}

const retried = (about: string): WeakSignal => ({ about, what: 'retried', similarity: 1 });

describe('within a session', () => {
  test('the same question again is a retry, however it is written', () => {
    assert.deepEqual(observed(asked('a', 'What is it?'), asked('b', ' what is  IT')), [null, retried('a')]);
  });

  test('one much like it is a rephrasing, with how alike they are', () => {
    const [, found] = observed(asked('a', 'Summarise this mail'), asked('b', 'Summarise this mail in three bullets'));
    assert.equal(found?.what, 'rephrased');
    assert.equal(found?.about, 'a');
    assert.ok((found?.similarity ?? 0) >= 0.5 && (found?.similarity ?? 0) < 1);
  });

  test('a question about something else is neither, and the next one is held against it', () => {
    const questions = ['Summarise this mail', 'Who has sent it?', 'Summarise this mail', 'Summarise this mail'];
    const found = observed(...questions.map((ask, at) => asked(`q${at}`, ask, { messages: 2 * at + 1 })));
    assert.deepEqual(found.slice(0, 3), [null, null, null]);
  });

  test('the next turn of a loop of tools is neither, and its answer is the one that is asked for again', () => {
    const found = observed(
      asked('a', 'Mend the test'),
      asked('b', 'Mend the test', { messages: 3, isInToolLoop: true }),
      asked('c', 'Mend the test', { messages: 5, isInToolLoop: true }),
      asked('d', 'Mend the test, please', { messages: 7 }),
    );
    assert.deepEqual(found.slice(0, 3), [null, null, null]);
    assert.deepEqual([found[3]?.about, found[3]?.what], ['c', 'rephrased']);
  });

  test('a loop that was compacted has fewer messages, and is still none', () => {
    const found = observed(
      asked('a', 'Mend it', { messages: 9 }),
      asked('b', 'Mend it', { messages: 3, isInToolLoop: true }),
    );
    assert.deepEqual(found, [null, null]);
  });

  test('the word that moves a conversation on is no retry', () => {
    const found = observed(...[1, 3, 5].map((messages) => asked(`m${messages}`, 'continue', { messages })));
    assert.deepEqual(found, [null, null, null]);
  });

  test('an edited or repeated message is one, with no more messages than before', () => {
    const found = observed(asked('a', 'Is it so?', { messages: 5 }), asked('b', 'Is it so?', { messages: 5 }));
    assert.deepEqual(found, [null, retried('a')]);
  });

  test('a question without words is nobody’s, and ends what was before', () => {
    const found = observed(asked('a', 'Is it?'), asked('b', '?!'), asked('c', 'Is it?'));
    assert.deepEqual(found, [null, null, null]);
  });
});

describe('it is no sign', () => {
  test('after the time is over, counted from the end of the answer', () => {
    const slow = asked('a', 'Is it?', { latencyMs: 5 * MINUTE });
    for (const [withinMs, atMs, expected] of [
      [MINUTE, AT + 6 * MINUTE, retried('a')],
      [MINUTE, AT + 6 * MINUTE + 1, null],
      [10, AT + 5 * MINUTE, retried('a')],
    ] as const) {
      const { observe } = createWeakSignals({ withinMs, salt: 1 });
      observe(slow);
      assert.deepEqual(observe(asked('b', 'Is it?', { atMs })), expected);
    }
  });

  test('while the answer to the first is still coming, as where one thing is asked many times at once', () => {
    const { observe } = createWeakSignals({ salt: 1 });
    const all = ['a', 'b', 'c'].map((id, at) => observe(asked(id, 'Draw a card', { atMs: AT + at, latencyMs: 900 })));
    assert.deepEqual(all, [null, null, null]);
  });

  test('when the calls end in another order than they began', () => {
    const { observe } = createWeakSignals({ salt: 1 });
    observe(asked('late', 'Is it?', { atMs: AT + MINUTE }));
    assert.equal(observe(asked('early', 'Is it?', { latencyMs: 2 * MINUTE })), null);
    assert.deepEqual(observe(asked('next', 'Is it?', { atMs: AT + 3 * MINUTE })), retried('late'));
  });

  test('in another session, task or tenant', () => {
    for (const more of [{ session: 't' }, { task: 'other' }, { task: null }, { tenant: 'beta' }])
      assert.deepEqual(observed(asked('a', 'Is it?'), asked('b', 'Is it?', more)), [null, null]);
  });

  test('for the fourth time in a row: a program fills in a template', () => {
    const tickets = ['great', 'poor', 'fine', 'bad', 'odd', 'new'];
    const found = observed(...tickets.map((word) => asked(word, `Is this review good or bad: a ${word} product`)));
    assert.deepEqual(
      found.map((one) => one?.about ?? null),
      [null, 'great', 'poor', 'fine', null, null],
    );
    const after = [
      ...tickets.map((word) => `Is this review good or bad: a ${word} product`),
      'Thank you so much',
      'thank you so much',
    ];
    assert.deepEqual(observed(...after.map((ask) => asked(ask, ask))).at(-1), retried('Thank you so much'));
  });
});

describe('without a session', () => {
  const alone = (id: string, ask: string, more: Partial<AskedQuestion> = {}): AskedQuestion =>
    asked(id, ask, { session: null, opening: `Be brief.\n${ask}`, ...more });

  test('the very same request of the same tenant is a retry', () => {
    assert.deepEqual(observed(alone('a', 'Is it?'), alone('b', 'Is it?')), [null, retried('a')]);
    assert.deepEqual(observed(alone('a', 'Is it?'), alone('b', 'Is it?', { tenant: 'beta' })), [null, null]);
    assert.deepEqual(observed(alone('a', 'Is it?'), alone('b', 'Is it?', { opening: 'Be long.\nIs it?' })), [
      null,
      null,
    ]);
  });

  test('it is remembered while others ask', () => {
    const found = observed(alone('a', 'Is it?'), alone('b', 'Is it not?'), alone('c', 'Is it?'));
    assert.deepEqual(found, [null, null, retried('a')]);
  });

  test('a later turn of the conversation is none, and neither is a rephrasing', () => {
    const opening = 'Be brief.\nIs it so?';
    const found = observed(
      alone('a', 'Is it so?', { opening }),
      alone('b', 'Is it so, really?', { opening, messages: 3 }),
      alone('c', 'Is it so, really?', { opening, messages: 5 }),
    );
    assert.deepEqual(found, [null, null, null]);
  });
});

test('what was silent longest is forgotten when there are too many sessions', () => {
  const { observe } = createWeakSignals({ sessions: 2, salt: 1 });
  for (const session of ['s1', 's2', 's3']) observe(asked(session, 'Is it?', { session }));
  const again = (session: string): WeakSignal | null => observe(asked('x', 'Is it?', { session, atMs: AT + MINUTE }));
  assert.deepEqual([again('s3'), again('s1')], [retried('s3'), null]);
});

test('a signal becomes a note about the earlier call, which is no feedback of a client', () => {
  const later = asked('req_2', 'Summarise it in three bullets', { atMs: AT + 5 });
  const note = toWeakNote({ about: 'req_1', what: 'rephrased', similarity: 0.512345 }, later);
  assert.deepEqual(note, {
    id: 'weak_req_2',
    kind: 'feedback',
    atMs: AT + 5,
    tenant: 'acme',
    task: 'triage',
    about: 'req_1',
    costs: [],
    body: { source: 'weak', what: 'rephrased', similarity: 0.512, later: 'req_2' },
  });
  assert.equal(clientFeedback(note), null);
  assert.equal(weakFeedback(note)?.what, 'rephrased');
});
