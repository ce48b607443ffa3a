import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { leanTo, longer, madeBy, positionBias, rightOverWrong } from './bias.ts';
import { choosePairs, isAlike, pairsOf } from './pairs.ts';
import { comparedBy, gradedBy, labelledAs, labelledPairs } from './verdicts.fixture.ts';

const LIMITS = { bias: 0.1, confidence: 0.95 };
const SAMPLES = labelledPairs(400);

describe('position bias', () => {
  test('is found where it is planted, with the place that is favoured', () => {
    const found = positionBias(comparedBy({ toFirst: 0.3 }, SAMPLES), LIMITS);
    assert.equal(found.is, 'found');
    // In each order three in ten go to the first, whatever it is; where the other one is better the other order has named it.
    assert.ok(found.flipped.low < 0.3 && found.flipped.high > 0.3, String(found.flipped.share));
    assert.equal(found.toFirst.count, found.toFirst.of);
    assert.ok((found.chance ?? 1) < 1e-6);
  });

  test('is not found where there is none', () => {
    const found = positionBias(comparedBy({}, SAMPLES), LIMITS);
    assert.deepEqual([found.pairs, found.flipped.count, found.is, found.chance], [400, 0, 'none', null]);
  });

  test('is open where few were asked, and unknown where none was', () => {
    assert.equal(positionBias(comparedBy({}, SAMPLES, 10), LIMITS).is, 'open');
    assert.equal(positionBias([], LIMITS).is, 'unknown');
  });

  test('a verdict that cannot be read leaves its pair out', () => {
    const found = positionBias(comparedBy({ mumbles: 0.2 }, SAMPLES), LIMITS);
    assert.ok(found.unreadable > 100 && found.pairs + found.unreadable === 400);
    assert.equal(found.flipped.count, 0);
  });
});

describe('length bias', () => {
  test('between two answers is found where it is planted', () => {
    const found = leanTo(longer, { verdicts: comparedBy({ toLonger: 0.6 }, SAMPLES), graded: [] }, LIMITS);
    assert.equal(found.inPairs, 'found');
    // Six in ten always the longer, of the rest one half.
    assert.ok(found.preferred.low < 0.8 && found.preferred.high > 0.8, String(found.preferred.share));
    assert.ok((found.chance ?? 1) < 1e-6);
  });

  test('of scores is found where it is planted', () => {
    const graded = gradedBy({ perLength: 0.02 }, SAMPLES);
    const found = leanTo(longer, { verdicts: [], graded }, { ...LIMITS, bias: 0.02 });
    assert.equal(found.inScores, 'found');
    assert.ok((found.scored?.low ?? 0) > 0.02);
  });

  test('is not found where there is none, in pairs or scores', () => {
    const found = leanTo(longer, { verdicts: comparedBy({}, SAMPLES), graded: gradedBy({}, SAMPLES) }, LIMITS);
    assert.equal(found.inPairs, 'none', JSON.stringify(found.preferred));
    assert.equal(found.inScores, 'none');
    assert.ok(found.preferred.low < 0.5 && found.preferred.high > 0.5);
  });

  test('is found in about as many judges that have none as its interval says', () => {
    let wrong = 0;
    for (let seed = 0; seed < 60; seed++) {
      const labelled = labelledPairs(80, { seed: 100 + seed });
      if (
        leanTo(longer, { verdicts: comparedBy({}, labelled), graded: [] }, { ...LIMITS, bias: 0 }).inPairs === 'found'
      )
        wrong++;
    }
    assert.ok(wrong <= 7, String(wrong));
  });

  test('is measured among answers with the same label only: that right answers are longer is no bias', () => {
    const labelled = Array.from({ length: 100 }, (_, at) => [
      labelledAs(`${'word '.repeat(20)}K1`, { sample: `s${at}` }),
      labelledAs('short', { sample: `s${at}` }),
    ]).flat();
    const found = leanTo(longer, { verdicts: comparedBy({}, labelled), graded: gradedBy({}, labelled) }, LIMITS);
    assert.deepEqual(
      [found.inPairs, found.inScores, found.scored, found.preferred.of],
      ['unknown', 'unknown', null, 0],
    );
  });
});

describe('preference for its own maker', () => {
  test('is found where only own answers win', () => {
    const verdicts = comparedBy({}, SAMPLES).map((pair) => {
      const isOwnFirst = pair.one.makers[0] === 'acme';
      return {
        ...pair,
        asked: isOwnFirst ? ('A' as const) : ('B' as const),
        turned: isOwnFirst ? ('B' as const) : ('A' as const),
      };
    });
    const found = leanTo(madeBy('acme'), { verdicts, graded: [] }, LIMITS);
    assert.deepEqual([found.preferred.share, found.inPairs], [1, 'found']);
  });

  test('is not found in a judge that knows none, and unknown where makers are', () => {
    const verdicts = comparedBy({}, SAMPLES);
    assert.notEqual(leanTo(madeBy('acme'), { verdicts, graded: [] }, LIMITS).inPairs, 'found');
    assert.equal(leanTo(madeBy(null), { verdicts, graded: [] }, LIMITS).inPairs, 'unknown');
    assert.equal(leanTo(madeBy('third'), { verdicts, graded: [] }, LIMITS).inPairs, 'unknown');
    const bare = verdicts.map((pair) => ({ ...pair, one: { ...pair.one, makers: [] } }));
    assert.equal(leanTo(madeBy('acme'), { verdicts: bare, graded: [] }, LIMITS).inPairs, 'unknown');
  });
});

test('the right one of two is preferred as often as the judge knows it', () => {
  const sure = rightOverWrong(comparedBy({}, SAMPLES), 0.95);
  assert.ok(sure.share === 1 && sure.of > 100);
  const swayed = rightOverWrong(comparedBy({ toLonger: 0.6 }, SAMPLES), 0.95);
  assert.ok(swayed.low < 0.7 && swayed.high > 0.7, String(swayed.share));
});

test('pairs are of one sample, each once, every sample before any second pair, and chosen in turns', () => {
  const labelled = [0, 1, 2].flatMap((at) =>
    ['K1 a', 'K1 b', 'no'].map((text) => labelledAs(`${text} ${at}`, { sample: `s${at}` })),
  );
  const pairs = pairsOf(labelled);
  assert.equal(pairs.length, 9);
  assert.ok(pairs.every(({ one, other }) => one.sample === other.sample && one !== other));
  assert.equal(new Set(pairs.slice(0, 3).map(({ one }) => one.sample)).size, 3);
  const chosen = choosePairs(labelled, 6);
  assert.deepEqual(chosen.map(isAlike), [true, false, true, false, true, false]);
  assert.equal(choosePairs(labelled, 100).length, 9);
  assert.equal(choosePairs(labelled, 0).length, 0);
});
