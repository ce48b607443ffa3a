import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Reading, readDuration, readPercent, readShare, readSize } from './units.ts';

const value = (reading: Reading): number => {
  assert.ok('value' in reading, JSON.stringify(reading));
  return reading.value;
};
const problem = (reading: Reading): string => {
  assert.ok('problem' in reading, JSON.stringify(reading));
  return reading.problem;
};

test('durations are milliseconds', () => {
  assert.equal(value(readDuration('800ms')), 800);
  assert.equal(value(readDuration('2s')), 2_000);
  assert.equal(value(readDuration('1.5m')), 90_000);
  assert.equal(value(readDuration(' 1 h ')), 3_600_000);
  assert.equal(value(readDuration('90d')), 7_776_000_000);
  assert.equal(value(readDuration('2S')), 2_000);
  assert.equal(value(readDuration('0s')), 0);
});

test('a bare number is no duration, and the message shows how to write it', () => {
  assert.match(problem(readDuration(30)), /30ms or 30s/);
  assert.match(problem(readDuration('30')), /30ms or 30s/);
});

test('what is no duration is refused', () => {
  for (const text of [
    '',
    's',
    '-2s',
    '2 weeks',
    '2y',
    '1e3s',
    's2',
    '2%',
    '2MB',
    'NaNs',
    '1.s',
    'Infinitys',
    `${'9'.repeat(30)}h`,
  ])
    problem(readDuration(text));
});

test('sizes are bytes, in powers of 1024', () => {
  assert.equal(value(readSize('32MB')), 33_554_432);
  assert.equal(value(readSize('32MiB')), 33_554_432);
  assert.equal(value(readSize('512 kb')), 524_288);
  assert.equal(value(readSize('1GB')), 1_073_741_824);
  assert.equal(value(readSize('10B')), 10);
  assert.equal(value(readSize(1000)), 1000);
  assert.equal(value(readSize('1000')), 1000);
  for (const text of ['', 'MB', '-1', '1TB', '5s', -1]) problem(readSize(text));
});

test('shares are fractions', () => {
  assert.equal(value(readShare('80%')), 0.8);
  assert.equal(value(readShare(0.8)), 0.8);
  assert.equal(value(readShare('0.8')), 0.8);
  assert.equal(value(readShare('0%')), 0);
  assert.equal(value(readShare(1)), 1);
  assert.match(problem(readShare(80)), /80%/);
  assert.match(problem(readShare('101%')), /at most 100%/);
  for (const text of ['', '%', '-1%', '5s', -0.1]) problem(readShare(text));
});

test('a percentage is a number from 0.1 to 100, with its sign or without', () => {
  assert.equal(value(readPercent(5)), 5);
  assert.equal(value(readPercent('5%')), 5);
  assert.equal(value(readPercent('0.5 %')), 0.5);
  assert.equal(value(readPercent(100)), 100);
  for (const text of [0, 0.05, 100.1, '', '%', '-1', '5s'])
    assert.match(problem(readPercent(text)), /from 0\.1 to 100/);
});

test('every unit is a fixed factor', () => {
  fc.assert(
    fc.property(fc.nat(100_000), (amount) => {
      assert.equal(value(readDuration(`${amount}s`)), value(readDuration(`${amount * 1000}ms`)));
      assert.equal(value(readDuration(`${amount}h`)), value(readDuration(`${amount * 60}m`)));
      assert.equal(value(readSize(`${amount}MB`)), value(readSize(`${amount * 1024}KB`)));
    }),
  );
});

test('no text makes a reader throw or give a number out of its range', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const read of [readDuration, readSize, readShare, readPercent]) {
        const reading = read(text);
        if ('value' in reading) assert.ok(reading.value >= 0 && Number.isFinite(reading.value));
      }
    }),
  );
});
