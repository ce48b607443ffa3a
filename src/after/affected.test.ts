import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../config/load.ts';
import type { Alarm } from '../watch/alarm.ts';
import { tasksAffected } from './affected.ts';

const config = parseConfig(
  `
providers: { simulated: {} }
models:
  small: { use: simulated/sim-small, tier: small }
  mid: { use: simulated/sim-mid, tier: mid }
tasks:
  a: { route: small }
  b: { route: { model: mid, fallback: [small] } }
  c: { route: mid }
  d: { route: { tier: small } }
  e: { route: mid, rules: [{ when: { min_input_tokens: 5 }, route: small }] }
`,
  { file: '/c/tierline.yaml', env: {} },
);

function alarm(more: Partial<Alarm>): Alarm {
  const fields = { key: 'k', rule: 'model_changed', task: null, segment: null, severity: 'critical', atMs: 0 } as const;
  return { ...fields, sentence: 's', evidence: {}, isEvent: true, ...more };
}

test('an alarm of a task is about that task', () => {
  assert.deepEqual(tasksAffected(alarm({ task: 'c' }), config), ['c']);
});

test('one about a model is about every task that may get to it, by name, by tier, by a rule or as a fallback', () => {
  const swapped = alarm({ evidence: { provider: 'simulated', upstreamModel: 'sim-small' } });
  assert.deepEqual(tasksAffected(swapped, config), ['a', 'b', 'd', 'e']);
  assert.deepEqual(tasksAffected(alarm({ rule: 'price_changed', evidence: { model: 'mid' } }), config), [
    'b',
    'c',
    'e',
  ]);
});

test('what is about neither is about none', () => {
  assert.deepEqual(tasksAffected(alarm({ rule: 'budget' }), config), []);
  assert.deepEqual(tasksAffected(alarm({ evidence: { provider: 'simulated', upstreamModel: 'other' } }), config), []);
});
