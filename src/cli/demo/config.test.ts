import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseConfig } from '../../config/load.ts';
import { TASK_KINDS } from '../../provider/simulated/models.ts';
import { DEMO_CONFIG, demoConfigYaml } from './config.ts';

test('the demo configuration is a valid tierline.yaml with the five tasks and the three tiers', () => {
  const config = parseConfig(demoConfigYaml({ seed: 7, speed: 10 }), { file: 'demo.yaml', env: {} });
  assert.deepEqual([...config.models.keys()], ['small', 'mid', 'frontier']);
  assert.equal(config.models.get('small')?.usdPerMillion?.cacheWrite5m, 0.3125);
  assert.equal(config.models.get('mid')?.contextWindow, 200_000);
  const providers = [...config.providers.values()].map((provider) => provider.kind === 'simulated' && provider.seed);
  assert.deepEqual(providers, [7, 7]);
});

test('every task has a route, and the baseline is the strongest model', () => {
  assert.deepEqual(Object.keys(DEMO_CONFIG.tasks).sort(), [...TASK_KINDS].sort());
  assert.equal(DEMO_CONFIG.baseline, 'frontier');
});

test('the example of the documentation is a valid configuration', () => {
  const page = readFileSync(new URL('../../../docs/simulated-provider.md', import.meta.url), 'utf8');
  const example = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? '';
  const config = parseConfig(example, { file: 'tierline.yaml', env: {} });
  assert.deepEqual([...config.models.keys()], ['small', 'mid']);
});
