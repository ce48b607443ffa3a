import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { type Comparison, differenceOf, noComparison, type Stream, withCompared } from './comparison.ts';
import { isShown, type MeanClaim } from './mean-test.ts';
import { createRandom } from './random.ts';

const RANGE = { low: -1, high: 1 };
const CLAIMS: MeanClaim[] = [
  { side: 'below', bound: 0, distances: [{ distance: 0.03, share: 1 }] },
  { side: 'above', bound: -0.06, distances: [{ distance: 0.06, share: 1 }] },
];
const NOTHING = noComparison(RANGE, CLAIMS);

type Arrival = [Stream, number];

function comparisonOf(arrivals: readonly Arrival[], from: Comparison = NOTHING): Comparison {
  return arrivals.reduce((comparison, [stream, value]) => withCompared(comparison, stream, value), from);
}

/** Gaps of -1, 0 and 1; each arrival is the candidate's with a chance. */
function simulated(
  candidateMean: number,
  { seed, candidateShare }: { seed: number; candidateShare: number },
): Comparison {
  const random = createRandom(seed);
  let comparison = NOTHING;
  while (comparison.pairs < 600) {
    const isCandidate = random() < candidateShare;
    const luck = random();
    const value = luck < 0.05 + (isCandidate ? candidateMean / 2 : 0) ? 1 : luck < 0.1 ? -1 : 0;
    comparison = withCompared(comparison, isCandidate ? 'candidate' : 'base', value);
  }
  return comparison;
}

function shownOf(claim: number, candidateMean: number, candidateShare: number): number {
  let shown = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const { tests } = simulated(candidateMean, { seed, candidateShare });
    if (isShown(tests[claim] ?? assert.fail(), 0.05)) shown++;
  }
  return shown;
}

describe('two streams that are compared by pairs', () => {
  test('of nothing are not different, and nothing is known of them', () => {
    assert.deepEqual(differenceOf(NOTHING), { mean: null, low: -2, high: 2 });
    assert.deepEqual(
      differenceOf(
        comparisonOf([
          ['base', 1],
          ['base', 1],
        ]),
      ),
      { mean: null, low: -2, high: 2 },
    );
  });

  test('are told apart no more often than is said where they are the same, whichever comes more often', () => {
    for (const share of [0.2, 0.5, 0.8]) {
      const shown = shownOf(0, 0, share);
      assert.ok(shown <= 13, `${shown} of 150 at ${share}`);
    }
  });

  test('that differ by the bound are shown to differ by less no more often than is said', () => {
    for (const share of [0.2, 0.5]) {
      const shown = shownOf(1, -0.06, share);
      assert.ok(shown <= 13, `${shown} of 150 at ${share}`);
    }
  });

  test('need fewer values of the one that comes seldom where the other comes often', () => {
    const [even, often] = [shownOf(1, -0.025, 0.5), shownOf(1, -0.025, 0.2)];
    assert.ok(often > even + 10, `${often} and ${even} of 150`);
  });

  test('pair a value with up to four of the other stream, the oldest first', () => {
    const many = comparisonOf(Array.from({ length: 100 }, (): Arrival => ['base', 0]));
    assert.equal(many.waiting.base.length, 32);
    const one = withCompared(many, 'candidate', 1);
    assert.equal(one.waiting.base.length, 28);
    assert.equal(one.pairs, 1);
    assert.equal(one.paired.base.count, 4);
    const even = comparisonOf([
      ['base', 0.5],
      ['candidate', 1],
      ['candidate', -1],
      ['base', 0],
    ]);
    assert.equal(even.pairs, 2);
    assert.equal(even.paired.base.count, 2);
  });

  test('wait for as many of the other stream as have come lately', () => {
    const often = comparisonOf(Array.from({ length: 100 }, (): Arrival => ['base', 0]));
    const eight = comparisonOf(
      Array.from({ length: 8 }, (): Arrival => ['candidate', 1]),
      often,
    );
    assert.deepEqual([eight.pairs, eight.waiting.base.length], [8, 0]);
    const ninth = comparisonOf(
      [
        ['candidate', 1],
        ['base', 0],
      ],
      eight,
    );
    assert.deepEqual([ninth.pairs, ninth.waiting.candidate.length], [8, 1]);
    assert.equal(
      comparisonOf(
        [
          ['base', 0],
          ['base', 0],
          ['base', 0],
        ],
        ninth,
      ).pairs,
      9,
    );
  });

  test('forget the oldest of those that wait', () => {
    const waiting = comparisonOf(Array.from({ length: 40 }, (_, at): Arrival => ['candidate', at / 100])).waiting;
    assert.deepEqual(waiting.candidate.slice(0, 2), [0.08, 0.09]);
    assert.equal(waiting.candidate.length, 32);
  });

  test('law: what came first within a pair changes nothing', () => {
    const pairs = fc.array(fc.tuple(fc.constantFrom(-1, 0, 1), fc.constantFrom(-1, 0, 1), fc.boolean()), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(pairs, (all) => {
        const couples = all.map(([base, candidate]): [Arrival, Arrival] => [
          ['base', base],
          ['candidate', candidate],
        ]);
        const one = comparisonOf(couples.flat());
        const other = comparisonOf(couples.flatMap((couple, at) => (all[at]?.[2] ? couple : couple.toReversed())));
        assert.deepEqual({ ...one, baseShare: 0 }, { ...other, baseShare: 0 });
      }),
    );
  });

  test('law: as long as a value waits, nothing depends on it', () => {
    const arrival = fc.tuple(fc.constantFrom<Stream>('base', 'candidate'), fc.constantFrom(-1, 0, 1));
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 60 }), fc.constantFrom(-1, 1), (arrivals, value) => {
        const before = comparisonOf(arrivals);
        const stream = before.waiting.base.length > 0 ? 'base' : 'candidate';
        const [one, other] = [withCompared(before, stream, value), withCompared(before, stream, 0)];
        if (one.pairs > before.pairs) return;
        assert.deepEqual({ ...one, waiting: null }, { ...other, waiting: null });
      }),
    );
  });

  test('law: goes on from its state as from its values', () => {
    const arrival = fc.tuple(fc.constantFrom<Stream>('base', 'candidate'), fc.double({ min: -1, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 60 }), fc.nat(60), (arrivals, cut) => {
        const kept = JSON.parse(JSON.stringify(comparisonOf(arrivals.slice(0, cut)))) as Comparison;
        assert.deepEqual(
          JSON.stringify(comparisonOf(arrivals.slice(cut), kept)),
          JSON.stringify(comparisonOf(arrivals)),
        );
      }),
    );
  });

  test('refuses what is outside of its range, and what is no number', () => {
    for (const value of [1.1, -2, Number.NaN])
      assert.throws(() => withCompared(NOTHING, 'base', value), /is not between -1 and 1/);
  });
});
