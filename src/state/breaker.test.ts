import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker } from './breaker.ts';

function clocked(): { breaker: Breaker; pass: (ms: number) => void } {
  let now = 1000;
  const options = { failureShare: 0.5, minExchanges: 4, windowMs: 1000, cooldownMs: 500 };
  return { breaker: new Breaker(options, () => now), pass: (ms) => (now += ms) };
}

function failTimes(breaker: Breaker, times: number): void {
  for (let index = 0; index < times; index++) {
    breaker.begin();
    breaker.fail();
  }
}

test('it stays closed until the window holds enough exchanges', () => {
  const { breaker } = clocked();
  failTimes(breaker, 3);
  assert.equal(breaker.isClosed, true);
  failTimes(breaker, 1);
  assert.equal(breaker.isClosed, false);
});

test('it stays closed while fewer than the share fail', () => {
  const { breaker } = clocked();
  for (let index = 0; index < 10; index++) {
    breaker.begin();
    breaker.succeed();
  }
  failTimes(breaker, 9);
  assert.equal(breaker.isClosed, true);
  failTimes(breaker, 1);
  assert.equal(breaker.isClosed, false);
});

test('failures of a window long past do not count', () => {
  const { breaker, pass } = clocked();
  failTimes(breaker, 3);
  pass(2000);
  failTimes(breaker, 3);
  assert.equal(breaker.isClosed, true);
});

test('after the cooldown one exchange may try, and only one', () => {
  const { breaker, pass } = clocked();
  failTimes(breaker, 4);
  assert.equal(breaker.waitMs, 500);
  pass(499);
  assert.equal(breaker.isClosed, false);
  pass(1);
  assert.equal(breaker.isClosed, true);
  breaker.begin();
  assert.equal(breaker.isClosed, false, 'the probe is under way');
});

test('a probe that succeeds closes it, one that fails keeps it open for another cooldown', () => {
  const { breaker, pass } = clocked();
  failTimes(breaker, 4);
  pass(500);
  breaker.begin();
  breaker.fail();
  assert.equal(breaker.waitMs, 500);
  pass(500);
  breaker.begin();
  breaker.succeed();
  assert.equal(breaker.isClosed, true);
  assert.equal(breaker.waitMs, 0);
  failTimes(breaker, 2);
  assert.equal(breaker.isClosed, true, 'the old failures are forgotten');
});

test('a probe whose client left lets the next one try', () => {
  const { breaker, pass } = clocked();
  failTimes(breaker, 4);
  pass(500);
  breaker.begin();
  breaker.forget();
  assert.equal(breaker.isClosed, true);
});
