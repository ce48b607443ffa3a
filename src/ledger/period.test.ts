import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTime } from './period.ts';

const NOW = Date.UTC(2026, 2, 8, 12);

test('a length of time counts back from now', () => {
  assert.equal(parseTime('7d', NOW), Date.UTC(2026, 2, 1, 12));
  assert.equal(parseTime('2w', NOW), Date.UTC(2026, 1, 22, 12));
  assert.equal(parseTime('24h', NOW), Date.UTC(2026, 2, 7, 12));
  assert.equal(parseTime('30m', NOW), Date.UTC(2026, 2, 8, 11, 30));
});

test('a date is midnight UTC and a time is itself', () => {
  assert.equal(parseTime('2026-03-01', NOW), Date.UTC(2026, 2, 1));
  assert.equal(parseTime('2026-03-01T10:30:00Z', NOW), Date.UTC(2026, 2, 1, 10, 30));
});

test('anything else is refused with the ways to write it', () => {
  for (const text of ['', 'yesterday', '7', '7 d', '-7d', '7y', '2026-13-01', '1']) {
    assert.throws(() => parseTime(text, NOW), /30m, 24h, 7d/, text);
  }
});
