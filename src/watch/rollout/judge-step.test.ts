import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { ArmName } from '../../call/arm.ts';
import { createRandom } from '../../stats/random.ts';
import { type Evidence, noEvidence, type RolloutCall, withCall, withGap, withStep } from './evidence.ts';
import { judgeStep, type StepVerdict } from './judge-step.ts';
import type { Measure, MeasureName } from './measure.ts';
import { DEFAULT_RULES } from './rules.ts';

const RULES = { ...DEFAULT_RULES, minCalls: 100, minCanaries: 50 };
const CALL: RolloutCall = { arm: 'base', costNanoUsd: 200_000, latencyMs: 900, isFailed: false, isPassed: null };

interface Made {
  calls?: number;
  /** What the candidate's calls are like. */
  call?: (random: () => number) => Partial<RolloutCall>;
  base?: (random: () => number) => Partial<RolloutCall>;
  /** Gaps of canaries, one for every second call; none when left out. */
  gap?: (random: () => number, arm: ArmName) => number;
  from?: Evidence;
}

/** As many calls of each arm, one after the other. */
function made({ calls = 600, call = () => ({}), base = () => ({}), gap, from = noEvidence(RULES) }: Made): Evidence {
  const random = createRandom(7);
  let evidence = from;
  for (let at = 0; at < calls; at++) {
    for (const arm of ['base', 'candidate'] as const) {
      evidence = withCall(evidence, { ...CALL, arm, ...(arm === 'base' ? base : call)(random) });
      if (gap !== undefined && at % 2 === 0) evidence = withGap(evidence, arm, gap(random, arm));
    }
  }
  return evidence;
}

const same = (random: () => number): number => (random() < 0.04 ? -1 : random() < 0.02 ? 1 : 0);

function measureOf({ measures }: StepVerdict, name: MeasureName): Measure {
  return measures.find(({ measure }) => measure === name) ?? assert.fail(name);
}

describe('a step of a rollout', () => {
  test('of which nothing is known waits, and says what is missing', () => {
    const verdict = judgeStep(noEvidence(RULES), RULES, 5);
    assert.equal(verdict.verdict, 'wait');
    assert.deepEqual(verdict.needs, { baseCalls: 100, candidateCalls: 100, canaries: 50 });
    assert.deepEqual(
      verdict.measures.map(({ measure, says, difference }) => [measure, says, difference]),
      ['quality', 'cost', 'latency', 'errors'].map((name) => [name, 'open', null]),
    );
    assert.equal(
      verdict.sentence,
      'Waiting at 5 %, at least for 100 more calls of the candidate, 100 more calls of the base arm, 50 more pairs of canaries. ' +
        'Quality: no canaries of both arms yet.',
    );
  });

  test('goes on where quality is shown to hold, and nothing else is bad', () => {
    const verdict = judgeStep(made({ gap: same, calls: 1200 }), RULES, 5);
    assert.equal(verdict.verdict, 'promote');
    assert.match(
      verdict.sentence,
      /^On to 25 %\. Quality: .* by 600 pairs of canaries; .*: it loses less than the 6 points that/,
    );
    const { difference } = measureOf(verdict, 'quality');
    assert.ok(difference !== null && (difference.low ?? -1) >= -0.06);
  });

  test('waits where quality is shown for a smaller step only', () => {
    const evidence = made({ gap: same, calls: 1200 });
    assert.equal(measureOf(judgeStep(evidence, RULES, 25), 'quality').says, 'open');
    assert.equal(judgeStep(evidence, RULES, 25).verdict, 'wait');
  });

  test('waits for the minimum of calls within itself, whatever was shown before', () => {
    const evidence = made({ gap: same, calls: 5000 });
    assert.equal(judgeStep(evidence, RULES, 25).verdict, 'promote');
    const begun = withStep(evidence);
    const waiting = judgeStep(begun, RULES, 50);
    assert.equal(waiting.verdict, 'wait');
    assert.deepEqual(waiting.needs, { baseCalls: 100, candidateCalls: 100, canaries: 0 });
    assert.equal(judgeStep(made({ from: begun, calls: 100 }), RULES, 50).verdict, 'promote');
  });

  test('goes back where the candidate is worse, also before its minimum is there', () => {
    const verdict = judgeStep(made({ calls: 60, gap: (_, arm) => (arm === 'base' ? 0 : -1) }), RULES, 5);
    assert.equal(verdict.verdict, 'roll_back');
    assert.match(
      verdict.sentence,
      /^Back from 5 %\. Quality: 100 points below the base arm, by 30 pairs of canaries; .*: the candidate is worse\.$/,
    );
    assert.ok((measureOf(verdict, 'quality').difference?.high ?? 1) <= 0);
  });

  test('goes back where a call costs more than it may, and not where the base is as dear', () => {
    const noisy = (random: () => number, times: number): Partial<RolloutCall> => ({
      costNanoUsd: Math.round(times * 1000 * (1 + random())),
    });
    const dear = judgeStep(
      made({ base: (random) => noisy(random, 1), call: (random) => noisy(random, 1.3), gap: same }),
      RULES,
      5,
    );
    assert.equal(dear.verdict, 'roll_back');
    assert.match(
      dear.sentence,
      /Cost: \$0\.0000019\d a call, \$0\.0000014\d on the base arm: more than 1\.1 times as much\./,
    );
    const { difference } = measureOf(dear, 'cost');
    assert.ok((difference?.low ?? 0) > 1.1 && (difference?.high ?? 0) < 1.6, JSON.stringify(difference));
    const alike = judgeStep(made({ base: (random) => noisy(random, 1), call: (random) => noisy(random, 1) }), RULES, 5);
    assert.equal(measureOf(alike, 'cost').says, 'fine');
  });

  test('knows that what costs something is more than nothing, and that what is unknown is not nothing', () => {
    const paid = judgeStep(made({ base: () => ({ costNanoUsd: 0 }) }), RULES, 5);
    assert.equal(measureOf(paid, 'cost').says, 'bad');
    assert.equal(
      measureOf(
        judgeStep(made({ base: () => ({ costNanoUsd: 0 }), call: () => ({ costNanoUsd: 0 }) }), RULES, 5),
        'cost',
      ).says,
      'fine',
    );
    const unknown = measureOf(judgeStep(made({ call: () => ({ costNanoUsd: null }) }), RULES, 5), 'cost');
    assert.deepEqual([unknown.says, unknown.candidate, unknown.difference], ['open', null, null]);
    assert.match(unknown.sentence, /nothing is known yet\. The cost of 600 calls is not known and left out\.$/);
  });

  test('goes back where answers take longer than they may', () => {
    const slow = made({
      base: (random) => ({ latencyMs: 500 + 800 * random() }),
      call: (random) => ({ latencyMs: 1100 + 1600 * random() }),
    });
    const verdict = judgeStep(slow, RULES, 5);
    assert.equal(verdict.verdict, 'roll_back');
    assert.match(
      verdict.sentence,
      /^Back from 5 %\. Latency: 1,8\d\d ms, 8\d\d ms on the base arm: more than 1\.5 times as much\.$/,
    );
  });

  test('does not act upon cost and latency of fewer calls than its minimum', () => {
    const few = made({ calls: 60, call: () => ({ costNanoUsd: 900_000, latencyMs: 9000 }) });
    assert.equal(judgeStep(few, RULES, 5).verdict, 'wait');
  });

  test('goes back where more calls fail than may, and not for a failure or two', () => {
    const failing = judgeStep(
      made({ call: (random) => ({ isFailed: random() < 0.1 }), base: (random) => ({ isFailed: random() < 0.01 }) }),
      RULES,
      5,
    );
    assert.equal(failing.verdict, 'roll_back');
    assert.match(
      failing.sentence,
      /Errors: \d+\.\d % of calls failed, \d\.\d % of the base arm's: more than 1 point more\./,
    );
    let evidence = made({ calls: 200 });
    for (let failure = 0; failure < 3; failure++)
      evidence = withCall(evidence, { ...CALL, arm: 'candidate', isFailed: true });
    assert.equal(measureOf(judgeStep(evidence, RULES, 5), 'errors').says, 'open');
  });

  test('names everything that is bad', () => {
    const { sentence } = judgeStep(
      made({ call: () => ({ costNanoUsd: 900_000, latencyMs: 9000, isFailed: false }) }),
      RULES,
      5,
    );
    assert.match(sentence, /Cost: .*Latency: /);
  });

  test('compares what gates say where there are no canaries, and says so', () => {
    const passing = (rate: number) => (random: () => number) => ({ isPassed: random() < rate });
    const good = judgeStep(made({ calls: 1500, base: passing(0.95), call: passing(0.95) }), RULES, 5);
    assert.equal(good.verdict, 'promote');
    assert.match(
      good.sentence,
      /No canaries: pass rates of gates are compared instead\. Quality: 9\d\.\d % pass, 9\d\.\d % of the base arm's/,
    );
    assert.equal(judgeStep(made({ base: passing(0.95), call: passing(0.7) }), RULES, 5).verdict, 'roll_back');
    const neither = judgeStep(made({}), RULES, 5);
    assert.equal(neither.verdict, 'wait');
    assert.match(neither.sentence, /neither canaries nor gates tell anything/);
  });

  test('believes canaries rather than gates', () => {
    const evidence = made({
      calls: 1500,
      gap: same,
      base: () => ({ isPassed: true }),
      call: () => ({ isPassed: false }),
    });
    assert.equal(judgeStep(evidence, RULES, 5).verdict, 'promote');
  });

  test('goes back when the data cannot tell after as many canaries as it may take', () => {
    const rules = { ...RULES, maxCanaries: 400 };
    const noise = (random: () => number, arm: ArmName): number => (random() < (arm === 'base' ? 0.5 : 0.45) ? 1 : -1);
    const evidence = made({ calls: 790, gap: noise, from: noEvidence(rules) });
    assert.equal(judgeStep(evidence, rules, 25).verdict, 'wait');
    const more = made({ calls: 12, gap: noise, from: evidence });
    const verdict = judgeStep(more, rules, 25);
    assert.equal(verdict.verdict, 'roll_back');
    assert.match(
      verdict.sentence,
      /^Back from 25 %: after 401 canaries of the candidate the data cannot tell whether it is good enough\./,
    );
    assert.equal(judgeStep(withStep(more), rules, 25).verdict, 'wait');
  });

  test('waits when all callers are on the candidate, and is refused when it is none', () => {
    assert.equal(judgeStep(made({ gap: same }), RULES, 100).verdict, 'wait');
    assert.throws(() => judgeStep(noEvidence(RULES), RULES, 30), /30 % is none of the steps 5, 25, 50, 100/);
  });

  test('law: never goes on without evidence of quality, whatever else is known', () => {
    const call = fc.record({
      arm: fc.constantFrom<ArmName>('base', 'candidate'),
      costNanoUsd: fc.option(fc.nat(1e6)),
      latencyMs: fc.option(fc.nat(10_000)),
      isFailed: fc.boolean(),
      isPassed: fc.constant(null),
    });
    const rules = { ...RULES, minCalls: 1, minCanaries: 1 };
    fc.assert(
      fc.property(fc.array(call, { maxLength: 80 }), fc.nat(20), fc.constantFrom(5, 25, 50), (calls, gaps, percent) => {
        let evidence = noEvidence(rules);
        for (const one of calls) evidence = withCall(evidence, one);
        // Of one arm only.
        for (let at = 0; at < gaps; at++) evidence = withGap(evidence, 'candidate', 1);
        assert.notEqual(judgeStep(evidence, rules, percent).verdict, 'promote');
      }),
    );
  });

  test('law: what is said of it can be written as JSON, without a number that is none', () => {
    const gap = fc.tuple(fc.constantFrom<ArmName>('base', 'candidate'), fc.constantFrom(-1, 0, 1));
    fc.assert(
      fc.property(fc.array(gap, { maxLength: 60 }), fc.nat(200), (gaps, calls) => {
        let evidence = made({ calls: Math.min(calls, 60), base: () => ({ costNanoUsd: 0 }) });
        for (const [arm, value] of gaps) evidence = withGap(evidence, arm, value);
        const verdict = judgeStep(evidence, RULES, 5);
        assert.deepEqual(JSON.parse(JSON.stringify(verdict)), { ...verdict });
        assert.doesNotMatch(JSON.stringify(verdict), /NaN|Infinity|undefined/);
      }),
      { numRuns: 40 },
    );
  });
});
