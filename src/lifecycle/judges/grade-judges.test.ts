import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GateConfig } from '../../gate/gate-config.ts';
import { evenlyAsked, judgesOf } from './grade-judges.ts';

test('a grading ends where the answers begin of which only some were asked about', () => {
  const asked = (text: string): boolean[] => Array.from(text, (letter) => letter === 'x');
  assert.equal(evenlyAsked(asked('')), 0);
  assert.equal(evenlyAsked(asked('....')), 0);
  assert.equal(evenlyAsked(asked('xxxx')), 4);
  assert.equal(evenlyAsked(asked('xx..xx.x.x')), 2);
  // A single question that was never answered does not end it.
  assert.equal(evenlyAsked(asked(`${'x'.repeat(30)}.${'x'.repeat(30)}`)), 61);
  fc.assert(
    fc.property(fc.array(fc.boolean()), (isAsked) => {
      const length = evenlyAsked(isAsked);
      const beginning = isAsked.slice(0, length);
      assert.ok(beginning.filter(Boolean).length >= 0.95 * length);
      assert.ok(length === 0 || isAsked[length - 1] === true);
    }),
  );
});

test('the judges of a task are those of its gates, each once, or others with their rubrics', () => {
  const judge = (model: string, rubric: string): GateConfig => ({ kind: 'judge', model, rubric, min: 0.5 });
  const accept = [judge('a', 'Polite.'), { kind: 'refusal' } as const, judge('a', 'Polite.'), judge('b', 'Short.')];
  assert.deepEqual(
    judgesOf({ accept }, null).map(({ model, rubric }) => [model, rubric]),
    [
      ['a', 'Polite.'],
      ['b', 'Short.'],
    ],
  );
  assert.deepEqual(
    judgesOf({ accept }, ['c']).map(({ model, rubric }) => [model, rubric]),
    [
      ['c', 'Polite.'],
      ['c', 'Short.'],
    ],
  );
  assert.deepEqual(judgesOf({ accept: [{ kind: 'refusal' }] }, ['c']), []);
});
