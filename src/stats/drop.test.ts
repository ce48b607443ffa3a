import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { betOnDrop, type DropState, noDrop, watchForDrop } from './drop.ts';
import { createRandom } from './random.ts';

const OPTIONS = {
  range: { low: -1, high: 1 },
  baseline: -0.05,
  falls: [0.03, 0.06, 0.12],
  error: 0.02,
  horizon: 2500,
};

/** Cheap answers beside the reference's: right or not, and often wrong together. */
function gapsOf(random: () => number, { cheap = 0.9, reference = 0.95 } = {}): number {
  const luck = random();
  const other = random() < 0.6 ? luck : random();
  return Number(luck < cheap) - Number(other < reference);
}

/** The place of the alarm; -1 for none. */
function alarmIn(values: Iterable<number>, options = OPTIONS): number {
  let state = noDrop(options);
  let at = 0;
  for (const value of values) {
    const verdict = watchForDrop(state, value, options);
    if (verdict.isAlarm) return at;
    state = verdict.state;
    at++;
  }
  return -1;
}

describe('a fall of the mean', () => {
  test('of 5 points in mid-stream is found within 2,000 values in 95 % of 200 runs', () => {
    let found = 0;
    for (let run = 0; run < 200; run++) {
      const random = createRandom(run + 1);
      const alarm = alarmIn(Array.from({ length: 3250 }, (_, at) => gapsOf(random, { cheap: at < 1250 ? 0.9 : 0.85 })));
      if (alarm >= 1250) found++;
    }
    assert.ok(found >= 190, `${found} of 200`);
  });

  test('is not seen where nothing changes: under 5 % of 200 runs of 2,500 values, which are the canaries of 50,000 calls', () => {
    let wrong = 0;
    for (let run = 0; run < 200; run++) {
      const random = createRandom(run + 1001);
      if (alarmIn(Array.from({ length: 2500 }, () => gapsOf(random))) >= 0) wrong++;
    }
    assert.ok(wrong < 10, `${wrong} of 200`);
  });

  test('is not one where the mean is higher than it was, or so little lower that nobody looks for it', () => {
    const random = createRandom(9);
    assert.equal(alarmIn(Array.from({ length: 20_000 }, () => gapsOf(random, { cheap: 0.94 }))), -1);
    let told = 0;
    for (let run = 0; run < 100; run++) {
      const drawn = createRandom(run + 2001);
      if (alarmIn(Array.from({ length: 2500 }, () => gapsOf(drawn, { cheap: 0.893 }))) >= 0) told++;
    }
    assert.ok(told <= 10, `${told} of 100`);
  });

  test('that is large is found at once', () => {
    const alarm = alarmIn([...Array.from({ length: 500 }, () => 0), ...Array.from({ length: 60 }, () => -1)]);
    assert.ok(alarm >= 500 && alarm < 520, `${alarm}`);
  });

  test('law: a lower value is never less evidence', () => {
    const value = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), value, value, (before, one, other) => {
        let state: DropState = noDrop(OPTIONS);
        for (const each of before) ({ state } = watchForDrop(state, each, OPTIONS));
        const [low, high] = [Math.min(one, other), Math.max(one, other)].map(
          (each) => watchForDrop(state, each, OPTIONS).evidence,
        );
        assert.ok((low ?? 0) >= (high ?? 1) && (high ?? -1) > 0);
      }),
    );
  });

  test('law: goes on from its state as from its values', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-1, 0, 1), { minLength: 1, maxLength: 40 }), (values) => {
        let whole: DropState = noDrop(OPTIONS);
        let kept: DropState = noDrop(OPTIONS);
        for (const value of values) {
          ({ state: whole } = watchForDrop(whole, value, OPTIONS));
          ({ state: kept } = watchForDrop(JSON.parse(JSON.stringify(kept)) as DropState, value, OPTIONS));
        }
        assert.deepEqual(kept, whole);
      }),
    );
  });

  test('law: is watched in place as it is by copies, which leave their state alone', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 40 }), (values) => {
        let copied: DropState = noDrop(OPTIONS);
        const inPlace = noDrop(OPTIONS);
        for (const value of values) {
          const before = structuredClone(copied);
          const { state, evidence } = watchForDrop(copied, value, OPTIONS);
          assert.deepEqual(copied, before);
          copied = state;
          assert.equal(betOnDrop(inPlace, value, OPTIONS), evidence);
        }
        assert.deepEqual(inPlace, copied);
      }),
    );
  });

  test('refuses what is outside of its range, and what is no number', () => {
    for (const value of [1.1, -2, Number.NaN])
      for (const watch of [watchForDrop, betOnDrop])
        assert.throws(() => watch(noDrop(OPTIONS), value, OPTIONS), /is not between -1 and 1/);
  });
});
