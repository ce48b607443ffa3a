import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../stats/random.ts';
import { Detector, type DetectorPlan, type Finding } from './detector.ts';
import { createPlans } from './plans.ts';
import { SIGNALS, type SignalName } from './signals.ts';

const PLANS = createPlans({ error: 0.05, calls: 50_000 }, 500);

function planOf(name: SignalName): DetectorPlan {
  return PLANS.whole[SIGNALS.findIndex((signal) => signal.name === name)] as DetectorPlan;
}

interface Drawing {
  seed?: number;
  /** Of the values that are drawn so many times, one after the other. */
  parts: readonly (readonly [times: number, draw: (random: () => number) => number])[];
  isHushed?: (at: number) => boolean;
}

function findingsOf(detector: Detector, { seed = 1, parts, isHushed = () => false }: Drawing): [number, Finding][] {
  const random = createRandom(seed);
  const found: [number, Finding][] = [];
  let at = 0;
  for (const [times, draw] of parts) {
    for (let time = 0; time < times; time++, at++) {
      const finding = detector.add(draw(random), 1000 * at, isHushed(at));
      if (finding !== null) found.push([at, finding]);
    }
  }
  return found;
}

const passes = (share: number) => (random: () => number) => Number(random() < share);
const lengths = (tokens: number) => (random: () => number) => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.log2(tokens) + normal;
};

describe('a detector', () => {
  test('tells a fall once, from what to what and since when', () => {
    const parts = [
      [6000, passes(0.9)],
      [3000, passes(0.8)],
    ] as const;
    const found = findingsOf(new Detector(planOf('pass_rate')), { parts });
    assert.equal(found.length, 1);
    const [at, finding] = found[0] as [number, Finding];
    assert.ok(at > 6000 && at < 7000, `${at}`);
    assert.deepEqual([finding.isAlarm, finding.way, finding.learned], [true, 'falls', 5000]);
    assert.ok(Math.abs(finding.baseline - 0.9) < 0.015 && Math.abs(finding.now - 0.8) < 0.06);
    assert.ok(Math.abs(finding.sinceMs - 6_000_000) < 250_000, `${finding.sinceMs}`);
    assert.ok(finding.count <= at - finding.sinceMs / 1000 + 1 && finding.evidence >= 1);
  });

  test('sees nothing where a share only gets better', () => {
    const parts = [
      [6000, passes(0.8)],
      [20_000, passes(0.97)],
    ] as const;
    assert.deepEqual(findingsOf(new Detector(planOf('pass_rate')), { parts }), []);
  });

  test('sees a length that doubles and one that halves, each within 500 values and as what it is', () => {
    for (const [tokens, way] of [
      [400, 'rises'],
      [100, 'falls'],
    ] as const) {
      const parts = [
        [2000, lengths(200)],
        [500, lengths(tokens)],
      ] as const;
      const found = findingsOf(new Detector(planOf('output_length')), { parts });
      assert.deepEqual(
        found.map(([, { way }]) => way),
        [way],
      );
      const { baseline, now } = (found[0] as [number, Finding])[1];
      assert.ok(Math.abs(baseline - 200) < 15 && Math.abs(now - tokens) < 0.25 * tokens, `${baseline} ${now}`);
    }
  });

  test('with a given baseline looks from the first value on', () => {
    const detector = new Detector(planOf('pass_rate'), { mean: 0.95, trials: null });
    const found = findingsOf(detector, { parts: [[400, passes(0.7)]] });
    assert.ok((found[0] as [number, Finding])[0] < 200);
    assert.equal(found[0]?.[1].learned, null);
  });

  test('tells the way back, and then a second fall', () => {
    const parts = [
      [6000, passes(0.9)],
      [3000, passes(0.75)],
      [3000, passes(0.9)],
      [2000, passes(0.75)],
    ] as const;
    const detector = new Detector(planOf('pass_rate'));
    const found = findingsOf(detector, { parts });
    assert.deepEqual(
      found.map(([, { isAlarm }]) => isAlarm),
      [true, false, true],
    );
    const [at, back] = found[1] as [number, Finding];
    assert.ok(at >= 9000 && at < 11_500, `${at}`);
    assert.ok(Math.abs(back.now - 0.9) < 0.02 && back.count >= 200 && back.count <= 1000);
    assert.equal(detector.isTelling, true);
  });

  test('never learns from what came right before an alarm', () => {
    const parts = [
      [900, () => 1],
      [200, () => 0],
      [1200, () => 1],
      [200, () => 0],
    ] as const;
    const found = findingsOf(new Detector(planOf('pass_rate')), { parts });
    assert.deepEqual(
      found.map(([, { isAlarm, learned, baseline }]) => [isAlarm, learned, baseline]),
      [
        [true, 500, 1],
        [false, 500, 1],
        [true, 500, 1],
      ],
    );
  });

  test('does not take the half-way back for one', () => {
    const parts = [
      [6000, passes(0.9)],
      [2000, passes(0.75)],
      [8000, passes(0.83)],
    ] as const;
    assert.equal(findingsOf(new Detector(planOf('pass_rate')), { parts }).length, 1);
  });

  test('keeps quiet while somebody else tells, and when what it saw is over before he stops', () => {
    const parts = [
      [6000, passes(0.9)],
      [3000, passes(0.75)],
      [6000, passes(0.9)],
    ] as const;
    const detector = new Detector(planOf('pass_rate'));
    assert.deepEqual(findingsOf(detector, { parts, isHushed: (at) => at >= 6000 && at < 9100 }), []);
    assert.equal(detector.isTelling, false);
  });

  test('tells what is left when nobody else does any more', () => {
    const parts = [
      [6000, passes(0.9)],
      [8000, passes(0.75)],
    ] as const;
    const found = findingsOf(new Detector(planOf('pass_rate')), { parts, isHushed: (at) => at >= 6000 && at < 9100 });
    assert.equal(found.length, 1);
    const [at, { isAlarm, sinceMs, now }] = found[0] as [number, Finding];
    assert.ok(isAlarm && at >= 9300 && at <= 10_200, `${at}`);
    assert.ok(Math.abs(sinceMs - 6_000_000) < 250_000 && Math.abs(now - 0.75) < 0.05);
  });

  test('rarely tells anything of 50,000 values of which nothing changes', () => {
    let told = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const parts = [[50_000, passes(0.9)]] as const;
      if (findingsOf(new Detector(planOf('pass_rate')), { seed: 100 * seed, parts }).length > 0) told++;
    }
    assert.ok(told <= 1, `${told} of 60`);
  });

  test('refuses a state of another kind', () => {
    const state = new Detector(planOf('pass_rate')).toJson();
    assert.throws(() => new Detector(planOf('output_length')).fromJson(state), /other ways are watched now/);
    assert.throws(() => new Detector(planOf('decision_time')).fromJson(state), /other sizes/);
    assert.throws(() => new Detector(planOf('pass_rate')).fromJson({}), /expected/);
    const told = { ...(state as object), told: [7, 0, 0, 0, 200, 0, 0, 0] };
    assert.throws(() => new Detector(planOf('pass_rate')).fromJson(told), /an alarm is of a way/);
  });
});
