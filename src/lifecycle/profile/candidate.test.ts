import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits, model, policy, route, rule, task } from '../../policy/sample.test.ts';
import { candidatesOf } from './candidate.ts';

const MODELS = ['a', 'b', 'c', 'd'].map((name) => model(name, name === 'a' ? 'small' : ''));
const upstreamsOf = (name: string): string[] => [`acme/${name}`];

test('a task is measured with the models of every rung, of its routes, and of the candidate that is tried on it', () => {
  const rules = [rule(() => true, route(['c']))];
  const chosen = (candidate: string | null, deny: string[] = []): string[] => {
    const rollout = candidate === null ? null : { candidate: route([candidate]), by: 'session' as const };
    const one = task('t', ['b'], { rules, rollout, limits: limits({ deny: new Set(deny) }) });
    return candidatesOf(policy(MODELS, [one]), one, { names: null, upstreamsOf })
      .chosen.map((found) => found.model.name)
      .toSorted();
  };
  assert.deepEqual(chosen(null), ['a', 'b', 'c']);
  assert.deepEqual(chosen('d'), ['a', 'b', 'c', 'd']);
  assert.deepEqual(chosen('d', ['d']), ['a', 'b', 'c'], 'limits of the task bind it');
});
