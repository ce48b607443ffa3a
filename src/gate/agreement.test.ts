import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAgreementGate } from './agreement.ts';
import { ALONE, type Answer, type AnswerCall, type GateContext, type SecondAnswer, type Verdict } from './gate.ts';
import type { AgreementConfig } from './gate-config.ts';
import { answerOf, questionOf } from './sample.test.ts';

const CONFIG: AgreementConfig = {
  kind: 'agreement',
  model: 'second',
  compare: 'auto',
  embedding: null,
  at: null,
  pattern: null,
  tolerance: 1e-6,
};
const second = (answer: Answer | string, costNanoUsd: number | null = 7): Partial<GateContext> => ({
  again: () => Promise.resolve({ answer: typeof answer === 'string' ? answerOf(answer) : answer, costNanoUsd }),
});

async function judged(
  answer: Answer | string,
  context: Partial<GateContext>,
  config: Partial<AgreementConfig> = {},
): Promise<Verdict> {
  const gate = createAgreementGate({ ...CONFIG, ...config });
  const first = typeof answer === 'string' ? answerOf(answer) : answer;
  return gate.check(first, questionOf(), { ...ALONE, model: 'first', ...context });
}

test('two that say the same pass, with what the second answer cost', async () => {
  assert.deepEqual(await judged('#### 18', second('The answer is $18.00.')), {
    gate: 'agreement',
    pass: true,
    score: 1,
    reason: 'second says the same',
    costNanoUsd: 7,
  });
});

test('two that differ fail, cost as much, and neither is quoted', async () => {
  assert.deepEqual(await judged('#### 18', second('#### 19')), {
    gate: 'agreement',
    pass: false,
    score: 0,
    reason: 'second says something else',
    costNanoUsd: 7,
  });
});

test('a cost that is not known stays unknown', async () => {
  assert.equal((await judged('5', second('5', null))).costNanoUsd, null);
  assert.equal((await judged('5', second('6', null))).costNanoUsd, null);
});

test('the model of the gate is asked, once', async () => {
  const asked: string[] = [];
  const again = (model: string): Promise<SecondAnswer> => {
    asked.push(model);
    return Promise.resolve({ answer: answerOf('5'), costNanoUsd: 0 });
  };
  assert.equal((await judged('5', { again })).pass, true);
  assert.deepEqual(asked, ['second']);
});

test('it compares as it is told: a value at a pointer, a group of a pattern, numbers within a tolerance', async () => {
  const other = second('{"label": "spam", "why": "links"}');
  assert.equal((await judged('{"label": "spam", "why": "offers"}', other)).pass, false);
  assert.equal((await judged('{"label": "spam", "why": "offers"}', other, { at: '/label' })).pass, true);
  const pattern = /verdict=(\w+)/u;
  assert.equal((await judged('verdict=ok, fine', second('so: verdict=ok'), { pattern })).pass, true);
  assert.equal((await judged('verdict=ok, fine', second('so: verdict=no'), { pattern })).pass, false);
  assert.equal((await judged('100', second('101'), { compare: 'number', tolerance: 0.01 })).pass, true);
  assert.equal((await judged('Paris', second('paris'), { compare: 'exact' })).pass, false);
});

test('what cannot be compared fails, and has been paid for', async () => {
  const verdict = await judged('no JSON', second('{"label": "spam"}'), { at: '/label' });
  assert.deepEqual([verdict.pass, verdict.score, verdict.isBroken, verdict.costNanoUsd], [false, 0, undefined, 7]);
  assert.match(verdict.reason, /cannot be compared/);
});

test('a second model without an answer vouches for nobody, and what it cost is told', async () => {
  for (const costNanoUsd of [0, 3, null]) {
    const again = () => Promise.resolve({ answer: null, failure: 'HTTP 500', costNanoUsd });
    const verdict = await judged('5', { again });
    assert.deepEqual([verdict.pass, verdict.isBroken, verdict.costNanoUsd], [false, true, costNanoUsd]);
    assert.equal(verdict.reason, 'second could not be asked: HTTP 500');
  }
});

test('one that throws has an unknown cost', async () => {
  for (const again of [
    () => Promise.reject(new Error('no')),
    () => {
      throw new Error('no');
    },
  ]) {
    const verdict = await judged('5', { again });
    assert.deepEqual([verdict.isBroken, verdict.costNanoUsd], [true, null]);
    assert.equal(verdict.reason, 'second could not be asked: no');
  }
});

test('nobody vouches for an answer of its own, or where nobody can be asked', async () => {
  const own = await judged('5', { ...second('5'), model: 'second' });
  assert.deepEqual([own.pass, own.isBroken, own.costNanoUsd], [false, true, 0]);
  assert.match(own.reason, /cannot vouch for its own/);
  assert.equal((await judged('5', {})).isBroken, true);
});

const call = (name: string, given: string, id = 'c1'): AnswerCall => ({ id, name, arguments: given });
const calls = (text: string, ...toolCalls: AnswerCall[]): Answer => answerOf(text, { toolCalls });

test('tool calls agree when they are the same calls with the same arguments, however these are written', async () => {
  const one = calls('', call('look', '{"city": "Rome", "days": 2}'));
  assert.equal((await judged(one, second(calls('', call('look', '{"days":2,"city":"Rome"}', 'other'))))).pass, true);
  assert.equal((await judged(one, second(calls('', call('look', '{"city":"Oslo","days":2}'))))).pass, false);
  assert.equal((await judged(one, second(calls('', call('find', '{"city":"Rome","days":2}'))))).pass, false);
  assert.equal((await judged(one, second('It rains.'))).pass, false);
  assert.equal((await judged('It rains.', second(one))).pass, false);
  assert.equal((await judged(calls('', call('now', '')), second(calls('', call('now', '{}'))))).pass, true);
  assert.equal((await judged(calls('', call('now', '{')), second(calls('', call('now', '{}'))))).pass, false);
});

describe('by meaning', () => {
  const embedding = { model: 'vectors', min: 0.9 };
  const near = (vectors: number[][] | null, costNanoUsd: number | null = 2): Partial<GateContext> => ({
    ...second('The sky is blue.'),
    embed: () =>
      Promise.resolve({
        vectors: vectors?.map((one) => Float32Array.from(one)) ?? null,
        failure: 'HTTP 500',
        costNanoUsd,
      }),
  });

  test('two whose vectors point the same way pass, others fail, and vectors are paid beside the second answer', async () => {
    const same = await judged(
      'Blue is the sky.',
      near([
        [1, 1],
        [2, 2],
      ]),
      { embedding },
    );
    assert.deepEqual([same.pass, same.costNanoUsd], [true, 9]);
    assert.ok(Math.abs((same.score ?? 0) - 1) < 1e-9);
    const other = await judged(
      'Grass is green.',
      near([
        [1, 0],
        [1, 1],
      ]),
      { embedding },
    );
    assert.deepEqual([other.pass, other.costNanoUsd], [false, 9]);
    assert.ok(Math.abs((other.score ?? 0) - Math.SQRT1_2) < 1e-9);
    assert.match(other.reason, /near by 0\.71$/);
    for (const vectors of [
      [
        [1, 0],
        [-1, 0],
      ],
      [
        [0, 0],
        [1, 0],
      ],
      [[1], [1, 0]],
    ])
      assert.equal((await judged('x', near(vectors), { embedding })).score, 0);
  });

  test('equal texts need no vectors, and empty ones have none', async () => {
    const equal = await judged('The sky is blue.', near(null), { embedding });
    assert.deepEqual([equal.pass, equal.costNanoUsd], [true, 7]);
    assert.match((await judged('', near([[1], [1]]), { embedding })).reason, /cannot be compared/);
  });

  test('without vectors nobody has vouched, and what was spent is told', async () => {
    const failing = await judged('Grass.', near(null), { embedding });
    assert.deepEqual([failing.isBroken, failing.costNanoUsd], [true, 9]);
    assert.equal(failing.reason, 'vectors could not be asked: HTTP 500');
    assert.equal((await judged('Grass.', near([[1], [1]], null), { embedding })).costNanoUsd, null);
    const nobody = await judged('Grass.', second('Sky.'), { embedding });
    assert.deepEqual([nobody.isBroken, nobody.costNanoUsd], [true, 7]);
  });
});

test('it waits and spends, so it runs last, and it only guesses', () => {
  const { isCostly, isGuess } = createAgreementGate(CONFIG);
  assert.deepEqual([isCostly, isGuess], [true, true]);
});
