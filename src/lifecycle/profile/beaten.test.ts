import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ModelCounts, profileOf } from '../report/report.fixture.ts';
import { placeModels } from './beaten.ts';

const said = (...counts: ModelCounts[]): (string | null)[] =>
  placeModels(profileOf('t', counts).models).map(({ beaten }) => beaten?.say ?? null);

describe('what beats a model, in words', () => {
  test('is another that is as good and costs less', () => {
    assert.deepEqual(
      said({ model: 'mid', passed: 200, thousand: 6 }, { model: 'frontier', passed: 200, thousand: 10 }),
      [null, 'mid is as good and costs 40 % less'],
    );
  });

  test('or one that is better, with by how many points', () => {
    const words = said({ model: 'a', passed: 180, thousand: 3 }, { model: 'b', passed: 177, thousand: 4 });
    assert.equal(words[1], 'a is 1.5 points better and costs 25 % less');
    const one = said({ model: 'a', passed: 180, thousand: 4 }, { model: 'b', passed: 178, thousand: 4 });
    assert.equal(one[1], 'a is 1 point better and costs the same');
  });

  test('or a mixture of two', () => {
    const words = said(
      { model: 'small', passed: 100, thousand: 1 },
      { model: 'mid', passed: 130, thousand: 5 },
      { model: 'frontier', passed: 200, thousand: 10 },
    );
    assert.deepEqual(words, [null, 'a mixture of 70 % small and 30 % frontier is as good for 26 % less', null]);
  });

  test('a small part of a mixture is not said to be none', () => {
    const words = said(
      { model: 'small', passed: 0, judged: 1000, thousand: 1 },
      { model: 'mid', passed: 999, judged: 1000, thousand: 10 },
      { model: 'frontier', passed: 1000, judged: 1000, thousand: 10.005 },
    );
    assert.equal(words[1], 'a mixture of 0.1 % small and 99.9 % frontier is as good for 0.1 % less');
  });

  test('free models beat each other by what they pass alone', () => {
    const words = said({ model: 'a', passed: 190, thousand: 0 }, { model: 'b', passed: 180, thousand: 0 });
    assert.equal(words[1], 'a is 5 points better and costs the same');
  });
});

test('a model whose cost or pass rate is not known has no place', () => {
  const { models } = profileOf('t', [
    { model: 'a', passed: 190, thousand: 1 },
    { model: 'b', passed: 0, judged: 0, thousand: 2 },
    { model: 'c', passed: 190, thousand: null },
  ]);
  assert.deepEqual(
    placeModels(models).map(({ model }) => model.model),
    ['a'],
  );
});
