import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wilson } from '../../stats/proportion.ts';
import { agreementOf, type Graded, shareOf } from './agreement.ts';
import { gradedBy, labelledAs, labelledPairs } from './verdicts.fixture.ts';

/** `right passed, right refused, wrong passed, wrong refused`, each answer of a sample of its own. */
function gradedAs(counts: readonly [number, number, number, number]): Graded[] {
  const kinds: [string, boolean][] = [
    ['K1', true],
    ['K1', false],
    ['no', true],
    ['no', false],
  ];
  return kinds.flatMap(([text, isPassed], kind) =>
    Array.from({ length: counts[kind] ?? 0 }, (_, at) => ({
      labelled: labelledAs(text, { sample: `${kind}-${at}` }),
      score: isPassed ? 1 : 0,
      isPassed,
      costNanoUsd: 10,
    })),
  );
}

test('the table, the agreement and the rates are those that were planted', () => {
  const found = agreementOf(gradedAs([40, 5, 3, 12]), 0.95);
  assert.deepEqual(found.confusion, { rightPassed: 40, rightRefused: 5, wrongPassed: 3, wrongRefused: 12 });
  assert.deepEqual(
    [found.labels.count, found.labels.right, found.labels.wrong, found.labels.samples],
    [60, 45, 15, 60],
  );
  assert.equal(found.agreement.share, 52 / 60);
  assert.deepEqual([found.falsePass.count, found.falsePass.of], [3, 15]);
  assert.deepEqual([found.falseRefuse.count, found.falseRefuse.of], [5, 45]);
  const { low, high } = wilson(3, 15);
  assert.deepEqual([found.falsePass.low, found.falsePass.high], [low, high]);
  // (52/60 - 0.6417) / (1 - 0.6417), worked out by hand: rows 45 and 15, columns 43 and 17.
  const expected = (45 * 43 + 15 * 17) / 3600;
  assert.ok(Math.abs((found.kappa?.value ?? 0) - (52 / 60 - expected) / (1 - expected)) < 1e-12);
});

test('a verdict that cannot be read is a refusal, and counted', () => {
  const graded = gradedAs([10, 0, 0, 10]).map((one, at) => (at === 0 ? { ...one, score: null, isPassed: false } : one));
  const found = agreementOf(graded, 0.95);
  assert.deepEqual([found.unreadable, found.confusion.rightRefused, found.agreement.count], [1, 1, 19]);
});

test('answers to one sample that are judged alike count for less, and intervals are wider for it', () => {
  const alone = agreementOf(gradedAs([30, 10, 10, 30]), 0.95);
  const twins = gradedAs([15, 5, 5, 15]).flatMap((one) => [one, one]);
  const found = agreementOf(twins, 0.95);
  assert.equal(alone.labels.effective, 80);
  assert.ok(Math.abs(found.labels.effective - 40) < 1e-9, String(found.labels.effective));
  assert.deepEqual(found.confusion, alone.confusion);
  const widthOf = ({ low, high }: { low: number; high: number }): number => high - low;
  assert.ok(widthOf(found.agreement) > 1.3 * widthOf(alone.agreement));
  assert.ok(found.kappa !== null && alone.kappa !== null && widthOf(found.kappa) > 1.3 * widthOf(alone.kappa));
});

test('what verdicts cost is told of those whose cost is known', () => {
  const graded = gradedAs([2, 0, 0, 2]).map((one, at) => (at === 0 ? { ...one, costNanoUsd: null } : one));
  assert.deepEqual(agreementOf(graded, 0.95).cost, { known: 3, totalNanoUsd: 30, perVerdictNanoUsd: 10 });
  assert.deepEqual(agreementOf([], 0.95).cost, { known: 0, totalNanoUsd: 0, perVerdictNanoUsd: null });
});

test('of nothing nothing is known', () => {
  const { agreement, kappa, falsePass } = agreementOf([], 0.95);
  assert.deepEqual([agreement.share, agreement.low, agreement.high, kappa, falsePass.share], [null, 0, 1, null, null]);
  assert.equal(shareOf([], () => true, 0.95).of, 0);
});

test("a judge's noise is found in kappa as it was planted", () => {
  const labelled = labelledPairs(800, { right: 0.5 });
  // A verdict in two is a lot: half of those agree, so 75 % do, and kappa is one half.
  const { agreement, kappa } = agreementOf(gradedBy({ noise: 0.5 }, labelled), 0.95);
  assert.ok(agreement.low < 0.75 && agreement.high > 0.75, String(agreement.share));
  assert.ok(kappa !== null && kappa.low < 0.5 && kappa.high > 0.5, String(kappa?.value));
});
