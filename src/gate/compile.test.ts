import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { type CompiledGates, compileGates } from './compile.ts';
import type { GateConfig } from './gate-config.ts';
import { runGates } from './run-gates.ts';
import { answerOf, NOBODY, questionOf } from './sample.test.ts';

const MODULE = path.join(import.meta.dirname, '../../examples/gates/no-todo.mjs');

/** One of each kind, which the answer `{"label":"bug","confidence":0.9}` passes. */
const EVERY: GateConfig[] = [
  { kind: 'json_schema', schema: { type: 'object' }, file: null, isFenced: false },
  { kind: 'one_of', values: ['bug'], at: '/label', ignoreCase: false, isFenced: false },
  { kind: 'pattern', pattern: /bug/u },
  { kind: 'length', bounds: { tokens: { min: 1, max: 50 } } },
  { kind: 'refusal' },
  { kind: 'hedging' },
  { kind: 'finish', expect: 'complete' },
  { kind: 'tool_calls' },
  { kind: 'language', allowed: 'same', minLetters: 20 },
  { kind: 'code', languages: ['javascript', 'typescript', 'json', 'python'] },
  { kind: 'logprobs', min: 0.5, at: 'mean' },
  { kind: 'confidence', min: 0.7, place: { kind: 'pointer', pointer: '/confidence', isFenced: false } },
  { kind: 'module', file: MODULE, timeLimitMs: 1_000 },
  { kind: 'judge', model: 'opus', rubric: 'r', min: 0.5 },
];

const compile = (configs: readonly GateConfig[]): Promise<CompiledGates> =>
  compileGates(configs, { folder: import.meta.dirname, countTokens: (text) => text.length });

test('every kind of gate is made under its own name', async () => {
  const { gates, problems } = await compile(EVERY);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    gates.map(({ name }) => name),
    EVERY.map(({ kind }) => kind),
  );
  assert.deepEqual(
    gates.filter(({ isCostly }) => isCostly).map(({ name }) => name),
    ['module', 'judge'],
  );
});

test('a good answer passes all of them at once', async () => {
  const { gates } = await compile(EVERY);
  const answer = answerOf('{"label":"bug","confidence":0.9}', { logprobs: [-0.1] });
  const ask = () => Promise.resolve({ text: '{"score":1,"reason":""}', costNanoUsd: 5 });
  const verdicts = await runGates(gates, { answer, question: questionOf(), context: { ...NOBODY, ask } });
  assert.deepEqual(
    verdicts.filter(({ pass }) => !pass),
    [],
  );
  assert.equal(verdicts.length, EVERY.length);
  const refused = await runGates(gates, { answer: answerOf('{}'), question: questionOf(), context: NOBODY });
  assert.equal(refused.at(-1)?.gate, 'one_of');
});

test('a task that takes any finish has no gate for it', async () => {
  const { gates } = await compile([{ kind: 'finish', expect: 'any' }]);
  assert.deepEqual(gates, []);
});

test('gates that cannot be made are told with their place, the others are made', async () => {
  const { gates, problems } = await compile([
    { kind: 'refusal' },
    { kind: 'language', allowed: ['xx'], minLetters: 20 },
    { kind: 'module', file: path.join(import.meta.dirname, 'none.mjs'), timeLimitMs: 1 },
  ]);
  assert.deepEqual(
    gates.map(({ name }) => name),
    ['refusal'],
  );
  assert.deepEqual(
    problems.map(({ index }) => index),
    [1, 2],
  );
  assert.match(problems[0]?.message ?? '', /"xx" cannot be told apart/);
  assert.match(problems[1]?.message ?? '', /none\.mjs cannot be loaded/);
});

test('the example of a module does what it says', async () => {
  const { gates } = await compile([{ kind: 'module', file: MODULE, timeLimitMs: 1_000 }]);
  const run = async (text: string) =>
    (await runGates(gates, { answer: answerOf(text), question: questionOf(), context: NOBODY }))[0];
  assert.equal((await run('Done.'))?.pass, true);
  assert.deepEqual((await run('// TODO later'))?.reason, 'no-todo.mjs: 1 lines with TODO');
});
