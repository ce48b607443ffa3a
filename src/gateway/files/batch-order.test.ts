import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TierlineError } from '../../call/errors.ts';
import { policy, task } from '../../policy/sample.test.ts';
import { readBatchOrder, taskOfBatch } from './batch-order.ts';

const read = (body: unknown) => readBatchOrder(Buffer.from(JSON.stringify(body)), 64);

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
  for (const [code, text] of [
    ['invalid_json', '{'],
    ['ambiguous_body', '{"input_file_id":"a","input_file_id":"b"}'],
    ['ambiguous_body', '{"input_file_id":"a","input\\u005ffile_id":"b"}'],
    ['too_deep', `{"input_file_id":"a","x":${'['.repeat(65)}${']'.repeat(65)}}`],
  ] as const)
    assert.throws(() => readBatchOrder(Buffer.from(text), 64), refused(code), text);
  const latin1 = Buffer.from('{"input_file_id":"a","x":"\xe4"}', 'latin1');
  assert.throws(() => readBatchOrder(latin1, 64), refused('invalid_encoding'));
});

test('the task is the configured one that header, metadata or tag name', () => {
  const made = policy([], [task('nightly', [])]);
  assert.equal(taskOfBatch(made, { 'x-tierline-task': 'nightly' }, {}), 'nightly');
  assert.equal(taskOfBatch(made, {}, { task: 'nightly' }), 'nightly');
  assert.equal(taskOfBatch(made, { 'x-litellm-tags': 'nightly,b' }, {}), 'nightly');
  assert.equal(taskOfBatch(made, { 'x-tierline-task': 'other' }, {}), null);
  assert.equal(taskOfBatch(made, {}, {}), null);
});
