import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWaiters } from './waiters.ts';

test('a waiter is released when its place is reached, and not before', async () => {
  const waiters = createWaiters();
  const released: number[] = [];
  const waits = [5, 5, 9].map(async (place) => {
    await waiters.reach(place);
    released.push(place);
  });
  waiters.advance(4);
  await Promise.resolve();
  assert.deepEqual(released, []);
  waiters.advance(5);
  await Promise.all(waits.slice(0, 2));
  assert.deepEqual(released, [5, 5]);
  assert.equal(waiters.isEmpty(), false);
  waiters.advance(100);
  await Promise.all(waits);
  assert.equal(waiters.isEmpty(), true);
});

test('a place that has been reached already needs no waiting', async () => {
  const waiters = createWaiters();
  waiters.advance(7);
  await waiters.reach(7);
  assert.equal(waiters.isEmpty(), true);
});

test('nothing has been reached before the first word', () => {
  const waiters = createWaiters();
  void waiters.reach(0);
  assert.equal(waiters.isEmpty(), false);
});

test('all who wait can be told that it is in vain', async () => {
  const waiters = createWaiters();
  const wait = waiters.reach(3);
  waiters.rejectAll(new Error('closed'));
  await assert.rejects(wait, /closed/);
});
