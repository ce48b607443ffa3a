import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { failed, type Gate, passed, type Verdict } from './gate.ts';
import { areAllPassed, rejectEarly, runGates } from './run-gates.ts';
import { answerOf, NOBODY, questionOf } from './sample.test.ts';

const JUDGED = { answer: answerOf('text'), question: questionOf(), context: NOBODY };

interface Recorded extends Gate {
  ran: number;
}

function gateOf(name: string, check: Gate['check'], isCostly = false): Recorded {
  const gate: Recorded = {
    name,
    isCostly,
    ran: 0,
    check(...args) {
      gate.ran++;
      return check(...args);
    },
  };
  return gate;
}
const yes = (name: string, isCostly = false): Recorded => gateOf(name, () => passed(name, ''), isCostly);
const no = (name: string, isCostly = false): Recorded => gateOf(name, () => failed(name, ''), isCostly);
const later = (gate: Recorded): Recorded =>
  gateOf(gate.name, (...args) => Promise.resolve().then(() => gate.check(...args)), gate.isCostly);
const names = (verdicts: readonly Verdict[]): string[] => verdicts.map(({ gate }) => gate);

test('gates that do not wait give no promise', () => {
  const verdicts = runGates([yes('a'), yes('b')], JUDGED);
  assert.ok(Array.isArray(verdicts));
  assert.deepEqual(names(verdicts), ['a', 'b']);
  assert.ok(areAllPassed(verdicts));
  assert.deepEqual(runGates([], JUDGED), []);
});

test('the first failure is the last verdict', () => {
  const last = yes('c');
  const verdicts = runGates([yes('a'), no('b'), last], JUDGED);
  assert.ok(Array.isArray(verdicts));
  assert.deepEqual(names(verdicts), ['a', 'b']);
  assert.ok(!areAllPassed(verdicts));
  assert.equal(last.ran, 0);
});

test('cheap gates run before costly ones, each kind as written', async () => {
  const gates = [later(yes('judge', true)), yes('a'), later(yes('module', true)), yes('b')];
  assert.deepEqual(names(await runGates(gates, JUDGED)), ['a', 'b', 'judge', 'module']);
});

test('nothing is spent on an answer that a cheap gate refuses', () => {
  const judge = later(yes('judge', true));
  assert.deepEqual(names(runGates([judge, no('a')], JUDGED) as Verdict[]), ['a']);
  assert.equal(judge.ran, 0);
});

test('after a costly failure no further costly gate runs', async () => {
  const second = later(yes('second', true));
  assert.deepEqual(names(await runGates([later(no('first', true)), second], JUDGED)), ['first']);
  assert.equal(second.ran, 0);
});

test('a gate that throws or rejects has failed the answer', async () => {
  const broken = (isCostly: boolean, check: Gate['check']): Gate => gateOf('a', check, isCostly);
  const thrown = runGates(
    [
      broken(false, () => {
        throw new Error('odd');
      }),
    ],
    JUDGED,
  ) as Verdict[];
  assert.deepEqual(thrown, [
    { gate: 'a', pass: false, score: null, reason: 'the gate itself failed: odd', costNanoUsd: 0, isBroken: true },
  ]);
  const rejected = await runGates([broken(true, () => Promise.reject(new Error('odd')))], JUDGED);
  assert.deepEqual([rejected[0]?.pass, rejected[0]?.costNanoUsd], [false, null]);
});

test('an answer passes exactly when every gate is content, in whatever order and way they run', async () => {
  const kind = fc.record({ pass: fc.boolean(), isCostly: fc.boolean(), waits: fc.boolean(), breaks: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { maxLength: 6 }), async (kinds) => {
      const gates = kinds.map(({ pass, isCostly, waits, breaks }, index) => {
        const gate = gateOf(
          String(index),
          () => {
            if (breaks) throw new Error('odd');
            return pass ? passed(String(index), '') : failed(String(index), '');
          },
          isCostly,
        );
        return waits ? later(gate) : gate;
      });
      const verdicts = await runGates(gates, JUDGED);
      assert.equal(
        areAllPassed(verdicts),
        kinds.every(({ pass, breaks }) => pass && !breaks),
      );
      assert.ok(verdicts.slice(0, -1).every(({ pass }) => pass));
      const isRefusedCheaply = kinds.some(({ pass, breaks, isCostly }) => !isCostly && (!pass || breaks));
      if (isRefusedCheaply) assert.ok(verdicts.every(({ gate }) => !kinds[Number(gate)]?.isCostly));
    }),
  );
});

test('the first gate that is sure rejects an answer under way; one that breaks cannot tell', () => {
  const early = (name: string, verdict: Verdict | null | Error): Gate => ({
    ...yes(name),
    early: () => {
      if (verdict instanceof Error) throw verdict;
      return verdict;
    },
  });
  const answer = answerOf('te', { isComplete: false });
  const gates = [yes('none'), early('a', null), early('b', new Error('odd')), early('c', failed('c', 'no'))];
  assert.equal(rejectEarly(gates, answer, questionOf())?.gate, 'c');
  assert.equal(rejectEarly(gates.slice(0, 3), answer, questionOf()), null);
});
