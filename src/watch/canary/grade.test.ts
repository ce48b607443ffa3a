import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answer, broken, failed, type Gate, passed, type Question } from '../../gate/gate.ts';
import type { ReferenceConfig } from '../../gate/reference-config.ts';
import { gradeByGates, gradeByJudge, gradeRefused } from './grade.ts';
import { saysTheSame } from './same-answer.ts';

const QUESTION: Question = {
  ask: 'Which?',
  turns: [{ role: 'user', text: 'Which?' }],
  tools: [],
  schema: null,
  failedCalls: [],
};

function answer(text: string, calls: [name: string, given: string][] = []): Answer {
  return {
    text,
    toolCalls: calls.map(([name, given], at) => ({ id: `c${at}`, name, arguments: given })),
    finish: { reason: 'stop', raw: 'stop' },
    refusal: null,
    logprobs: null,
    isComplete: true,
  };
}

const pair = (cheap: string, reference: string) => ({
  cheap: answer(cheap),
  reference: answer(reference),
  question: QUESTION,
});

const gate = (check: Gate['check'], more: Partial<Gate> = {}): Gate => ({ name: 'g', isCostly: false, check, ...more });
const lower = gate(({ text }) => (text === text.toLowerCase() ? passed('g', 'fine') : failed('g', 'has capitals')));

describe('whether two answers say the same', () => {
  const same = (one: Answer, other: Answer, config: ReferenceConfig | null = null) =>
    saysTheSame(one, other, { config, question: QUESTION });
  const PROSE = `${'Snow lies on the hills and the road is closed until the evening. '.repeat(3)}\nMore later.`;
  const cases: [string, string, boolean | null][] = [
    ['bug', 'bug', true],
    ['Bug.', 'bug', true],
    ['bug', 'sales', false],
    ['18', '$18.00', true],
    ['{"label": "bug", "at": 1}', '{"at":1,"label":"bug"}', true],
    ['{"label": "bug"}', '{"label": "sales"}', false],
    [PROSE, PROSE, true],
    [PROSE, `${PROSE} And more.`, null],
    ['bug', PROSE, null],
  ];
  for (const [one, other, expected] of cases)
    test(`${one.slice(0, 20)} and ${other.slice(0, 20)}: ${expected}`, () => {
      assert.equal(same(answer(one), answer(other)), expected);
      assert.equal(same(answer(other), answer(one)), expected);
    });

  test('tool calls are compared by name and arguments, and are something else than words', () => {
    const call = answer('', [['find', '{"a":1,"b":2}']]);
    assert.equal(same(call, answer('', [['find', '{"b":2,"a":1}']])), true);
    assert.equal(same(call, answer('', [['find', '{"a":2}']])), false);
    assert.equal(same(call, answer('find')), false);
  });

  test('a task that says how is asked how: by one member of a JSON answer, or with a tolerance', () => {
    const at = { compare: 'text', at: '/label', tolerance: 0, isFenced: true } as const;
    assert.equal(same(answer('{"label":"a","why":"x"}'), answer('{"label":"A","why":"y"}'), at), true);
    assert.equal(same(answer('{"label":"a"}'), answer('{"label":"b"}'), at), false);
    assert.equal(same(answer('{"label":"a"}'), answer('no JSON'), at), null);
    assert.equal(same(answer('no JSON'), answer('{"label":"a"}'), at), false);
    const near = { compare: 'number', at: null, tolerance: 0.1, isFenced: true } as const;
    assert.equal(same(answer('about 95'), answer('100'), near), true);
    assert.equal(same(answer('about 80'), answer('100'), near), false);
  });
});

describe('grading by gates', () => {
  test('the reference is right where its answer passes and says something else', async () => {
    const grade = await gradeByGates(pair('bug', 'sales'), { gates: [lower], reference: null });
    assert.deepEqual(grade, { cheapScore: 0, referenceScore: 1, gap: -1, why: 'the reference says something else' });
  });

  test('the cheap answer is right where only the reference fails a gate', async () => {
    const grade = await gradeByGates(pair('bug', 'SALES'), { gates: [lower], reference: null });
    assert.deepEqual([grade.gap, grade.why], [1, "the reference's answer fails g: has capitals"]);
  });

  test('prose that passes is as good as other prose that passes', async () => {
    const grade = await gradeByGates(pair('one thing\nand so on', 'another\nthing'), {
      gates: [lower],
      reference: null,
    });
    assert.deepEqual([grade.gap, grade.why], [0, 'both pass the gates; what they say is not compared']);
  });

  test('costly gates and guesses are not asked: they would spend money, or guess at what is known', async () => {
    const never = gate(() => assert.fail('was asked'));
    const gates = [
      { ...never, isCostly: true },
      { ...never, isGuess: true as const },
    ];
    assert.equal((await gradeByGates(pair('a', 'a'), { gates, reference: null })).gap, 0);
  });

  test('a gate that breaks leaves the canary without a grade', async () => {
    for (const check of [() => broken('g', 'no file'), () => assert.fail('no file')]) {
      const grade = await gradeByGates(pair('a', 'b'), { gates: [gate(check)], reference: null });
      assert.equal(grade.gap, null);
      assert.match(grade.why, /^the gate g could not say: .*no file/);
    }
  });
});

describe('grading by a judge', () => {
  const judge = (...says: string[]) => {
    const prompts: string[] = [];
    const ask = (prompt: string) => {
      prompts.push(prompt);
      const better = says[prompts.length - 1];
      return Promise.resolve({ text: JSON.stringify({ better, reason: 'so' }), costNanoUsd: 1 });
    };
    return { prompts, grade: gradeByJudge(pair('Hi', 'Hello'), { rubric: 'Kind.', ask }) };
  };

  for (const [asked, turned, gap] of [
    ['A', 'B', 1],
    ['B', 'A', -1],
    ['tie', 'tie', 0],
    ['A', 'A', 0],
    ['tie', 'B', 0],
  ] as const)
    test(`${asked} and then ${turned} is ${gap}`, async () => {
      const { prompts, grade } = judge(asked, turned);
      assert.equal((await grade).gap, gap);
      assert.equal(prompts.length, 2);
      assert.notEqual(prompts[0], prompts[1]);
    });

  test('equal answers are not asked about', async () => {
    const grade = await gradeByJudge(pair('Hi', ' Hi '), { rubric: 'Kind.', ask: () => assert.fail('was asked') });
    assert.equal(grade.gap, 0);
  });

  test('a judge that fails, or cannot be understood, leaves the canary without a grade', async () => {
    const reply = (more: object) => () => Promise.resolve({ text: '', costNanoUsd: 0, ...more });
    const failure = await gradeByJudge(pair('a', 'b'), { rubric: 'r', ask: reply({ failure: 'it is down' }) });
    assert.deepEqual([failure.gap, failure.why], [null, 'the judge could not be asked: it is down']);
    const babble = await gradeByJudge(pair('a', 'b'), { rubric: 'r', ask: reply({ text: 'the first' }) });
    assert.deepEqual([babble.gap, babble.why], [null, 'the judge gave no verdict that can be read']);
  });
});

describe('a cheap answer that no gate has passed', () => {
  const PROSE = 'a long answer about the road that nobody would compare word by word. '.repeat(3);
  const gapBy = async (cheap: string, reference: string) =>
    (await gradeByGates(pair(cheap, reference), { gates: [lower], reference: null })).gap;

  test('is worse where it fails them and the reference does not, though prose is not compared', async () => {
    assert.equal(await gapBy(`A${PROSE}`, PROSE), -1);
    assert.equal(await gapBy(PROSE, PROSE.slice(1)), 0);
  });

  test('is no better than a reference that fails them too', async () => {
    assert.equal(await gapBy(`A${PROSE}`, `B${PROSE}`), 0);
    assert.equal(await gapBy(PROSE, `B${PROSE}`), 1);
  });

  test('was refused, and the reference is asked about by gates alone', async () => {
    assert.equal((await gradeRefused(pair('Bug', 'bug'), [lower])).gap, -1);
    assert.equal((await gradeRefused(pair('Bug', 'Sales'), [lower])).gap, 0);
    const unsure = gate(() => broken('g', 'it is out of order'));
    assert.equal((await gradeRefused(pair('Bug', 'bug'), [unsure])).gap, null);
  });
});
