import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import type { Config } from './config.ts';
import { parseConfig } from './load.ts';
import { ConfigError } from './problem.ts';

function read(task: object, more: object = {}): Config {
  const file = { providers: { simulated: {} }, models: { small: 'simulated/sim-small' }, ...more };
  const text = stringify({ ...file, tasks: { t: { route: 'small', ...task } } });
  return parseConfig(text, { file: '/c/tierline.yaml', env: {} });
}

function problemsOf(task: object, more: object = {}): string[] {
  try {
    read(task, more);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
  }
  return [];
}

const taskOf = (config: Config) => {
  const task = config.tasks.get('t');
  assert.ok(task !== undefined);
  return task;
};

test('what an audit knows of a task is read, units and all', () => {
  const task = taskOf(
    read({
      input: { typical_tokens: 300, largest_tokens: 4000, languages: 'en', structure: ['tools', 'code'] },
      output: { typical_tokens: 12, largest_tokens: 60 },
      volume: 120_000,
      latency_budget: '2s',
      reference: { compare: 'number', at: '/total', tolerance: 0.01 },
    }),
  );
  assert.deepEqual(task.input, {
    typicalTokens: 300,
    largestTokens: 4000,
    languages: ['en'],
    structure: ['tools', 'code'],
  });
  assert.deepEqual([task.typicalOutputTokens, task.largestOutputTokens], [12, 60]);
  assert.deepEqual([task.volume, task.latencyBudgetMs], [120_000, 2000]);
  assert.deepEqual(task.reference, { compare: 'number', at: '/total', tolerance: 0.01, isFenced: false });
});

test('what nobody said is null, not a guess', () => {
  const task = taskOf(read({}));
  assert.deepEqual(task.input, { typicalTokens: null, largestTokens: null, languages: [], structure: [] });
  assert.deepEqual(
    [task.volume, task.latencyBudgetMs, task.reference, task.largestOutputTokens],
    [null, null, null, null],
  );
});

test('a comparison can be written as one word', () => {
  assert.deepEqual(taskOf(read({ reference: 'json' })).reference, {
    compare: 'json',
    at: null,
    tolerance: 0,
    isFenced: false,
  });
});

test("thresholds of a task go before the file's, and the file's before the usual ones", () => {
  assert.deepEqual(taskOf(read({})).thresholds, { defaultFrom: 0.95, gatedFrom: 0.85, confidence: 0.95 });
  const config = read({ profile: { default_from: '98%' } }, { profile: { default_from: '97%', gated_from: '90%' } });
  assert.deepEqual(config.thresholds, { defaultFrom: 0.97, gatedFrom: 0.9, confidence: 0.95 });
  assert.deepEqual(taskOf(config).thresholds, { defaultFrom: 0.98, gatedFrom: 0.9, confidence: 0.95 });
});

test('what contradicts itself is refused with its place', () => {
  assert.deepEqual(problemsOf({ input: { typical_tokens: 10, largest_tokens: 9 } }), [
    'tasks.t.input.largest_tokens: is 9, less than what is typical (10)',
  ]);
  assert.deepEqual(problemsOf({ output: { typical_tokens: 10, largest_tokens: 9 } }), [
    'tasks.t.output.largest_tokens: is 9, less than what is typical (10)',
  ]);
  assert.match(problemsOf({ profile: { gated_from: '99%' } })[0] ?? '', /^tasks\.t\.profile: gated_from is 0\.99/);
  assert.match(problemsOf({}, { profile: { default_from: '50%' } }).join(), /profile: gated_from is 0\.85/);
  assert.deepEqual(problemsOf({ reference: { compare: 'text', tolerance: 0.1 } }), [
    'tasks.t.reference.tolerance: `tolerance` belongs to `compare: number`',
  ]);
  assert.match(problemsOf({ reference: { compare: 'number', at: 'total' } }).join(), /reference/);
  assert.match(problemsOf({ profile: { confidence: '100%' } }).join(), /from 50% to below 100%/);
  assert.match(problemsOf({ input: { structure: ['poems'] } }).join(), /structure/);
});
