import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSolved, passProbability } from './competence.ts';
import { SIMULATED_MODELS, TASK_KINDS } from './models.ts';

const anyKind = fc.constantFrom(...TASK_KINDS);
const anyDifficulty = fc.double({ min: 0, max: 1, noNaN: true });

test('a model is right half of the time where the difficulty equals its skill', () => {
  for (const { name, skill } of SIMULATED_MODELS) {
    for (const kind of TASK_KINDS) assert.equal(passProbability(name, kind, skill[kind]), 0.5);
  }
});

test('the logistic function has the documented steepness', () => {
  assert.ok(Math.abs(passProbability('sim-small', 'arithmetic', 0.25) - 1 / (1 + Math.exp(-2.4))) < 1e-12);
  assert.ok(Math.abs(passProbability('sim-small', 'arithmetic', 0.65) - 1 / (1 + Math.exp(2.4))) < 1e-12);
});

test('probability falls with difficulty and rises up the ladder', () => {
  fc.assert(
    fc.property(anyKind, anyDifficulty, anyDifficulty, (kind, a, b) => {
      const [easy, hard] = a < b ? [a, b] : [b, a];
      const ladder = SIMULATED_MODELS.map(({ name }) => passProbability(name, kind, easy));
      for (const { name } of SIMULATED_MODELS) {
        assert.ok(passProbability(name, kind, easy) >= passProbability(name, kind, hard));
      }
      assert.deepEqual(
        ladder,
        [...ladder].sort((x, y) => x - y),
      );
    }),
  );
});

test('an unknown model is a RangeError', () => {
  assert.throws(() => passProbability('gpt-9', 'summary', 0.5), RangeError);
});

test('measured rates over thousands of prompts lie within four standard errors of the true probability', () => {
  const draws = 4_000;
  for (const { name } of SIMULATED_MODELS) {
    for (const difficulty of [0.2, 0.5, 0.8]) {
      const truth = passProbability(name, 'code-question', difficulty);
      const trial = { seed: 7, model: name, kind: 'code-question', difficulty } as const;
      let solved = 0;
      for (let index = 0; index < draws; index += 1) if (isSolved({ ...trial, prompt: `case ${index}` })) solved += 1;
      const error = Math.sqrt((truth * (1 - truth)) / draws);
      const distance = Math.abs(solved / draws - truth) / error;
      assert.ok(distance < 4, `${name} at ${difficulty}: ${solved}/${draws}, true ${truth}, ${distance} errors away`);
    }
  }
});

test('an outcome depends on seed, model and prompt, and is the same when asked again', () => {
  const outcomes = (change: { seed?: number; model?: string }): string =>
    Array.from({ length: 200 }, (_, index) => {
      const trial = { seed: 1, model: 'sim-small', kind: 'arithmetic', difficulty: 0.45, prompt: `p${index}` } as const;
      return isSolved({ ...trial, ...change }) ? '1' : '0';
    }).join('');
  assert.equal(outcomes({}), outcomes({}));
  assert.notEqual(outcomes({}), outcomes({ seed: 2 }));
  assert.notEqual(outcomes({}), outcomes({ model: 'sim-mid' }));
});
