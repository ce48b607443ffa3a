import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TASK_KINDS } from './models.ts';
import { findMark } from './problems/problem.ts';
import { countTokens } from './tokens.ts';
import { generateWorkload, systemPromptOf } from './workload.ts';

const plain = (items: ReturnType<typeof generateWorkload>): string => JSON.stringify(items);

test('a seed gives the same workload, a longer one begins with it, another seed gives another', () => {
  const forty = generateWorkload({ seed: 3, count: 40 });
  assert.equal(plain(forty), plain(generateWorkload({ seed: 3, count: 40 })));
  assert.equal(plain(forty), plain(generateWorkload({ seed: 3, count: 60 }).slice(0, 40)));
  assert.notEqual(plain(forty), plain(generateWorkload({ seed: 4, count: 40 })));
});

test('all five tasks come in equal shares, difficulties reach both ends and lean to the easy', () => {
  const items = generateWorkload({ seed: 1, count: 5_000 });
  for (const task of TASK_KINDS) {
    const share = items.filter((item) => item.task === task).length / items.length;
    assert.ok(Math.abs(share - 0.2) < 0.03, `${task} ${share}`);
  }
  const difficulties = items.map(({ difficulty }) => difficulty);
  assert.ok(Math.min(...difficulties) < 0.02 && Math.max(...difficulties) > 0.98);
  const mean = difficulties.reduce((sum, difficulty) => sum + difficulty, 0) / items.length;
  assert.ok(Math.abs(mean - 0.4) < 0.02, `mean ${mean}`);
});

test('requests of a task share a system prompt that is long enough to be cached', () => {
  const items = generateWorkload({ seed: 1, count: 100 });
  for (const { task, messages } of items) assert.equal(messages[0].content, systemPromptOf(task));
  const prompts = TASK_KINDS.map(systemPromptOf);
  assert.equal(new Set(prompts).size, TASK_KINDS.length);
  for (const prompt of prompts) {
    assert.ok(countTokens(prompt) >= 1_152, 'one caching step above the minimum');
    assert.equal(findMark(prompt), null, 'examples carry no mark');
  }
});

test('every item names its own case, is checkable, and only extraction has a schema', () => {
  const items = generateWorkload({ seed: 9, count: 200 });
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
  for (const { task, id, messages, schema, reference, check } of items) {
    assert.deepEqual(findMark(messages[1].content), { kind: task, id });
    assert.ok(check(reference));
    assert.equal(schema !== undefined, task === 'invoice-extract');
  }
});

test('a workload of some tasks holds those only', () => {
  const items = generateWorkload({ seed: 1, count: 50, tasks: ['summary', 'arithmetic'] });
  assert.deepEqual([...new Set(items.map(({ task }) => task))].sort(), ['arithmetic', 'summary']);
});
