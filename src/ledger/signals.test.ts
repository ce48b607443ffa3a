import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBell, createListener } from './signals.ts';

// The waits run on this thread with short limits: what is tested is which of them do not wait at all.
const LONG_MS = 2000;

function elapsedMs(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

test('somebody in a hurry ends the pause, once', () => {
  const bell = createBell();
  const listener = createListener(bell.memory);
  bell.hurry();
  assert.ok(elapsedMs(() => listener.pause(LONG_MS)) < LONG_MS / 2);
  assert.ok(elapsedMs(() => listener.pause(30)) >= 25);
});

test('there is no sleep while there is something new or somebody is in a hurry', () => {
  const bell = createBell();
  const listener = createListener(bell.memory);
  assert.ok(elapsedMs(() => listener.sleep(LONG_MS, () => true)) < LONG_MS / 2);
  bell.hurry();
  assert.ok(elapsedMs(() => listener.sleep(LONG_MS, () => false)) < LONG_MS / 2);
});

test('a bell that rings between the look and the sleep is heard', () => {
  const bell = createBell();
  const listener = createListener(bell.memory);
  const looked = elapsedMs(() =>
    listener.sleep(LONG_MS, () => {
      bell.ring();
      return false;
    }),
  );
  assert.ok(looked < LONG_MS / 2);
});

test('a sleep without news ends when its time is over', () => {
  const listener = createListener(createBell().memory);
  assert.ok(elapsedMs(() => listener.sleep(30, () => false)) >= 25);
});

test('segment and stop reach the other side', () => {
  const bell = createBell();
  const listener = createListener(bell.memory);
  assert.deepEqual([listener.segment(), listener.stopped()], [0, false]);
  bell.setSegment(3);
  bell.stop();
  assert.deepEqual([listener.segment(), listener.stopped()], [3, true]);
});
