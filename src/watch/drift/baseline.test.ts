import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Json } from '../../call/json.ts';
import { createRandom } from '../../stats/random.ts';
import { Baseline } from './baseline.ts';
import { SIGNALS, type Signal, type SignalName } from './signals.ts';

const LEARN = 500;

function signalOf(name: SignalName): Signal {
  return SIGNALS.find((signal) => signal.name === name) as Signal;
}

function baselineOf(name: SignalName, doubt = 3): Baseline {
  const signal = signalOf(name);
  return new Baseline({ signal, smallest: signal.sizes[0] as number, learnCalls: LEARN, doubt });
}

/** A baseline that has learned a share, and been refined by `more` values. */
function learned(share: number, { more = 0, isSuspected = false, seed = 3 } = {}): Baseline {
  const baseline = baselineOf('pass_rate');
  const random = createRandom(seed);
  for (let at = 0; at < LEARN; at++) baseline.learn(Number(random() < share));
  for (let at = 0; at < more; at++) baseline.refine(Number(random() < share), isSuspected);
  return baseline;
}

describe('a baseline', () => {
  test('is ready after as many values as it takes, and knows their mean', () => {
    const baseline = baselineOf('pass_rate');
    for (let at = 0; at < LEARN - 1; at++) baseline.learn(Number(at % 10 !== 0));
    assert.equal(baseline.isReady, false);
    baseline.learn(1);
    assert.deepEqual([baseline.isReady, baseline.mean, baseline.learned], [true, 0.9, 500]);
  });

  test('of lengths is centred first, so that none of the usual ones is clipped', () => {
    const baseline = baselineOf('output_length');
    for (let at = 0; at < LEARN; at++) baseline.learn(10 + (at % 3) - 1);
    assert.ok(baseline.isReady);
    assert.ok(Math.abs(baseline.toUnits(baseline.mean) - 1024) < 20, `${baseline.toUnits(baseline.mean)}`);
    assert.deepEqual([baseline.valueOf(30), baseline.valueOf(0)], [3, -3]);
  });

  test('is compared with cautiously while it rests on little, and with the tolerance alone when it rests on much', () => {
    const [young, old] = [learned(0.9), learned(0.9, { more: 6000 })];
    assert.ok(young.mean - young.cautious('falls') > 0.025);
    const shift = old.mean - old.cautious('falls');
    assert.ok(shift >= 0.0074 && shift < 0.012, `${shift}`);
  });

  test('moves the way that is watched', () => {
    const baseline = learned(0.9);
    assert.ok(baseline.cautious('falls') < baseline.mean && baseline.cautious('rises') > baseline.mean);
  });

  test('without a single failure still expects that there may be some', () => {
    const baseline = baselineOf('errors');
    for (let at = 0; at < LEARN; at++) baseline.learn(0);
    const most = baseline.cautious('rises');
    assert.ok(most > 0.004 && most < 0.01, `${most}`);
  });

  test('grows to ten times what it takes, and then stays as it is', () => {
    const baseline = learned(0.9, { more: 20_000 });
    assert.equal(baseline.learned, 5000);
    const { mean } = baseline;
    for (let at = 0; at < 5000; at++) baseline.refine(0, false);
    assert.equal(baseline.mean, mean);
  });

  test('takes values in only when as many more have come, and none while something is suspected', () => {
    const baseline = learned(1, { more: 999 });
    assert.equal(baseline.learned, 500);
    assert.equal(baseline.refine(1, false), true);
    assert.equal(baseline.learned, 1000);
    assert.equal(learned(1, { more: 5000, isSuspected: true }).learned, 500);
  });

  test('never believes what came before an alarm and had not joined', () => {
    const baseline = learned(1);
    for (let at = 0; at < 999; at++) baseline.refine(0, false);
    baseline.disbelieve();
    for (let at = 0; at < 1500; at++) baseline.refine(1, false);
    assert.deepEqual([baseline.mean, baseline.learned], [1, 1500]);
  });

  test('that strays from batch to batch is compared with less strictly', () => {
    const restless = learned(0.9);
    const random = createRandom(4);
    for (let at = 0; at < 6000; at++) {
      const share = Math.floor(at / LEARN) % 2 === 0 ? 0.84 : 0.96;
      restless.refine(Number(random() < share), false);
    }
    const calm = learned(0.9, { more: 6000 });
    assert.ok(restless.mean - restless.cautious('falls') > 3 * (calm.mean - calm.cautious('falls')));
  });

  test('that is given is there at once, is not refined, and is exact unless it says what it rests on', () => {
    const exact = baselineOf('pass_rate');
    exact.give({ mean: 0.9, trials: null });
    assert.deepEqual([exact.isReady, exact.learned, exact.refine(0, false), exact.mean], [true, null, false, 0.9]);
    const measured = baselineOf('pass_rate');
    measured.give({ mean: 0.9, trials: 100 });
    assert.ok(measured.cautious('falls') < 0.84 && exact.cautious('falls') > 0.89);
    const lengths = baselineOf('output_length');
    lengths.give({ mean: 8, trials: null });
    assert.equal(lengths.toUnits(lengths.mean), 256);
  });

  test('that is given as all or nothing leaves numbers', () => {
    for (const mean of [0, 1]) {
      const baseline = baselineOf('pass_rate');
      baseline.give({ mean, trials: null });
      assert.ok(Number.isFinite(baseline.cautious('falls')));
    }
  });

  test('refuses what cannot have been measured', () => {
    assert.throws(() => baselineOf('pass_rate').give({ mean: 1.2, trials: null }), /1.2 is no pass_rate/);
    assert.throws(
      () => baselineOf('output_length').give({ mean: Number.NaN, trials: null }),
      /NaN is no output_length/,
    );
    assert.throws(() => baselineOf('pass_rate').give({ mean: 0.9, trials: 0 }), /not on 0/);
  });

  test('refuses a state that is none', () => {
    const states: Json[] = [null, {}, { learned: [1, 2] }, { learned: Array.from({ length: 16 }, () => -1) }];
    for (const state of states) assert.throws(() => baselineOf('pass_rate').fromJson(state), /expected/);
  });
});
