import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALONE, type Answer, broken, failed, type Gate, passed, type Question, type Verdict } from '../../gate/gate.ts';
import { toSample } from '../samples/sample.ts';
import { type Judged, judge, namesOf } from './oracle.ts';

const ANSWER: Answer = {
  text: 'yes',
  toolCalls: [],
  finish: { reason: 'stop', raw: 'stop' },
  refusal: null,
  logprobs: null,
  isComplete: true,
};

/** A gate that says what it is told, and how often it was asked. */
function gate(name: string, say: () => Verdict, isCostly = false): Gate & { asked: number } {
  const one = {
    name,
    isCostly,
    asked: 0,
    check: () => {
      one.asked++;
      return say();
    },
  };
  return one;
}

const pass = (name: string, isCostly = false) => gate(name, () => passed(name, ''), isCostly);
const fail = (name: string, isCostly = false) => gate(name, () => failed(name, ''), isCostly);

async function ask(gates: readonly Gate[], reference?: string): Promise<Judged> {
  const sample = toSample({ prompt: 'x', ...(reference === undefined ? {} : { reference }) });
  return judge(
    { gates, reference: null, own: new Map() },
    { sample, answer: ANSWER, question: {} as Question, context: ALONE },
  );
}

const namesIn = ({ verdicts }: Judged): string[] => verdicts.map((verdict) => verdict.gate);

test('every cheap gate is asked, whatever the others say, the reference first', async () => {
  const judged = await ask([fail('a'), pass('b'), fail('c')], 'yes');
  assert.deepEqual(namesIn(judged), ['reference', 'a', 'b', 'c']);
  assert.equal(judged.pass, false);
});

test('a costly gate is asked only about answers that passed the cheap gates of production', async () => {
  const costly = pass('judge', true);
  assert.deepEqual(namesIn(await ask([costly, fail('a')])), ['a']);
  assert.equal(costly.asked, 0);
  assert.deepEqual(namesIn(await ask([costly, pass('a')])), ['a', 'judge']);
  assert.deepEqual(namesIn(await ask([fail('one', true), costly])), ['one']);
  assert.deepEqual(namesIn(await ask([costly], 'no')), ['reference', 'judge']);
});

test('production would take what its gates pass, right or wrong', async () => {
  const dumb = gate('dumb', () => broken('dumb', 'nobody there'));
  const said = async (...given: Parameters<typeof ask>): Promise<unknown> => (await ask(...given)).accepted;
  assert.equal(await said([pass('a')], 'no'), true);
  assert.equal(await said([fail('a')], 'yes'), false);
  assert.equal(await said([pass('a'), dumb], 'yes'), null);
  assert.equal(await said([], 'no'), true);
});

test('all have to pass; a wrong answer has failed whatever the gates say', async () => {
  assert.equal((await ask([pass('a'), pass('b')])).pass, true);
  assert.equal((await ask([pass('a')], 'no')).pass, false);
  assert.equal((await ask([pass('a')], 'Yes.')).pass, true);
});

test('a gate that guesses says nothing where the right answer is known, and all there is to say where it is not', async () => {
  const guess = (one: Gate): Gate => ({ ...one, isGuess: true });
  const dumb = gate('dumb', () => broken('dumb', 'nobody there'));
  for (const wrong of [fail('a'), fail('a', true), dumb]) {
    const judged = await ask([guess(wrong), pass('b')], 'yes');
    assert.equal(judged.pass, true);
    assert.notEqual(judged.accepted, true, 'production does not know');
  }
  assert.equal((await ask([guess(pass('a'))], 'no')).pass, false);
  assert.equal((await ask([guess(pass('a')), fail('b')], 'yes')).pass, false);
  assert.equal((await ask([guess(fail('a'))])).pass, false);
  assert.equal((await ask([guess(pass('a'))])).pass, true);
  assert.equal((await ask([guess(dumb)])).pass, null);
});

test('a gate that could not say leaves it open, unless another one has refused the answer', async () => {
  const dumb = gate('dumb', () => broken('dumb', 'nobody there'));
  assert.equal((await ask([pass('a'), dumb])).pass, null);
  assert.equal((await ask([fail('a'), dumb])).pass, false);
  assert.equal((await ask([dumb], 'no')).pass, false);
});

test('a gate that throws could not say, and why is told', async () => {
  const judged = await ask([
    gate('bad', () => {
      throw new Error('oh no');
    }),
  ]);
  assert.equal(judged.pass, null);
  assert.deepEqual([judged.verdicts[0]?.isBroken, judged.verdicts[0]?.reason], [true, 'the gate itself failed: oh no']);
});

test('names stand in the order in which gates are asked', () => {
  const oracle = { gates: [pass('judge', true), pass('a'), pass('b')], reference: null, own: new Map() };
  assert.deepEqual(namesOf(oracle, true), ['reference', 'a', 'b', 'judge']);
  assert.deepEqual(namesOf(oracle, false), ['a', 'b', 'judge']);
});
