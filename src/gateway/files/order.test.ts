import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TierlineError } from '../../call/errors.ts';
import { isObjectId, objectNotFound, readFilesOrder } from './order.ts';

const told = (method: string, name: string, isAnthropic = false): string | null => {
  const order = readFilesOrder(method, name, isAnthropic);
  return order === null ? null : `${order.kind} ${order.does} ${order.id ?? '-'}`;
};

test("OpenAI's routes", () => {
  assert.equal(told('POST', '/files'), 'file create -');
  assert.equal(told('GET', '/files'), 'file list -');
  assert.equal(told('GET', '/files/f-1'), 'file show f-1');
  assert.equal(told('DELETE', '/files/f-1'), 'file remove f-1');
  assert.equal(told('GET', '/files/f-1/content'), 'file content f-1');
  assert.equal(told('POST', '/uploads'), 'upload create -');
  assert.equal(told('POST', '/uploads/u/parts'), 'upload part u');
  assert.equal(told('POST', '/uploads/u/complete'), 'upload complete u');
  assert.equal(told('POST', '/uploads/u/cancel'), 'upload cancel u');
  assert.equal(told('POST', '/batches'), 'batch create -');
  assert.equal(told('GET', '/batches'), 'batch list -');
  assert.equal(told('GET', '/batches/b'), 'batch show b');
  assert.equal(told('POST', '/batches/b/cancel'), 'batch cancel b');
});

test("Anthropic's routes", () => {
  assert.equal(told('POST', '/messages/batches', true), 'batch create -');
  assert.equal(told('GET', '/messages/batches', true), 'batch list -');
  assert.equal(told('GET', '/messages/batches/b', true), 'batch show b');
  assert.equal(told('DELETE', '/messages/batches/b', true), 'batch remove b');
  assert.equal(told('POST', '/messages/batches/b/cancel', true), 'batch cancel b');
  assert.equal(told('GET', '/messages/batches/b/results', true), 'batch content b');
  assert.equal(told('GET', '/files/f/content', true), 'file content f');
});

test('what is no such route is none, nor one of the other dialect', () => {
  for (const name of [
    '/',
    '/file',
    '/files/',
    '/files//content',
    '/files/a/b',
    '/files/a/content/x',
    '/uploads/u',
    '/x/files',
  ])
    assert.equal(told('GET', name), null, name);
  assert.equal(told('GET', '/batches', true), null);
  assert.equal(told('GET', '/uploads', true), null);
  assert.equal(told('POST', '/messages/batches', false), null);
  assert.equal(told('GET', '/files/a/toString'), null);
});

test('a route answers its own methods', () => {
  const refused = (method: string, name: string): string => {
    try {
      readFilesOrder(method, name, false);
    } catch (error) {
      assert.ok(error instanceof TierlineError && error.code === 'method_not_allowed');
      return error.message;
    }
    return assert.fail(`${method} ${name}`);
  };
  assert.equal(refused('PUT', '/files'), 'This route answers POST and GET, not PUT.');
  assert.equal(refused('POST', '/files/f'), 'This route answers GET and DELETE, not POST.');
  assert.equal(refused('toString', '/batches'), 'This route answers POST and GET, not toString.');
});

test('an id is letters, digits and dashes: nothing that could become another path', () => {
  for (const id of ['file-abc', 'batch_1', 'msgbatch_01A']) assert.ok(isObjectId(id), id);
  for (const id of ['', '.', '..', 'a/b', 'a%2fb', 'a?b', 'ä', 'x'.repeat(201)]) assert.ok(!isObjectId(id), id);
});

test('what does not exist is told by kind and id, and a long id is cut', () => {
  const { code, message } = objectNotFound({ kind: 'file', id: 'f-1' });
  assert.deepEqual([code, message], ['not_found', 'There is no file "f-1" here.']);
  assert.ok(objectNotFound({ kind: 'file', id: 'x'.repeat(500) }).message.length < 150);
  assert.equal(objectNotFound({ kind: 'file', id: 'x' }, 'input_file_id').param, 'input_file_id');
});
