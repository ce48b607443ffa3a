import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exactly } from '../simulate/bounds.ts';
import type { Pair } from '../simulate/compare.ts';
import { configOf } from '../simulate/kept.fixture.ts';
import type { Played } from '../simulate/played.ts';
import { canaryEffect, isPlayable, mayMove } from './effect.ts';
import type { GradedCanary } from './gather.ts';
import type { Change } from './recalibration.ts';
import { isReported } from './thresholds.ts';

const played = (model: string, cost = 100): Played =>
  ({ first: model, refusal: null, answers: new Map([[model, 1]]), cost: exactly(cost), gaps: [] }) as unknown as Played;
const pair = (at: number, candidate: Played): Pair => ({
  id: `req_${at}`,
  task: 'label',
  tenant: 'acme',
  session: null,
  weight: 1,
  monthly: null,
  current: played('small'),
  candidate,
});
const canary = (at: number, gap: number, more: Partial<GradedCanary> = {}): GradedCanary => ({
  call: `req_${at}`,
  atMs: 0,
  weight: 1,
  gap,
  segments: [],
  model: 'small',
  reference: 'big',
  referenceNanoUsd: 1000,
  row: null,
  ...more,
});
const THRESHOLD: Change = {
  kind: 'number',
  path: ['tasks', 'label', 'accept', 0, 'confidence', 'min'],
  value: 0.7,
  unit: 'share',
};
const GERMAN: Change = {
  kind: 'rule',
  task: 'label',
  when: { by: 'language', name: 'de' },
  route: { model: 'big', fallback: [] },
};
const TENANT: Change = { ...GERMAN, when: { by: 'tenant', name: 'a' } };
const many = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe('the effect by canaries', () => {
  test('is what the answers would be that the changes have others give', () => {
    const canaries = many(100).map((at) => canary(at, at < 20 ? -1 : at < 25 ? 1 : 0));
    const pairs = many(100).map((at) => pair(at, played(at < 10 || at === 24 ? 'big' : 'small')));
    const effect = canaryEffect(pairs, { canaries, changes: [] });
    // Of twenty misses ten are mended; one answer was better than the reference's, and is given up.
    assert.deepEqual([effect?.inForce.share, effect?.candidate.share, effect?.calls], [0.8, 0.89, 100]);
    assert.ok(Math.abs((effect?.difference.mean ?? 0) - 0.09) < 1e-9 && (effect?.difference.low ?? 0) > 0);
  });

  test('takes those that a threshold was not chosen by', () => {
    const canaries = many(100).map((at) => canary(at, 0));
    const pairs = many(100).map((at) => pair(at, played('small')));
    const effect = canaryEffect(pairs, { canaries, changes: [THRESHOLD] });
    assert.deepEqual([effect?.calls, effect?.isHalf], [canaries.filter(({ call }) => isReported(call)).length, true]);
  });

  test('does not guess what a model would say that nobody has compared', () => {
    const pairs = many(10).map((at) => pair(at, played(at < 4 ? 'mid' : 'small')));
    const effect = canaryEffect(pairs, { canaries: many(12).map((at) => canary(at, 0)), changes: [] });
    assert.deepEqual([effect?.calls, effect?.untold], [6, 4]);
    assert.equal(canaryEffect([], { canaries: [canary(1, 0)], changes: [] }), null);
  });

  test('sends calls of a language to the reference, at what its second answer has cost', () => {
    const canaries = many(40).map((at) =>
      canary(at, at % 4 === 0 ? -1 : 0, { segments: [at % 2 === 0 ? 'language:de' : 'language:en'] }),
    );
    const pairs = many(40).map((at) => pair(at, played('small')));
    const effect = canaryEffect(pairs, { canaries, changes: [GERMAN] });
    assert.deepEqual([effect?.inForce.share, effect?.candidate.share, effect?.perCall?.mean], [0.75, 1, 450]);
    const unknown = canaries.map((one) => ({ ...one, referenceNanoUsd: null }));
    assert.equal(canaryEffect(pairs, { canaries: unknown, changes: [GERMAN] })?.perCall, null);
  });
});

test('only what may send calls elsewhere is played, and never what no row can tell', () => {
  const output: Change = {
    kind: 'number',
    path: ['tasks', 'label', 'output', 'typical_tokens'],
    value: 9,
    unit: 'tokens',
  };
  const plain = configOf('tasks: { label: { route: small } }\n');
  const chosen = configOf('tasks: { label: { route: { best: cost, quality: 0.9, among: [small, mid] } } }\n');
  assert.deepEqual(
    [
      mayMove([output], plain),
      mayMove([output], chosen),
      mayMove([output, GERMAN], plain),
      mayMove([THRESHOLD], plain),
    ],
    [false, true, true, true],
  );
  assert.deepEqual([isPlayable(GERMAN), isPlayable(THRESHOLD), isPlayable(TENANT)], [false, true, true]);
});
