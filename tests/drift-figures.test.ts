// What the page says of drift detection, by a few runs of its simulation: bounds that a broken rule does not keep.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateDrift } from '../bench/watch/drift.ts';

const RUNS = 4;

test('changes are found in time, and what does not change is left in peace', () => {
  const figures = simulateDrift({ runs: RUNS, seed: 11 });
  const figure = (name: string): number => figures[name] as number;
  assert.ok(figure('false_alarm_share') <= 1 / RUNS + 1e-3, `false alarms: ${figure('false_alarm_share')}`);
  assert.ok(figure('restless_alarms_per_run') <= 1, `of restless traffic: ${figure('restless_alarms_per_run')}`);
  const bounds: Record<string, [foundShare: number, delay: number]> = {
    pass_rate_5_points: [0.75, 4000],
    pass_rate_5_points_early: [0.5, 6000],
    escalation_10_points: [0.75, 1200],
    errors_to_3_percent: [0.75, 2500],
    output_doubled: [0.75, 200],
    output_halved: [0.75, 200],
    input_half_longer: [0.75, 500],
    decision_doubled: [0.75, 200],
    cache_halved: [0.75, 200],
    new_language_10_percent: [0.75, 600],
    one_tenant_20_points: [0.75, 4000],
    canary_gap_5_points: [0.5, 45_000],
  };
  for (const [name, [share, delay]] of Object.entries(bounds)) {
    assert.ok(figure(`${name}_found_share`) >= share, `${name} was found in ${figure(`${name}_found_share`)}`);
    const after = figure(`${name}_after_p50`);
    assert.ok(after > 10 && after <= delay, `${name} was found after ${after}`);
  }
});
