import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TierlineError } from '../../call/errors.ts';
import { policy, task } from '../../policy/sample.test.ts';
import { readBatchOrder, taskOfBatch } from './batch-order.ts';

const read = (body: unknown) => readBatchOrder(Buffer.from(JSON.stringify(body)));

test('an order names its file, and what texts its metadata has', () => {
  assert.deepEqual(read({ input_file_id: 'f', metadata: { task: 't', n: 7 } }), {
    inputFile: 'f',
    metadata: { task: 't' },
  });
  assert.deepEqual(read({ input_file_id: 'f', metadata: null }).metadata, {});
});

test('what names no file is refused', () => {
  const refused = (code: string) => (error: unknown) => error instanceof TierlineError && error.code === code;
  for (const body of [{}, { input_file_id: 7 }, { input_file_id: null }, [], 'x', null])
    assert.throws(() => read(body), refused('invalid_request'), JSON.stringify(body));
  assert.throws(() => readBatchOrder(Buffer.from('{')), refused('invalid_json'));
});

test('the task is the configured one that header, metadata or tag name', () => {
  const made = policy([], [task('nightly', [])]);
  assert.equal(taskOfBatch(made, { 'x-tierline-task': 'nightly' }, {}), 'nightly');
  assert.equal(taskOfBatch(made, {}, { task: 'nightly' }), 'nightly');
  assert.equal(taskOfBatch(made, { 'x-litellm-tags': 'nightly,b' }, {}), 'nightly');
  assert.equal(taskOfBatch(made, { 'x-tierline-task': 'other' }, {}), null);
  assert.equal(taskOfBatch(made, {}, {}), null);
});
