import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { madeUp } from '../learners/examples.fixture.ts';
import { createReader } from '../learners/examples.ts';
import type { Examples } from '../learners/learner.ts';
import { areaUnderRoc } from '../metrics/calibration.ts';
import { createAnswerRater, fitJudge, type Judge, readJudge, writeJudge } from './judge.ts';

const all = madeUp({ rows: 400, seed: 5 });
const labels = all.qualities[2] as Float64Array;
const examples: Examples = { ...all, models: ['factual'], qualities: [labels] };
const flat = new Float64Array(400).fill(0.5);
const OPTIONS = { learners: ['linear', 'trees'], folds: 4, seed: 1 } as const;
const { judge, chances } = fitJudge(examples, flat, OPTIONS);

function rateAll(of: Judge, prior: number): Float64Array {
  const [rate, read] = [createAnswerRater(of), createReader(examples)];
  return Float64Array.from(labels, (_, row) => rate(read(row), prior));
}

describe('a judge', () => {
  test('tells good answers from bad ones without having seen them', () =>
    assert.ok(areaUnderRoc(chances, labels) > 0.85));

  test('says on the mean how many are good', () => {
    const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(mean(chances) - mean(labels)) < 0.01);
  });

  test('listens to the chance before the answer where that knows more', () => {
    const prior = Float64Array.from(labels, (label, row) => (row % 10 === 0 ? 0.5 : 0.1 + 0.8 * label));
    const informed = fitJudge(examples, prior, OPTIONS);
    assert.ok(areaUnderRoc(informed.chances, labels) > areaUnderRoc(chances, labels));
    const [low, high] = [rateAll(informed.judge, 0.1), rateAll(informed.judge, 0.9)];
    assert.ok(low.every((chance, row) => chance < (high[row] as number)));
  });

  test('says the same once it was written and read', () => {
    const read = readJudge(JSON.parse(JSON.stringify(writeJudge(judge))));
    const [before, after] = [rateAll(judge, 0.5), rateAll(read, 0.5)];
    assert.ok(before.every((chance, row) => Math.abs(chance - (after[row] as number)) < 1e-4));
  });

  test('is the same from the same examples and seed', () => {
    assert.deepEqual(fitJudge(examples, flat, OPTIONS).chances, chances);
  });
});
