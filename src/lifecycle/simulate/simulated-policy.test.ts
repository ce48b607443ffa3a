import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../policy/decide.ts';
import { caller, modelsOf, view } from '../../policy/sample.test.ts';
import { labelRoute, policyOf } from './kept.fixture.ts';

test('routes are simulated that rest as long as calls are only observed', async () => {
  const { policy } = await policyOf(`observe: true\n${labelRoute('{ cascade: [small, big] }')}`);
  assert.deepEqual(modelsOf(decide(policy, view({ model: 'auto/label' }), caller())), ['small', 'big']);
});
