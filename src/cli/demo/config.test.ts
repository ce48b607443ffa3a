import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseConfig } from '../../config/load.ts';
import { loadGates } from '../../config/load-gates.ts';
import { ALONE } from '../../gate/gate.ts';
import { areAllPassed, runGates } from '../../gate/run-gates.ts';
import { answerOf } from '../../gate/sample.test.ts';
import { TASK_KINDS } from '../../provider/simulated/models.ts';
import { buildProblem } from '../../provider/simulated/problems/build.ts';
import { generateWorkload } from '../../provider/simulated/workload.ts';
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

test('the gates let every right answer pass and refuse some of the wrong ones, in every task that has gates', async () => {
  const config = parseConfig(demoConfigYaml({ seed: 1, speed: 1 }), { file: 'demo.yaml', env: {} });
  const gatesOf = await loadGates(config, (text) => text.length / 4);
  for (const task of TASK_KINDS) {
    const gates = gatesOf.get(task) ?? [];
    assert.equal(gates.length > 0, task !== 'code-question', task);
    let refused = 0;
    for (const { id, schema } of generateWorkload({ seed: 1, count: 50, tasks: [task] })) {
      const question = { ask: '', turns: [], tools: [], schema: schema ?? null, failedCalls: [] };
      const passes = async (text: string): Promise<boolean> =>
        areAllPassed(await runGates(gates, { answer: answerOf(text), question, context: ALONE }));
      const { reference, wrong } = buildProblem(task, id);
      assert.ok(await passes(reference), `${task}: ${reference}`);
      for (const answer of wrong) if (!(await passes(answer))) refused++;
    }
    assert.equal(refused >= 50, task !== 'code-question', `${task}: ${refused} refused`);
  }
});

test('the example of the documentation is a valid configuration', () => {
  const page = readFileSync(new URL('../../../docs/simulated-provider.md', import.meta.url), 'utf8');
  const example = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? '';
  const config = parseConfig(example, { file: 'tierline.yaml', env: {} });
  assert.deepEqual([...config.models.keys()], ['small', 'mid']);
});
