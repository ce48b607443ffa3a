import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INPUT_MIX, SIGNALS } from './signals.ts';
import { percent, place, round, toAmount, toMoment } from './words.ts';

test('shares are written with the digits that mean something', () => {
  assert.deepEqual([0.931, 0.86, 1, 0, 0.00424, 0.1].map(percent), [
    '93.1 %',
    '86 %',
    '100 %',
    '0 %',
    '0.42 %',
    '10 %',
  ]);
});

test('amounts are written in the unit of their signal', () => {
  const written = Object.fromEntries([...SIGNALS, INPUT_MIX].map((signal) => [signal.name, toAmount(signal, 0.125)]));
  assert.deepEqual(written, {
    pass_rate: '12.5 %',
    escalation: '12.5 %',
    errors: '12.5 %',
    output_length: '0.125 tokens',
    input_length: '0.125 tokens',
    decision_time: '0.125 µs',
    canary_gap: '12.5 points',
    input_mix: '12.5 %',
  });
  const [length] = SIGNALS.filter(({ name }) => name === 'output_length');
  assert.equal(toAmount(length as (typeof SIGNALS)[number], 12_345), '12,300 tokens');
});

test('places are words, and the whole task is none', () => {
  const places = [null, 'tenant:acme:eu', 'hours:08-12', 'odd'].map(place);
  assert.deepEqual(places, ['', ' (tenant acme:eu)', ' (hours 08-12 UTC)', ' (odd)']);
});

test('moments are minutes in UTC, and figures have four digits', () => {
  assert.equal(toMoment(Date.UTC(2026, 2, 1, 14, 5, 59)), '2026-03-01 14:05 UTC');
  assert.equal(round(0.123456), 0.1235);
});
