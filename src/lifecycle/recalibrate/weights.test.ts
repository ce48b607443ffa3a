import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { effectiveOf, shareOf, weightAt } from './weights.ts';

const DAY_MS = 86_400_000;
const DECAY = { nowMs: 100 * DAY_MS, halfLifeMs: 14 * DAY_MS };

describe('evidence', () => {
  test('counts half after every half-life, and never more than what is new', () => {
    assert.equal(weightAt(100 * DAY_MS, DECAY), 1);
    assert.equal(weightAt(86 * DAY_MS, DECAY), 0.5);
    assert.equal(weightAt(72 * DAY_MS, DECAY), 0.25);
    assert.equal(weightAt(101 * DAY_MS, DECAY), 1);
  });

  test('of one age is worth as much as there is of it, times what its age leaves', () => {
    const of = (count: number, weight: number) => Array.from({ length: count }, () => ({ weight }));
    assert.equal(effectiveOf(of(40, 1)), 40);
    assert.equal(effectiveOf(of(40, 0.5)), 20);
    assert.equal(effectiveOf([]), 0);
    // Old observations beside new ones add little, and take nothing away.
    const mixed = effectiveOf([...of(40, 1), ...of(40, 0.1)]);
    assert.ok(mixed > 40 && mixed < 50, String(mixed));
  });

  test('gives a share by its weights, and an interval by what it is worth', () => {
    const observed = [
      { weight: 1, value: 1 },
      { weight: 1, value: 0 },
      { weight: 2, value: 1 },
    ];
    const share = shareOf(observed, (at) => observed[at]?.value ?? 0, 0.95);
    assert.equal(share?.share, 0.75);
    const many = Array.from({ length: 100 }, (_, at) => ({ weight: 1, value: Number(at % 4 > 0) }));
    const narrow = shareOf(many, (at) => many[at]?.value ?? 0, 0.95);
    const old = many.map((one) => ({ ...one, weight: 0.1 }));
    const wide = shareOf(old, (at) => old[at]?.value ?? 0, 0.95);
    assert.ok(Math.abs((wide?.share ?? 1) - (narrow?.share ?? 0)) < 1e-9);
    assert.ok((wide?.low ?? 1) < (narrow?.low ?? 0) && (wide?.high ?? 0) > (narrow?.high ?? 1));
    assert.equal(
      shareOf([], () => 0, 0.95),
      null,
    );
  });
});
