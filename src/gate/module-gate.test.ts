import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Gate, Verdict } from './gate.ts';
import { loadModuleGate } from './module-gate.ts';
import { GateProblem } from './peer.ts';
import { answerOf, NOBODY, questionOf } from './sample.test.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'tierline-module-'));
after(() => rmSync(folder, { recursive: true }));

let count = 0;
async function gateOf(source: string, file = `check-${count++}.mjs`): Promise<Gate> {
  writeFileSync(path.join(folder, file), source);
  return loadModuleGate({ kind: 'module', file: path.join(folder, file), timeLimitMs: 200 });
}

async function verdictOf(body: string): Promise<Verdict> {
  const gate = await gateOf(`export function check(answer, question) { ${body} }`, 'gate.mjs');
  return gate.check(answerOf('Hello.'), questionOf({ ask: 'Hi' }), NOBODY);
}

test('a boolean is a verdict, and so is a promise of one', async () => {
  assert.deepEqual(await verdictOf('return true;'), {
    gate: 'module',
    pass: true,
    score: null,
    reason: 'gate.mjs is content',
    costNanoUsd: 0,
  });
  assert.equal((await verdictOf('return false;')).pass, false);
  assert.equal((await verdictOf('return Promise.resolve(false);')).pass, false);
  assert.equal((await verdictOf('return Promise.resolve(true);')).pass, true);
});

test('an object may say more', async () => {
  const verdict = await verdictOf('return { pass: false, score: 0.25, reason: "too\\n plain" };');
  assert.deepEqual([verdict.pass, verdict.score, verdict.reason], [false, 0.25, 'gate.mjs: too plain']);
});

test('the function gets the answer and the question', async () => {
  assert.equal((await verdictOf('return answer.text === "Hello." && question.ask === "Hi";')).pass, true);
});

test('everything else is a failure with its reason', async () => {
  for (const [body, reason] of [
    ['return undefined;', /neither true nor false/],
    ['return 1;', /neither true nor false/],
    ['return "true";', /neither true nor false/],
    ['return {};', /neither true nor false/],
    ['return { pass: "yes" };', /neither true nor false/],
    ['return { pass: true, score: 2 };', /score that is not from 0 to 1/],
    ['return { pass: true, score: NaN };', /score that is not from 0 to 1/],
    ['throw new Error("no database");', /gate\.mjs threw: no database/],
    ['return Promise.reject(new Error("late"));', /gate\.mjs threw: late/],
    ['throw "text";', /gate\.mjs threw: text/],
    ['return new Promise(() => {});', /took longer than 200 ms/],
  ] as const) {
    const verdict = await verdictOf(body);
    assert.deepEqual([verdict.pass, verdict.score], [false, null], body);
    assert.match(verdict.reason, reason, body);
  }
});

test('a failure that comes after the time limit hurts nobody', async () => {
  const verdict = await verdictOf('return new Promise((_, no) => setTimeout(no, 230, new Error("late")));');
  assert.match(verdict.reason, /took longer/);
  await new Promise((resolve) => setTimeout(resolve, 60));
});

test('a default export will do', async () => {
  const gate = await gateOf('export default () => true;');
  assert.equal((await gate.check(answerOf(''), questionOf(), NOBODY)).pass, true);
  assert.equal(gate.isCostly, true);
});

test('a module that has changed is read anew', async () => {
  const first = await gateOf('export const check = () => true;', 'same.mjs');
  const second = await gateOf('export const check = () => false;', 'same.mjs');
  assert.equal((await first.check(answerOf(''), questionOf(), NOBODY)).pass, true);
  assert.equal((await second.check(answerOf(''), questionOf(), NOBODY)).pass, false);
});

test('a module that cannot be loaded is a problem of the configuration', async () => {
  const refused = (source: string, message: RegExp): Promise<void> =>
    assert.rejects(gateOf(source), (error) => error instanceof GateProblem && message.test(error.message));
  await refused('export function check( {', /cannot be loaded: /);
  await refused('throw new Error("at once");', /cannot be loaded: at once/);
  await refused('import "./nowhere.mjs";', /cannot be loaded: /);
  await refused('export const other = 1;', /exports no function check/);
  await refused('export const check = true;', /exports no function check/);
  await assert.rejects(
    loadModuleGate({ kind: 'module', file: path.join(folder, 'none.mjs'), timeLimitMs: 1 }),
    /none\.mjs cannot be loaded/,
  );
});
