import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWallClock } from './clock.ts';

test('a moment is shown as the clocks of its zone show it, summer time included', () => {
  const berlin = createWallClock('Europe/Berlin');
  assert.deepEqual(
    berlin(Date.UTC(2026, 0, 4, 23, 30)),
    { day: 1, minute: 30 },
    'Monday, half past midnight, in winter',
  );
  assert.deepEqual(berlin(Date.UTC(2026, 6, 5, 21, 30)), { day: 0, minute: 23 * 60 + 30 }, 'still Sunday in summer');
  assert.deepEqual(createWallClock('UTC')(0), { day: 4, minute: 0 }, 'the first of January 1970 was a Thursday');
  assert.deepEqual(createWallClock('Asia/Kolkata')(0), { day: 4, minute: 330 });
});

test('the next minute is another one', () => {
  const utc = createWallClock('UTC');
  assert.equal(utc(59_999).minute, 0);
  assert.equal(utc(60_000).minute, 1);
  assert.equal(utc(59_999).minute, 0);
});
