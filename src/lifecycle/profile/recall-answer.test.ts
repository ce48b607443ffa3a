import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSample } from '../samples/sample.ts';
import { keptAnswer } from '../simulate/kept.fixture.ts';
import { recallAnswer } from './recall-answer.ts';

const sample = toSample({ prompt: 'one' });
const kept = [
  keptAnswer(sample, 'small', { text: 'yes', costNanoUsd: 7 }),
  keptAnswer(sample, 'mid', { text: 'no', costNanoUsd: null }),
  keptAnswer(sample, 'big', { text: '', error: { code: 'too_long', httpStatus: 400 }, costNanoUsd: 0 }),
];
const again = recallAnswer({ answer: (key) => kept.find((one) => one.key === key) ?? null }, sample, (model) => [
  `p/up-${model}`,
]);

test('a kept answer is recalled at the price it had, known or not', async () => {
  const { answer, failure, costNanoUsd } = await again('small');
  assert.deepEqual([answer?.text, answer?.isComplete, failure, costNanoUsd], ['yes', true, undefined, 7]);
  assert.equal((await again('mid')).costNanoUsd, null);
});

test('what a provider refused is no answer, with its reason', async () => {
  assert.deepEqual(await again('big'), { answer: null, failure: 'too_long', costNanoUsd: 0 });
});

test('a model that was never asked this is not asked now', async () => {
  assert.deepEqual(await again('other'), {
    answer: null,
    failure: 'no answer of it to this sample is kept',
    costNanoUsd: 0,
  });
});
