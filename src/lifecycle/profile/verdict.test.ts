import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { wilson } from '../../stats/proportion.ts';
import type { PassRate } from './profile.ts';
import { judgeRate, percent, type Rated, recommend } from './verdict.ts';

const USUAL = { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 };

function rateOf(passed: number, trials: number): PassRate {
  return { share: trials === 0 ? null : passed / trials, ...wilson(passed, trials), trials };
}

const verdictOf = (passed: number, trials: number, thresholds = USUAL) =>
  judgeRate(rateOf(passed, trials), trials, thresholds);

describe('a verdict', () => {
  test('is given only when the whole interval lies in one band', () => {
    assert.equal(verdictOf(200, 200).verdict, 'default');
    assert.equal(verdictOf(72, 72).verdict, 'undecided');
    assert.equal(verdictOf(73, 73).verdict, 'default');
    assert.equal(verdictOf(900, 1000).verdict, 'gated');
    assert.equal(verdictOf(90, 100).verdict, 'undecided');
    assert.equal(verdictOf(50, 100).verdict, 'next');
    assert.equal(verdictOf(0, 0).verdict, 'undecided');
  });

  test('else it says how many more samples it would take', () => {
    const { verdict, moreSamples, say } = verdictOf(97, 100);
    assert.equal(verdict, 'undecided');
    assert.ok(moreSamples !== null && moreSamples > 300 && moreSamples < 700, String(moreSamples));
    assert.match(
      say,
      /^97 % of 100 pass, 91\.5 % to 98\.9 %: too wide for a verdict, about \d+ more samples would tell$/,
    );
    // So many, and it can be told.
    const whole = 100 + moreSamples;
    assert.equal(verdictOf(0.97 * whole, whole).verdict, 'default');
    assert.equal(verdictOf(0.97 * (whole - 1), whole - 1).verdict, 'undecided');
  });

  test('on the edge no number is named', () => {
    const { moreSamples, say } = verdictOf(95, 100);
    assert.equal(moreSamples, null);
    assert.match(say, /stands on the edge/);
  });

  test('follows the thresholds of the task', () => {
    const strict = { defaultFrom: 0.999, gatedFrom: 0.99, confidence: 0.95 };
    assert.equal(verdictOf(200, 200, strict).verdict, 'undecided');
    assert.equal(verdictOf(180, 200, strict).verdict, 'next');
    assert.equal(verdictOf(995, 1000, { ...strict, gatedFrom: 0.98 }).verdict, 'gated');
    // Without a band for gates there are two verdicts.
    const plain = { defaultFrom: 0.9, gatedFrom: 0.9, confidence: 0.95 };
    assert.equal(verdictOf(700, 1000, plain).verdict, 'next');
    assert.equal(verdictOf(950, 1000, plain).verdict, 'default');
  });

  test('weights cost samples: as many answers say less', () => {
    const light = judgeRate({ ...rateOf(48.5, 50) }, 100, USUAL);
    const even = judgeRate(rateOf(97, 100), 100, USUAL);
    assert.ok(light.moreSamples !== null && even.moreSamples !== null && light.moreSamples > even.moreSamples);
  });

  test('never contradicts the interval', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        const passed = Math.round(trials * share);
        const { low, high } = wilson(passed, trials);
        const { verdict, moreSamples } = verdictOf(passed, trials);
        if (verdict === 'default') assert.ok(low >= 0.95);
        if (verdict === 'gated') assert.ok(low >= 0.85 && high < 0.95);
        if (verdict === 'next') assert.ok(high < 0.85);
        if (verdict === 'undecided') assert.ok((low < 0.95 && high >= 0.95) || (low < 0.85 && high >= 0.85));
        else assert.equal(moreSamples, null);
      }),
    );
  });
});

function rated(model: string, verdict: Rated['verdict'], more: Partial<Rated> = {}): Rated {
  const share = { default: 0.99, gated: 0.9, next: 0.5, undecided: 0.94 }[verdict];
  return {
    model,
    tier: model,
    verdict,
    moreSamples: verdict === 'undecided' ? 80 : null,
    share,
    perCallNanoUsd: 1000,
    ...more,
  };
}

describe('a recommendation', () => {
  const small = (verdict: Rated['verdict'], more: Partial<Rated> = {}) =>
    rated('small', verdict, { perCallNanoUsd: 100, ...more });
  const mid = (verdict: Rated['verdict'], more: Partial<Rated> = {}) => rated('mid', verdict, more);
  const large = (verdict: Rated['verdict']) => rated('large', verdict, { perCallNanoUsd: 5000 });

  test('is the cheapest model that may be the default', () => {
    const found = recommend([small('next'), mid('default'), large('default')], true);
    assert.deepEqual([found.model, found.verdict, found.openModels], ['mid', 'default', []]);
    assert.equal(found.say, 'mid: its answers can be taken as they come.');
  });

  test('or a cheaper one behind gates, where the task has some and it pays', () => {
    const found = recommend([small('gated'), mid('default')], true);
    assert.deepEqual([found.model, found.verdict], ['small', 'gated']);
    assert.match(found.say, /behind the gates of the task and with a canary; .* mid takes over/);
    assert.equal(recommend([small('gated'), mid('default')], false).model, 'mid');
    // 90 % of the answers pass, and the call costs nearly as much as the safe one.
    const dear = small('gated', { perCallNanoUsd: 950 });
    assert.equal(recommend([dear, mid('default')], true).model, 'mid');
  });

  test('is for now as long as a cheaper model is not decided', () => {
    const found = recommend([small('undecided'), mid('default')], true);
    assert.deepEqual([found.model, found.verdict, found.openModels], ['mid', 'undecided', ['small']]);
    assert.match(found.say, /^mid for now: .* Cheaper and not decided: small \(about 80 more samples\)\.$/);
    const dearer = recommend([small('default'), mid('undecided')], true);
    assert.deepEqual([dearer.verdict, dearer.openModels], ['default', []]);
  });

  test('is none where none is known to do, with the reason', () => {
    assert.match(recommend([small('next'), mid('next')], true).say, /^None of these models is good enough/);
    assert.match(recommend([small('undecided')], true).say, /^No model is known to do yet\. Not decided: small/);
    assert.match(recommend([small('gated')], false).say, /^small would do behind gates, and the task has none/);
    assert.match(
      recommend([small('next'), mid('undecided', { share: null, perCallNanoUsd: null })], true).say,
      /nothing is known of mid yet/,
    );
    const nothing = { share: null, perCallNanoUsd: null };
    assert.equal(
      recommend([small('undecided', nothing), mid('undecided', nothing)], true).say,
      'Nothing has been measured yet.',
    );
    assert.match(recommend([mid('default', { perCallNanoUsd: null })], true).say, /^What mid costs is not known/);
    for (const found of [recommend([small('next')], true), recommend([], true)]) assert.equal(found.model, null);
  });

  test('never names a model that is not adequate, nor one that a cheaper adequate one goes before', () => {
    const verdicts = fc.constantFrom<Rated['verdict']>('default', 'gated', 'next', 'undecided');
    fc.assert(
      fc.property(fc.array(verdicts, { maxLength: 6 }), fc.boolean(), (list, hasGates) => {
        const models = list.map((verdict, index) => rated(`m${index}`, verdict, { perCallNanoUsd: 10 ** (index + 1) }));
        const { model, verdict, openModels } = recommend(models, hasGates);
        const isAdequate = (one: Rated): boolean => one.verdict === 'default' || (one.verdict === 'gated' && hasGates);
        const first = models.find(isAdequate);
        assert.equal(model, first?.model ?? null);
        if (verdict !== 'undecided' && first !== undefined)
          assert.ok(models.slice(0, models.indexOf(first)).every((one) => one.verdict !== 'undecided'));
        assert.equal(openModels.length > 0, verdict === 'undecided');
      }),
    );
  });
});

test('percentages have one decimal at most', () => {
  assert.deepEqual([percent(0.5), percent(0.9751), percent(1)], ['50 %', '97.5 %', '100 %']);
});
