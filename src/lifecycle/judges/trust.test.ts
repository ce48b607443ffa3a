import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agreementOf } from './agreement.ts';
import { leanTo, longer, madeBy, positionBias } from './bias.ts';
import type { JudgeGrading } from './judge-report.ts';
import type { Labelled } from './labelled.ts';
import type { Character } from './scripted-judge.fixture.ts';
import { trustOf } from './trust.ts';
import { comparedBy, gradedBy, labelledPairs } from './verdicts.fixture.ts';

const LIMITS = { kappa: 0.6, falsePass: 0.1, bias: 0.1, minLabels: 30, confidence: 0.95 };

type Found = Pick<JudgeGrading, 'verdict' | 'moreLabels' | 'say' | 'pairwise'>;

function trustIn(character: Character, labelled: readonly Labelled[], limits = LIMITS): Found {
  const graded = gradedBy(character, labelled);
  const verdicts = comparedBy(character, labelled);
  const figures = {
    ...agreementOf(graded, limits.confidence),
    position: positionBias(verdicts, limits),
    length: leanTo(longer, { verdicts, graded }, limits),
    own: leanTo(madeBy(null), { verdicts, graded }, limits),
  };
  return trustOf(figures, limits);
}

describe('a judge', () => {
  test('that knows right from wrong is trusted, with its figures', () => {
    const { verdict, moreLabels, say } = trustIn({}, labelledPairs(100));
    assert.deepEqual([verdict, moreLabels], ['trusted', null]);
    assert.match(say, /^kappa 1 \(0\.9\d to 1\), 0 of \d+ wrong answers passed \(0 % to \d/);
  });

  test('that draws lots is not to be trusted', () => {
    const { verdict, say } = trustIn({ noise: 1 }, labelledPairs(100));
    assert.equal(verdict, 'untrusted');
    assert.match(say, /kappa .* under 0\.6/);
    assert.match(say, /wrong answers passed .* over 10 %/);
  });

  test('with few labels is open, however good or bad it looks, and is told how many more it takes', () => {
    const good = trustIn({}, labelledPairs(8));
    assert.equal(good.verdict, 'open');
    assert.match(good.say, /16 labels, and 30 are the least/);
    assert.ok((good.moreLabels ?? 0) >= 14);
    assert.equal(trustIn({ noise: 1 }, labelledPairs(8)).verdict, 'open');
  });

  test('as many labels as it was told later it has its verdict, if it stays what it is', () => {
    const few = labelledPairs(25);
    const { verdict, moreLabels } = trustIn({}, few);
    assert.equal(verdict, 'open');
    assert.ok(moreLabels !== null && moreLabels > 0 && moreLabels < 200, String(moreLabels));
    assert.equal(trustIn({}, labelledPairs(Math.ceil((50 + moreLabels) / 2) + 5)).verdict, 'trusted');
  });

  test('that is on its way to failing is told when that would be known', () => {
    const { verdict, moreLabels, say } = trustIn({ noise: 0.35 }, labelledPairs(30, { seed: 4 }));
    assert.equal(verdict, 'open', say);
    assert.ok(moreLabels !== null && moreLabels > 0, say);
  });

  test('of which only one kind of answer is labelled is open, and no number of such labels would tell', () => {
    const right = trustIn({}, labelledPairs(60, { right: 1 }));
    assert.deepEqual([right.verdict, right.moreLabels], ['open', null]);
    assert.match(right.say, /no wrong answer is among the labels/);
    assert.match(trustIn({}, labelledPairs(60, { right: 0 })).say, /no right answer is among the labels/);
    assert.deepEqual(trustIn({}, []).say, 'nothing is labelled that it was asked about');
  });

  test('whose scores lean to length is not to be trusted, though it tells right from wrong', () => {
    const limits = { ...LIMITS, bias: 0.02 };
    const { verdict, say } = trustIn({ perLength: 0.02 }, labelledPairs(200), limits);
    assert.equal(verdict, 'untrusted');
    assert.match(say, /^the longer answer scores 0\.\d+ higher than one that is as good$/);
  });
});

describe('of two answers a judge', () => {
  test('that goes with the order is not to be trusted, and as a gate it still is', () => {
    const { verdict, pairwise } = trustIn({ toFirst: 0.3 }, labelledPairs(200));
    assert.deepEqual([verdict, pairwise.verdict], ['trusted', 'untrusted']);
    assert.match(pairwise.say, /verdicts went with the order .*, \d+ of them to the first/);
  });

  test('that goes with the length is not to be trusted either', () => {
    const { verdict, pairwise } = trustIn({ toLonger: 0.7 }, labelledPairs(200));
    assert.deepEqual([verdict, pairwise.verdict], ['trusted', 'untrusted']);
    assert.match(pairwise.say, /it prefers the longer answer in \d+ of \d+ pairs that are as good/);
  });

  test('that goes with neither is trusted when it has been asked often enough', () => {
    assert.equal(trustIn({}, labelledPairs(400)).pairwise.verdict, 'trusted');
    assert.equal(trustIn({}, labelledPairs(20)).pairwise.verdict, 'open');
  });
});
