import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { type Trial, trialOf, walkDown } from './operate.ts';
import { pointsOf } from './train.ts';
import { ticketRows, trainOn } from './trained.fixture.ts';

const trial = (more: Partial<Trial>): Trial => ({
  rows: 100,
  quality: 0.9,
  qualityLow: 0.85,
  difference: 0,
  differenceLow: 0,
  differenceError: 0,
  cost: 1,
  referenceCost: 2,
  calls: 1,
  ...more,
});

describe('walking down from the dearest level', () => {
  const holds = ({ difference }: Trial): boolean => difference >= 0;

  test('stops at the first that does not hold, though later ones would', () => {
    const trials = [trial({ cost: 3 }), trial({ cost: 2 }), trial({ cost: 1, difference: -1 }), trial({ cost: 0.5 })];
    assert.equal(walkDown(trials, holds), 1);
  });

  test('finds nothing where the dearest does not hold, or has no ladder', () => {
    assert.equal(walkDown([trial({ difference: -1 }), trial({})], holds), null);
    assert.equal(walkDown([null, trial({})], holds), null);
    assert.equal(walkDown([], holds), null);
  });

  test('passes over a level that is dearer than one above it', () => {
    assert.equal(walkDown([trial({ cost: 1 }), trial({ cost: 1.5 })], holds), 0);
  });

  test('law: what is chosen holds, and so does everything above it', () => {
    const some = fc.array(
      fc.record({ difference: fc.integer({ min: -2, max: 2 }), cost: fc.integer({ min: 1, max: 9 }) }),
    );
    fc.assert(
      fc.property(some, (told) => {
        const trials = told.map((more) => trial(more));
        const chosen = walkDown(trials, holds);
        if (chosen === null) return assert.ok(trials.length === 0 || !holds(trials[0] as Trial));
        for (const above of trials.slice(0, chosen + 1)) assert.ok(holds(above));
      }),
    );
  });
});

test('points promise what the trials bear out: only the assured one leans on the bound', () => {
  const trials = [
    trial({ cost: 1.9 }),
    trial({ cost: 1.8, difference: 0.01, differenceLow: -0.004 }),
    trial({ cost: 1.5, difference: -0.001, differenceLow: -0.02, differenceError: 0.002 }),
    trial({ cost: 1, difference: -0.006, differenceLow: -0.03, differenceError: 0.002 }),
    trial({ cost: 0.5, difference: -0.011, differenceLow: -0.04, differenceError: 0.002 }),
    trial({ cost: 0.1, difference: -0.2, differenceLow: -0.3, differenceError: 0.002 }),
  ];
  assert.deepEqual(pointsOf(trials, 0.2), { assured: 1, equal: 2, half: 3, most: 4 });
});

test('a place that costs as much as the reference alone is not offered', () => {
  const dear = [trial({ cost: 3 }), trial({ cost: 2 }), trial({ cost: 1.9, differenceLow: -0.2, difference: -0.003 })];
  assert.deepEqual(pointsOf(dear, 0.2), { assured: null, equal: null, half: 2, most: 2 });
});

describe('a trial', () => {
  const part = (quality: number[], reference: number[], cost = 1) => ({
    quality: Float64Array.from(quality),
    cost: Float64Array.from(quality, () => cost),
    calls: Float64Array.from(quality, () => 2),
    referenceQuality: Float64Array.from(reference),
    referenceCost: Float64Array.from(reference, () => 4),
  });

  test('is of all parts together', () => {
    const told = trialOf([part([1, 0], [1, 1]), part([1, 1], [0, 1])]);
    assert.deepEqual(
      [told?.rows, told?.quality, told?.difference, told?.cost, told?.referenceCost, told?.calls],
      [4, 0.75, 0, 1, 4, 2],
    );
    assert.ok((told?.differenceLow ?? 0) < 0 && (told?.qualityLow ?? 1) < 0.75);
  });

  test('of the reference itself is not in doubt; one that only did as well is', () => {
    assert.equal(trialOf([part([1, 0, 1], [1, 0, 1], 4)])?.differenceLow, 0);
    assert.ok((trialOf([part([1, 0, 1], [1, 0, 1])])?.differenceLow ?? 0) < -0.1);
  });

  test('is none where a part has no ladder', () => {
    assert.equal(trialOf([part([1], [1]), null]), null);
    assert.equal(trialOf([]), null);
  });
});

describe('training', () => {
  const rows = ticketRows(260);
  const { artifact, notes } = trainOn(rows);

  test('puts models in order of cost, and trusts the best one', () => {
    assert.deepEqual(artifact.estimator.models, ['small', 'large']);
    assert.equal(artifact.reference, 'large');
    assert.deepEqual(notes, []);
    assert.deepEqual(artifact.trainedOn.rows, 260);
  });

  test('finds a level that saves a third at least and is no worse', () => {
    const { policy } = artifact;
    const level = policy?.points.equal ?? assert.fail('no level');
    const told = policy?.trials[level] ?? assert.fail('no trial');
    assert.ok(1 - told.cost / told.referenceCost > 0.33, `${told.cost} of ${told.referenceCost}`);
    assert.ok(told.difference + told.differenceError >= 0);
  });

  test('is the same again with the same seed', () => {
    assert.deepEqual(trainOn(rows).artifact.policy?.trials, artifact.policy?.trials);
  });

  test('without a look at answers asks one model for each request', () => {
    const { policy } = trainOn(rows, { isGated: false }).artifact;
    assert.equal(policy?.mostCalls, 1);
    for (const told of policy?.trials ?? []) assert.equal(told?.calls, 1);
  });

  test('without prices knows, but cannot choose, and says so', () => {
    const told = trainOn(rows, { prices: new Map() });
    assert.equal(told.artifact.policy, null);
    assert.match(told.notes.join(), /^No price is known of large, small/);
  });

  test('says when no row tells how long answers are', () => {
    const silent = rows.map((row) => ({
      ...row,
      outcomes: new Map([...row.outcomes].map(([model, outcome]) => [model, { ...outcome, outputTokens: null }])),
    }));
    assert.match(trainOn(silent).notes.join(), /^No row says how long the answers of small, large are/);
  });

  test('says when there is too little to learn from', () => {
    assert.throws(() => trainOn(rows.slice(0, 20)), /There are 20 rows .* it takes 60/);
  });

  test('where a cheap model is as good as the dear one, one model is enough', () => {
    const even = rows.map((row) => {
      const large = row.outcomes.get('large') ?? assert.fail();
      return { ...row, outcomes: new Map([...row.outcomes, ['small', { ...large }]]) };
    });
    const { policy } = trainOn(even, { reference: 'large' }).artifact;
    const told = policy?.trials[policy.points.equal ?? assert.fail()] ?? assert.fail();
    assert.deepEqual([told.difference, told.calls], [0, 1]);
    assert.ok(told.cost < 0.1 * told.referenceCost);
  });
});
