import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PerSecond } from './per-second.ts';
import { NOON_MS } from './watched.fixture.ts';

const times = (bound: PerSecond, nowMs: number, tries: number): number =>
  Array.from({ length: tries }, () => bound.isLeft(nowMs)).filter(Boolean).length;

test('so often a second, and no more', () => {
  const bound = new PerSecond(3);
  assert.equal(times(bound, NOON_MS, 10), 3);
  assert.equal(times(bound, NOON_MS + 999, 10), 0);
  assert.equal(times(bound, NOON_MS + 1_000, 2), 2);
  assert.equal(times(bound, NOON_MS + 1_500, 10), 1);
});

test('a clock that is set back begins another second', () => {
  const bound = new PerSecond(1);
  assert.equal(times(bound, NOON_MS, 2), 1);
  assert.equal(times(bound, NOON_MS - 5_000, 2), 1);
});

test('none is none', () => {
  assert.equal(times(new PerSecond(0), NOON_MS, 3), 0);
});
