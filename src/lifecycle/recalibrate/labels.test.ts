import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attemptOf, MONDAY_MS, many, rowOf } from '../simulate/rows.fixture.ts';
import type { GradedCanary, Opinion } from './gather.ts';
import { labelsOf, rightIn } from './labels.ts';

const DECAY = { nowMs: MONDAY_MS, halfLifeMs: 86_400_000 };
const ROWS = many(100, () => rowOf([attemptOf('small')]));
const idOf = (at: number): string => ROWS[at]?.id ?? '';
const canary = (at: number, gap: number): GradedCanary => ({
  call: idOf(at),
  atMs: MONDAY_MS,
  weight: 1,
  gap,
  segments: [],
  model: 'small',
  reference: 'big',
  referenceNanoUsd: null,
  row: null,
});
const opinion = (at: number, score: number | null, more: Partial<Opinion> = {}): Opinion => ({
  call: idOf(at),
  atMs: MONDAY_MS,
  score,
  isWeak: false,
  ...more,
});
const label = (canaries: GradedCanary[], opinions: Opinion[]) => labelsOf(ROWS, { canaries, opinions, decay: DECAY });

describe('how right an answer is', () => {
  test('is told by its canary: entirely, unless the reference was better', () => {
    assert.deepEqual([-1, -0.5, 0, 1].map(rightIn), [0, 0.5, 1, 1]);
    const { labels } = label([canary(0, -1), canary(1, 1), { ...canary(2, 0), call: 'another' }], []);
    assert.deepEqual(
      labels.map(({ id, right }) => [id, right]),
      [
        [idOf(0), 0],
        [idOf(1), 1],
      ],
    );
  });

  test('is not told by feedback of those who happened to give some', () => {
    const complaints = Array.from({ length: 89 }, (_, at) => opinion(at, 0));
    const { labels, covered } = label([canary(0, 0)], complaints);
    assert.deepEqual([labels.length, covered], [1, 0.89]);
  });

  test('is told by feedback where nearly every answer has some; a canary goes before it, and the newest counts', () => {
    const all = Array.from({ length: 95 }, (_, at) => opinion(at, 0.5));
    const { labels } = label([canary(0, 0)], [opinion(1, 1, { atMs: MONDAY_MS + 1 }), ...all]);
    assert.equal(labels.length, 95);
    const byId = new Map(labels.map((one) => [one.id, one]));
    assert.deepEqual([byId.get(idOf(0))?.right, byId.get(idOf(0))?.by], [1, 'canary']);
    assert.deepEqual([byId.get(idOf(1))?.right, byId.get(idOf(2))?.right], [1, 0.5]);
  });

  test('is never told by guesses or by words without a score', () => {
    const weak = Array.from({ length: 100 }, (_, at) => opinion(at, 0, { isWeak: true }));
    const words = Array.from({ length: 100 }, (_, at) => opinion(at, null));
    assert.deepEqual(label([], [...weak, ...words]).labels, []);
  });

  test('counts by its age', () => {
    const old = Array.from({ length: 100 }, (_, at) => opinion(at, 1, { atMs: MONDAY_MS - 86_400_000 }));
    assert.ok(label([], old).labels.every(({ weight }) => weight === 0.5));
  });
});
