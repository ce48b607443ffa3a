// Whether the rules keep what they say, on simulated traffic whose truth is known. `npm run bench:watch` has the figures of more runs.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../../stats/random.ts';
import { type Evidence, noEvidence, withCall } from './evidence.ts';
import { judgeStep } from './judge-step.ts';
import { DEFAULT_RULES } from './rules.ts';
import { type Ended, simulateRollout, type Traffic } from './simulated-rollout.fixture.ts';

const EASY: Traffic = { base: 0.95, candidate: 0.95, reference: 0.97, shared: 0.7 };

function runs(traffic: Partial<Traffic>, count = 40): Ended[] {
  return Array.from({ length: count }, (_, run) => simulateRollout({ ...EASY, ...traffic }, { seed: run + 1 }));
}

function finished(ended: readonly Ended[]): number {
  return ended.filter(({ status }) => status === 'finished').length;
}

function stoppedEarly(ended: readonly Ended[]): number {
  return ended.filter(({ status, reached }) => status === 'rolled_back' && reached < 50).length;
}

describe('a simulated rollout', () => {
  test('of a candidate as good and cheaper reaches all callers', () => {
    const ended = runs({});
    assert.ok(finished(ended) >= 36, `${finished(ended)} of 40`);
    for (const { calls, canaries, status } of ended)
      if (status === 'finished') assert.ok(calls >= 4000 && canaries.candidate >= 100, 'not without its minimum');
  });

  test('of a candidate that is worse by 3 points is stopped before half of the callers are on it', () => {
    const ended = runs({ candidate: 0.92 });
    assert.ok(stoppedEarly(ended) >= 37, `${stoppedEarly(ended)} of 40`);
  });

  test('of a candidate that is worse by 10 points is stopped at the first step, after a few hundred canaries', () => {
    const ended = runs({ candidate: 0.85 });
    assert.ok(ended.filter(({ status, reached }) => status === 'rolled_back' && reached === 5).length >= 38);
    assert.ok(ended.filter(({ canaries }) => canaries.candidate < 400).length >= 38);
  });

  test('is stopped early for cost, for latency and for failures, whatever the quality', () => {
    for (const traffic of [{ costRatio: 1.6 }, { latencyRatio: 2 }, { failedMore: 0.05 }]) {
      const ended = runs(traffic, 20);
      assert.ok(stoppedEarly(ended) >= 18, `${stoppedEarly(ended)} of 20 for ${JSON.stringify(traffic)}`);
    }
    assert.match(runs({ latencyRatio: 2 }, 1)[0]?.why ?? '', /Latency: .* more than 1\.5 times as much/);
  });

  test('is not stopped where nothing is worse than it may be: at the bounds of cost, latency and failures', () => {
    let stopped = 0;
    for (let run = 0; run < 40; run++) {
      const random = createRandom(run + 1);
      let evidence: Evidence = noEvidence(DEFAULT_RULES);
      for (let call = 1; call <= 6000; call++) {
        const isCandidate = random() < 0.25;
        evidence = withCall(evidence, {
          arm: isCandidate ? 'candidate' : 'base',
          // An exponential distribution: most calls are cheap, some are dear.
          costNanoUsd: Math.round(-100_000 * Math.log(1 - random()) * (isCandidate ? 1.1 : 1)),
          latencyMs: 500 * (1 + 3 * random()) * (isCandidate ? 1.5 : 1),
          isFailed: random() < (isCandidate ? 0.015 : 0.005),
          isPassed: null,
        });
        if (call % 50 === 0 && judgeStep(evidence, DEFAULT_RULES, 25).verdict === 'roll_back') {
          stopped++;
          break;
        }
      }
    }
    // 1.5 % is what the three may be wrong together.
    assert.ok(stopped <= 3, `${stopped} of 40`);
  });

  test('needs no canaries where gates tell the same', () => {
    const good = runs({ baseCanaries: 0 }, 20);
    assert.ok(finished(good) >= 17, `${finished(good)} of 20`);
    assert.ok(good.every(({ canaries }) => canaries.base + canaries.candidate === 0));
    assert.ok(stoppedEarly(runs({ baseCanaries: 0, candidate: 0.9 }, 20)) >= 18);
  });

  test('of the same seed is the same', () => {
    assert.deepEqual(runs({}, 2), runs({}, 2));
  });
});
