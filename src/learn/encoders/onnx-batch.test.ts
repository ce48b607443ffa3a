import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBatch, toVectors } from './onnx-batch.ts';

test('texts become rows of the length of the longest, padded with zeros that the mask leaves out', () => {
  const batch = toBatch(
    [
      [101, 7, 102],
      [101, 102],
    ],
    8,
  );
  assert.deepEqual([batch.rows, batch.columns], [2, 3]);
  assert.deepEqual([...batch.ids], [101n, 7n, 102n, 101n, 102n, 0n]);
  assert.deepEqual([...batch.mask], [1n, 1n, 1n, 1n, 1n, 0n]);
});

test('a text that is too long keeps its end token', () => {
  assert.deepEqual([...toBatch([[101, 1, 2, 3, 4, 102]], 4).ids], [101n, 1n, 2n, 102n]);
  assert.deepEqual([...toBatch([[101, 1, 2, 102]], 4).ids], [101n, 1n, 2n, 102n]);
});

test('vectors of tokens are pooled by their mean, without the padding', () => {
  const batch = toBatch([[1, 2], [3]], 8);
  const data = [3, 0, 0, 3, 0, 2, 99, 99];
  const vectors = toVectors({ data, dims: [2, 2, 2] }, batch);
  const half = Math.fround(Math.SQRT1_2);
  assert.deepEqual([...vectors].map(Math.fround), [half, half, 0, 1]);
});

test('vectors of texts are taken as they are, at length 1', () => {
  const vectors = toVectors({ data: [0, 5, -2, 0], dims: [2, 2] }, toBatch([[1, 2, 3], [4]], 8));
  assert.deepEqual([...vectors], [0, 1, -1, 0]);
});

test('tensors of another form are refused', () => {
  const batch = toBatch([[1, 2]], 8);
  for (const dims of [[2], [2, 4], [1, 3, 2], [1, 2, 0], [1, 1, 2, 2]])
    assert.throws(() => toVectors({ data: [1, 2, 3, 4], dims }, batch), /the model gave a tensor of/, dims.join());
});
