// However a provider's stream is cut into pieces and wherever it breaks off: it never ends as a finished answer, nothing is
// thrown out of the request, the client is told in its own dialect, and the call has its row.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { NeutralEvent } from '../../src/dialect/neutral.ts';
import { Translation } from '../../src/dialect/translation.ts';
import { type ChatDialectName, DIALECT_NAMES, DIALECTS, type Played, play } from './played-call.ts';
import { RECORDED, type RecordedStream } from './recorded-streams.ts';

const RUNS = 10_000;

const BODIES: Readonly<Record<ChatDialectName, object>> = {
  'openai-chat': { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] },
  'openai-responses': { model: 'm', stream: true, input: 'Hi' },
  'anthropic-messages': { model: 'm', max_tokens: 99, stream: true, messages: [{ role: 'user', content: 'Hi' }] },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
};

interface Case {
  from: ChatDialectName;
  to: ChatDialectName;
  stream: RecordedStream;
  /** How many bytes come; all of them when it is above their number. */
  bytes: number;
  cuts: readonly number[];
  isReset: boolean;
}

const someCase: fc.Arbitrary<Case> = fc
  .record({ from: fc.constantFrom(...DIALECT_NAMES), to: fc.constantFrom(...DIALECT_NAMES) })
  .chain(({ from, to }) =>
    fc.constantFrom(...RECORDED[to]).chain((stream) =>
      fc.record({
        from: fc.constant(from),
        to: fc.constant(to),
        stream: fc.constant(stream),
        bytes: fc.nat(sizeOf(stream)),
        cuts: fc.array(fc.nat(sizeOf(stream)), { maxLength: 12 }),
        isReset: fc.boolean(),
      }),
    ),
  );

const bytesOf = ({ events }: RecordedStream): Buffer => Buffer.from(events.join(''));
const sizeOf = (stream: RecordedStream): number => bytesOf(stream).length;

/** Where the JSON of the event with the finish ends: from there on the answer has finished. */
function finishEndOf({ events, finishAt }: RecordedStream): number {
  return Buffer.byteLength(
    events
      .slice(0, finishAt + 1)
      .join('')
      .trimEnd(),
  );
}

function piecesOf({ stream, bytes, cuts }: Case): Buffer[] {
  const whole = bytesOf(stream).subarray(0, bytes);
  const places = [0, ...cuts.filter((cut) => cut < bytes).toSorted((a, b) => a - b), bytes];
  return places.slice(1).map((end, index) => whole.subarray(places[index], end));
}

/** What a client of this dialect makes of the answer. */
function heard(from: ChatDialectName, { text }: Played): Set<NeutralEvent['type']> {
  const types = new Set<NeutralEvent['type']>();
  const decoder = DIALECTS[from].createDecoder();
  const listening = new Translation(
    {
      push: (event) => {
        const events = decoder.push(event);
        for (const { type } of events) types.add(type);
        return events;
      },
    },
    { push: () => '' },
  );
  listening.push(Buffer.from(text));
  listening.end();
  return types;
}

function check(one: Case, played: Played): 'finished' | 'broken' | 'failed' {
  const { from, stream, bytes, isReset } = one;
  assert.equal(played.rows.length, 1, 'one row');
  const [row] = played.rows;
  const isFinished = bytes >= finishEndOf(stream);
  if (played.status !== 200) {
    assert.ok(!isFinished || isReset, 'a finished answer is given');
    assert.ok(played.status >= 500 && row?.status === 'error', `${played.status} ${row?.status}`);
    const { error } = JSON.parse(played.text) as { error?: { message?: string } };
    assert.ok(error?.message, played.text);
    return 'failed';
  }
  const types = heard(from, played);
  if (row?.status === 'ok') {
    assert.ok(isFinished, `ok after ${bytes} of ${sizeOf(stream)} bytes`);
    assert.ok(types.has('finish') && !types.has('error'), [...types].join());
    return 'finished';
  }
  assert.equal(row?.status, 'partial');
  assert.ok(types.has('error') && !types.has('end'), [...types].join());
  assert.ok(isFinished || !types.has('finish'), `a finish was invented: ${played.text.slice(-300)}`);
  return 'broken';
}

test(`${RUNS} streams, cut anywhere, of every dialect in every dialect`, async () => {
  const ends = { finished: 0, broken: 0, failed: 0 };
  const pairs = new Set<string>();
  await fc.assert(
    fc.asyncProperty(someCase, async (one) => {
      const { from, to, isReset } = one;
      const body = JSON.stringify(BODIES[from]);
      const played = await play({ from, to, body, stream: true, answer: { pieces: piecesOf(one), isReset } });
      ends[check(one, played)]++;
      pairs.add(`${from} ${to}`);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  assert.equal(pairs.size, DIALECT_NAMES.length ** 2);
  assert.ok(ends.broken > RUNS / 3 && ends.finished > 50 && ends.failed > 50, JSON.stringify(ends));
});

test('every recorded stream is a whole one: in every dialect its finish arrives, and what it has used', async () => {
  for (const to of DIALECT_NAMES) {
    for (const from of DIALECT_NAMES) {
      for (const stream of RECORDED[to]) {
        const body = JSON.stringify(BODIES[from]);
        const played = await play({ from, to, body, stream: true, answer: { pieces: [bytesOf(stream)] } });
        const where = `${from} from ${to}, ${stream.name}`;
        assert.equal(
          check({ from, to, stream, bytes: sizeOf(stream), cuts: [], isReset: false }, played),
          'finished',
          where,
        );
        const [row] = played.rows;
        assert.deepEqual(
          [row?.usage?.inputTokens, row?.usage?.cacheReadTokens, row?.usage?.outputTokens],
          [7, 4, 7],
          where,
        );
        assert.equal(row?.costNanoUsd === null, false, where);
      }
    }
  }
});
