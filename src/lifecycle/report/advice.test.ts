import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adviceFor, savingOf } from './advice.ts';
import { type ModelCounts, profileOf, reportTask } from './report.fixture.ts';

const SMALL: ModelCounts = { model: 'small', passed: 199, thousand: 1 };
const FRONTIER: ModelCounts = { model: 'frontier', passed: 200, thousand: 10 };
/** 182 of 200 pass: behind gates. */
const GATED: ModelCounts = { model: 'small', passed: 182, accepted: 186, judged: 200, thousand: 1 };

const near = (actual: number | null, expected: number): void => {
  assert.ok(
    actual !== null && Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );
};

describe('the advice for a task', () => {
  test('counts what the recommended model costs against the baseline, per call and in a month', () => {
    const task = reportTask(profileOf('t', [SMALL, FRONTIER]), { volume: 50_000 });
    const advice = adviceFor(task, 'frontier');
    assert.equal(advice.recommended?.model, 'small');
    near(advice.nowNanoUsd, 10e6);
    near(advice.thenNanoUsd, 1e6);
    near(advice.savedShare, 0.9);
    near(advice.savedPerMonth, 9e6 * 50_000);
    near(advice.nowPerMonth, 10e6 * 50_000);
  });

  test('without a volume there is no saving per month, and it is not nothing', () => {
    const { savedPerMonth, nowPerMonth, savedShare } = adviceFor(
      reportTask(profileOf('t', [SMALL, FRONTIER])),
      'frontier',
    );
    assert.deepEqual([savedPerMonth, nowPerMonth], [null, null]);
    near(savedShare, 0.9);
  });

  test('a volume of none saves nothing', () => {
    const task = reportTask(profileOf('t', [SMALL, FRONTIER]), { volume: 0 });
    assert.equal(adviceFor(task, 'frontier').savedPerMonth, 0);
  });

  test('without a baseline, or with one that was not measured, nothing is compared', () => {
    const task = reportTask(profileOf('t', [SMALL, FRONTIER]), { volume: 1000 });
    for (const baseline of [null, 'other']) {
      const { nowNanoUsd, thenNanoUsd, savedNanoUsd, savedPerMonth } = adviceFor(task, baseline);
      assert.deepEqual([nowNanoUsd, savedNanoUsd, savedPerMonth], [null, null, null]);
      near(thenNanoUsd, 1e6);
    }
  });

  test('a model behind gates costs its verdicts, and the stronger one for what they refuse', () => {
    const changes = { judgingNanoUsd: 200_000 };
    const advice = adviceFor(
      reportTask(profileOf('t', [{ ...GATED, changes: { ...changes, verdict: 'gated' } }, FRONTIER])),
      'frontier',
    );
    assert.deepEqual([advice.recommended?.model, advice.behind?.model], ['small', 'frontier']);
    near(advice.thenNanoUsd, 1e6 + 200_000 + (14 / 200) * 10e6);
    // What passed, and of what was refused as much as the stronger one passes of everything.
    near(advice.thenShare, 182 / 200 + (14 / 200) * 1);
  });

  test('what verdicts cost and nobody knows makes the cost behind gates unknown', () => {
    const gated: ModelCounts = { ...GATED, changes: { verdict: 'gated', judgingNanoUsd: null } };
    const advice = adviceFor(reportTask(profileOf('t', [gated, FRONTIER]), { volume: 10 }), 'frontier');
    assert.equal(advice.recommended?.model, 'small');
    assert.deepEqual([advice.thenNanoUsd, advice.savedPerMonth], [null, null]);
  });

  test('a model whose answers are taken as they come pays for no verdicts', () => {
    const free: ModelCounts = { ...SMALL, changes: { judgingNanoUsd: 5e6 } };
    near(adviceFor(reportTask(profileOf('t', [free, FRONTIER])), 'frontier').thenNanoUsd, 1e6);
  });

  test('as long as nothing is recommended nothing is saved', () => {
    const advice = adviceFor(reportTask(profileOf('t', [{ ...SMALL, passed: 8, judged: 10 }]), { volume: 5 }), 'small');
    assert.deepEqual(
      [advice.recommended, advice.thenNanoUsd, advice.savedPerMonth, advice.thenShare],
      [null, null, null, null],
    );
  });

  test('quality that costs more than the baseline is a negative saving', () => {
    const task = reportTask(profileOf('t', [{ ...SMALL, passed: 100 }, FRONTIER]), { volume: 1000 });
    near(adviceFor(task, 'small').savedPerMonth, -9e6 * 1000);
  });
});

describe('the saving of several tasks', () => {
  const known = adviceFor(reportTask(profileOf('a', [SMALL, FRONTIER]), { volume: 1000 }), 'frontier');
  const unknown = adviceFor(reportTask(profileOf('b', [SMALL, FRONTIER])), 'frontier');

  test('is that of those of which everything is known, with their number', () => {
    const saving = savingOf([known, unknown, known]);
    assert.equal(saving?.tasks, 2);
    near(saving?.savedPerMonth ?? null, 2 * 9e6 * 1000);
    near(saving?.nowPerMonth ?? null, 2 * 10e6 * 1000);
  });

  test('is none where nothing is known', () => {
    assert.equal(savingOf([unknown]), null);
    assert.equal(savingOf([]), null);
  });
});
