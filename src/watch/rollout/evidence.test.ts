import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { ArmName } from '../../call/arm.ts';
import { type Evidence, noEvidence, type RolloutCall, withCall, withGap, withStep } from './evidence.ts';
import { DEFAULT_RULES } from './rules.ts';

const NOTHING = noEvidence(DEFAULT_RULES);
const CALL: RolloutCall = { arm: 'candidate', costNanoUsd: 1000, latencyMs: 500, isFailed: false, isPassed: true };

const armName = fc.constantFrom<ArmName>('base', 'candidate');
const anyCall: fc.Arbitrary<RolloutCall> = fc.record({
  arm: armName,
  costNanoUsd: fc.option(fc.nat(1e6)),
  latencyMs: fc.option(fc.nat(10_000)),
  isFailed: fc.boolean(),
  isPassed: fc.option(fc.boolean()),
});
const anyGap = fc.tuple(armName, fc.constantFrom(-1, -0.5, 0, 1));

type Known = { call: RolloutCall } | { gap: readonly [ArmName, number] };

function evidenceOf(known: readonly Known[], from = NOTHING): Evidence {
  return known.reduce<Evidence>(
    (evidence, one) => ('call' in one ? withCall(evidence, one.call) : withGap(evidence, ...one.gap)),
    from,
  );
}

describe('the evidence of a rollout', () => {
  test('declares before the first call what will be asked: a loss at all, and each loss that a step allows', () => {
    const claims = NOTHING.gaps.tests.map(({ side, bound }) => [side, bound]);
    assert.deepEqual(claims, [
      ['below', 0],
      ['above', -0.06],
      ['above', -0.03],
    ]);
    assert.deepEqual(
      NOTHING.failures.tests.map(({ side, bound }) => [side, bound]),
      [['above', 0.01]],
    );
    assert.throws(() => noEvidence({ ...DEFAULT_RULES, maxLoss: 0 }), /maxLoss/);
  });

  test('counts what is unknown instead of taking it for nothing', () => {
    const { cost, unknownCosts, latency, gated, calls } = evidenceOf([
      { call: CALL },
      { call: { ...CALL, costNanoUsd: null, latencyMs: null, isPassed: null } },
    ]);
    assert.deepEqual(calls, { base: 0, candidate: 2 });
    assert.deepEqual([cost.candidate.count, unknownCosts.candidate, latency.candidate.count], [1, 1, 1]);
    assert.equal(gated.candidate, 1);
  });

  test('takes the cost of a call that failed, and not the time it took to fail', () => {
    const { cost, latency } = evidenceOf([{ call: { ...CALL, isFailed: true } }]);
    assert.equal(cost.candidate.mean, 1000);
    assert.equal(latency.candidate.count, 0);
  });

  test('has a logarithm also of what took no time', () => {
    assert.equal(evidenceOf([{ call: { ...CALL, latencyMs: 0 } }]).latency.candidate.mean, 0);
  });

  test('of a step that begins is counted anew, and nothing of it is forgotten', () => {
    const before = evidenceOf([{ call: CALL }, { gap: ['base', 0] }, { gap: ['candidate', 1] }]);
    const step = withStep(before);
    assert.deepEqual(step.before, {
      calls: { base: 0, candidate: 1 },
      canaries: { base: 1, candidate: 1 },
      gated: { base: 0, candidate: 1 },
    });
    assert.deepEqual({ ...step, before: null }, { ...before, before: null });
  });

  test('law: calls and canaries may come in any order beside each other', () => {
    fc.assert(
      fc.property(
        fc.array(anyCall, { maxLength: 30 }),
        fc.array(anyGap, { maxLength: 30 }),
        fc.nat(),
        (calls, gaps, seed) => {
          const [one, other]: Known[][] = [calls.map((call) => ({ call })), gaps.map((gap) => ({ gap }))];
          const mixed: Known[] = [];
          let [at, bt] = [0, 0];
          for (let turn = 0; at < calls.length || bt < gaps.length; turn++) {
            const isCall = bt >= gaps.length || (at < calls.length && (seed >> (turn % 31)) % 2 === 0);
            const next = isCall ? one?.[at++] : other?.[bt++];
            if (next !== undefined) mixed.push(next);
          }
          assert.deepEqual(evidenceOf(mixed), evidenceOf([...(other ?? []), ...(one ?? [])]));
        },
      ),
    );
  });

  test('law: counts, means and rates do not depend on the order of calls', () => {
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 40 }), (calls) => {
        const [one, other] = [calls, calls.toReversed()].map((list) => evidenceOf(list.map((call) => ({ call }))));
        assert.deepEqual(one?.calls, other?.calls);
        assert.deepEqual(one?.unknownCosts, other?.unknownCosts);
        for (const arm of ['base', 'candidate'] as const)
          for (const measure of ['cost', 'latency'] as const)
            assert.ok(Math.abs((one?.[measure][arm].mean ?? 0) - (other?.[measure][arm].mean ?? 1)) < 1e-6);
      }),
    );
  });

  test('law: goes on from what was kept as JSON', () => {
    const known = fc.array(
      fc.oneof(
        anyCall.map((call): Known => ({ call })),
        anyGap.map((gap): Known => ({ gap })),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(known, fc.nat(60), (all, cut) => {
        const kept = JSON.parse(JSON.stringify(evidenceOf(all.slice(0, cut)))) as Evidence;
        assert.equal(JSON.stringify(evidenceOf(all.slice(cut), kept)), JSON.stringify(evidenceOf(all)));
      }),
    );
  });

  test('is of one size, however much is known', () => {
    const sizeAfter = (calls: number): number => {
      let evidence = NOTHING;
      for (let at = 0; at < calls; at++) {
        const arm = at % 7 === 0 ? 'candidate' : 'base';
        evidence = withGap(withCall(evidence, { ...CALL, arm, costNanoUsd: at, latencyMs: at }), arm, (at % 3) - 1);
      }
      return JSON.stringify(evidence).length;
    };
    assert.ok(sizeAfter(5000) < 1.2 * sizeAfter(500) && sizeAfter(5000) < 6000, `${sizeAfter(5000)} bytes`);
  });
});
