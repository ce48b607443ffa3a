import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../stats/random.ts';
import { halvesOf, refitThresholds, type ScoredAnswer, type ThresholdDial } from './thresholds.ts';

const DIAL: ThresholdDial = {
  path: ['tasks', 'label', 'accept', 0, 'confidence', 'min'],
  name: 'confidence.min',
  inForce: 0.5,
};
const TARGET = { quality: 0.9, confidence: 0.95 };
/** What says 0.5 is right in six of ten cases, what says 1 nearly always. */
const rightAt = (score: number): number => Math.min(0.99, 0.6 + 0.9 * (score - 0.5));

interface Made {
  rightAt?: (score: number) => number;
  dials?: number;
  weightOf?: (random: () => number) => number;
}

function answers(
  count: number,
  seed: number,
  { rightAt: right = rightAt, dials = 1, weightOf = () => 1 }: Made = {},
): ScoredAnswer[] {
  const random = createRandom(seed * 7919);
  return Array.from({ length: count }, (_, at) => {
    const scores = Array.from({ length: dials }, () => Math.round((0.5 + random() / 2) * 1000) / 1000);
    return {
      id: `req_${seed}_${at}`,
      weight: weightOf(random),
      scores,
      right: Number(random() < right(scores[0] ?? 0)),
    };
  });
}

/** How right answers are that reach a number, and how many do, of all from 0.5 to 1. */
function truth(number: number): { quality: number; kept: number } {
  const scores = Array.from({ length: 5000 }, (_, at) => 0.5 + (at + 0.5) / 10_000).filter((score) => score >= number);
  return {
    quality: scores.reduce((sum, score) => sum + rightAt(score), 0) / scores.length,
    kept: scores.length / 5000,
  };
}

describe('a threshold', () => {
  test('that is chosen holds on answers that nobody has seen, and gives up little more than it has to', () => {
    let changed = 0;
    let broken = 0;
    let kept = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const aged = answers(500, seed, { weightOf: (random) => 0.5 ** (2 * random()) });
      const { verdict, dials } = refitThresholds(aged, [DIAL], TARGET);
      if (verdict !== 'change') continue;
      changed++;
      const fresh = truth(dials[0]?.chosen ?? 0);
      if (fresh.quality < TARGET.quality) broken++;
      kept += fresh.kept;
    }
    assert.ok(changed >= 75, `${changed} of 150 changed`);
    assert.ok(broken / 150 <= 0.05, `${broken} of 150 do not hold`);
    // 0.7 would do, and keeps six tenths.
    assert.ok(kept / changed > 0.35 && kept / changed < 0.6, String(kept / changed));
  });

  test('is never lowered, whatever canaries say of accepted answers', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { verdict, dials, say } = refitThresholds(answers(300, seed, { rightAt: () => 0.99 }), [DIAL], TARGET);
      assert.deepEqual([verdict, dials[0]?.chosen], ['keep', null]);
      assert.match(say, /only `tierline calibrate` can tell, for canaries are made of accepted answers/);
    }
    for (let seed = 1; seed <= 50; seed++) {
      const chosen = refitThresholds(answers(500, seed), [DIAL], TARGET).dials[0]?.chosen ?? 1;
      assert.ok(chosen >= DIAL.inForce, String(chosen));
    }
  });

  test('is not turned by scores that tell nothing', () => {
    let changed = 0;
    for (let seed = 1; seed <= 200; seed++)
      if (refitThresholds(answers(300, seed, { rightAt: () => 0.85 }), [DIAL], TARGET).verdict === 'change') changed++;
    assert.ok(changed <= 6, `${changed} of 200`);
  });

  test('needs fifty answers, and as many more as the target takes', () => {
    const few = refitThresholds(answers(49, 1), [DIAL], TARGET);
    assert.deepEqual([few.verdict, few.answers], ['few', 49]);
    assert.match(
      few.say,
      /^of 49 accepted answers with a score it is known whether they are right, and 50 are the least$/,
    );
    const strict = refitThresholds(answers(60, 1), [DIAL], { quality: 0.97, confidence: 0.95 });
    assert.equal(strict.verdict, 'few');
    assert.match(
      strict.say,
      /so few answers could not show it for any number: it takes 1\d\d at least, and there are \d\d/,
    );
    const old = answers(500, 1).map((answer) => ({ ...answer, weight: 0.05 }));
    assert.equal(refitThresholds(old, [DIAL], TARGET).verdict, 'few');
  });

  test('that is out of reach is said to be', () => {
    const { verdict, say } = refitThresholds(answers(600, 2, { rightAt: () => 0.6 }), [DIAL], TARGET);
    assert.equal(verdict, 'none');
    assert.match(
      say,
      /^of the answers that pass \d\d(\.\d)? % are right \(.+\), 90 % are wanted, and no number is surely enough/,
    );
  });

  test('lets pass what its gate had nothing to score on', () => {
    const silent = answers(400, 5).map((answer) => ({ ...answer, scores: [null] }));
    assert.notEqual(refitThresholds(silent, [DIAL], TARGET).verdict, 'change');
  });

  test('is one of several: the one that tells is turned', () => {
    const other: ThresholdDial = { ...DIAL, path: ['tasks', 'label', 'accept', 1, 'judge', 'min'], name: 'judge.min' };
    const { verdict, dials, accepted } = refitThresholds(answers(1500, 4, { dials: 2 }), [DIAL, other], TARGET);
    assert.equal(verdict, 'change');
    assert.ok((dials[0]?.chosen ?? 0) > 0.6 && (dials[1]?.chosen ?? 1) < 0.6, JSON.stringify(dials));
    assert.ok(accepted !== null && accepted.chosen.quality.share > accepted.inForce.quality.share);
    assert.equal(accepted.inForce.kept, 1);
  });

  test('is nothing to a task without one', () => {
    const { verdict, target } = refitThresholds(answers(100, 1), [], TARGET);
    assert.deepEqual([verdict, target], ['none', null]);
  });
});

test('halves are the same in every run, and about as large as each other', () => {
  const some = answers(1000, 1);
  const { choose, report } = halvesOf(some);
  assert.equal(choose.length + report.length, 1000);
  assert.ok(Math.abs(choose.length - 500) < 60, String(choose.length));
  assert.deepEqual(
    halvesOf(some.toReversed())
      .report.map(({ id }) => id)
      .toSorted(),
    report.map(({ id }) => id).toSorted(),
  );
});
